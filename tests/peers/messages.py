"""A hundred messages, from awkward to huge, always the same."""
import random

FROM = b"From: Joe SixPack <joe@example.com>\r\n"
TO = b"To: Suzie Q <suzie@example.net>\r\n"
SUBJECT = b"Subject: Is dinner ready?\r\n"
DATE = b"Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
ID = b"Message-ID: <20030712040037.46341@example.com>\r\n"
HEADER = FROM + TO + SUBJECT + DATE + ID


def bodies():
    """(what, body)"""
    yield "one line", b"Hi.\r\n"
    yield "no body", b""
    yield "one empty line", b"\r\n"
    yield "empty lines", b"\r\n" * 5
    yield "no last line end", b"Hi."
    yield "trailing empty lines", b"Hi.\r\n\r\n\r\n\r\n"
    yield "trailing blanks", b"Hi. \t \r\nthere\t\r\n"
    yield "a line of blanks at the end", b"Hi.\r\n \t \r\n"
    yield "blanks alone", b"   "
    yield "blanks and a line end", b"  \t \r\n"
    yield "runs of blanks", b"a  b\t\tc \t d\r\n  e\r\n\tf\r\n"
    yield "empty lines inside", b"a\r\n\r\n\r\nb\r\n"
    yield "lines of blanks inside", b"a\r\n  \r\n \t\r\nb\r\n"
    yield "dots", b".\r\n..\r\n.a\r\n"
    yield "a long line", b"x" * 997 + b"\r\n"
    yield "a very long line", b"y" * 20000 + b"\r\n"
    yield "8 bit", bytes(range(0xa0, 0x100)) + b"\r\n"
    yield "UTF-8", "grüße, привет, 你好\r\n".encode()
    yield "controls", bytes([1, 2, 7, 8, 11, 12, 27, 127]) + b"\r\n"
    yield "like a header", b"From: x\r\nDKIM-Signature: v=1; a=b\r\n\r\nx\r\n"
    yield "From at the start of a line", b"From here on\r\n>From there\r\n"
    yield "a boundary", (b"--b\r\nContent-Type: text/plain\r\n\r\na\r\n"
                         b"--b--\r\n\r\nepilogue\r\n")
    for size in (1023, 1024, 1025, 4095, 4096, 4097, 65535, 65536, 65537):
        line = b"0123456789abcdef" * 4 + b"\r\n"
        yield "%d octets" % size, (line * (size // len(line) + 1))[:size - 2] + b"\r\n"


def headers():
    """(what, header)"""
    yield "folded", FROM + b"Subject: a\r\n b\r\n\tc\r\n" + TO
    yield "folded at the colon", FROM + b"Subject:\r\n a\r\n" + TO
    yield "blanks around", FROM + b"Subject:   a  b \t c  \r\n" + TO
    yield "nothing behind the colon", FROM + b"Subject:\r\n" + TO
    yield "a blank behind the colon", FROM + b"Subject: \r\n" + TO
    yield "no blank behind the colon", b"From:joe@example.com\r\nSubject:a\r\n"
    yield "odd case", b"FROM: joe@example.com\r\nsUBJECT: a\r\nto: b\r\n"
    yield "colons in the value", FROM + b"Subject: a: b :c:\r\n"
    yield "semicolons in the value", FROM + b"Subject: a; b=c; d\r\n"
    yield "trailing blanks", b"From: joe@example.com \t\r\nSubject: a \r\n"
    yield "8 bit", FROM + b"Subject: \xfc\xe9\r\n"
    yield "UTF-8", FROM + "Subject: grüße\r\n".encode()
    yield "encoded words", FROM + b"Subject: =?utf-8?q?gr=C3=BC=C3=9Fe?=\r\n"
    yield "trace", b"Received: from a by b;\r\n\tx\r\n" * 5 + HEADER
    yield "Return-Path", b"Return-Path: <a@b.example>\r\n" + HEADER
    yield "unknown fields", HEADER + b"X-A: b\r\nx-a: c\r\nX-A: d\r\n"
    yield "lists", HEADER + (b"List-Id: <a.example>\r\n"
                             b"List-Unsubscribe: <mailto:x@a.example>,\r\n"
                             b" <https://a.example/>\r\n"
                             b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n")
    yield "MIME", HEADER + (b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed;\r\n"
                            b"\tboundary=\"b\"\r\nContent-Transfer-Encoding: 8bit\r\n")
    yield "comments", b"From: Joe (a (b) \\( c) <joe@example.com>\r\n" + TO
    yield "a group", FROM + b"To: undisclosed-recipients:;\r\n"
    yield "results", (b"Authentication-Results: x.example; spf=pass\r\n"
                      + HEADER)
    yield "many recipients", FROM + b"To: " + b",\r\n ".join(
        b"user%d@example.net" % i for i in range(300)) + b"\r\n"
    yield "a long field", FROM + b"X-Long: " + b"x" * 990 + b"\r\n" + TO
    yield "references", HEADER + b"In-Reply-To: <a@b>\r\nReferences: " + b"\r\n ".join(
        b"<%d@example.com>" % i for i in range(50)) + b"\r\n"
    yield "a thousand fields", HEADER + b"".join(
        b"X-%d: %d\r\n" % (i, i * i) for i in range(1000))


def huge():
    line = b"The quick brown fox jumps over the lazy dog.  0123456789\r\n"
    yield "1 MB", HEADER, line * (1000000 // len(line))
    yield "1 MB of empty lines", HEADER, b"\r\n" * 500000 + b"x\r\n"
    yield "10 MB", HEADER, line * (10000000 // len(line))


def noise(n):
    """Whatever comes, but a CR or LF only as CRLF."""
    r = random.Random(20261125)
    pieces = [b"a", b"b c", b" ", b"  ", b"\t", b"\r\n", b"\r\n", b"\r\n ",
              b"\r\n\r\n", b".", b"\xc3\xa9", b"=", b";", b":"]
    for i in range(n):
        value = b"".join(r.choice(pieces[:5] + pieces[9:])
                         for _ in range(r.randrange(1, 30)))
        fields = [FROM, b"Subject: " + value + b"\r\n",
                  b"To: a@b.example,\r\n\t" + b"c" * r.randrange(1, 60) + b"\r\n"]
        r.shuffle(fields)
        body = b"".join(r.choice(pieces) for _ in range(r.randrange(0, 200)))
        # Most have a last line end.
        yield "noise %d" % i, b"".join(fields), body + (b"\r\n" if i % 4 else b"")


def messages():
    """(what, message), a hundred of them."""
    out = [("body: " + what, HEADER + b"\r\n" + body) for what, body in bodies()]
    out += [("header: " + what, header + b"\r\nHi.\r\n")
            for what, header in headers()]
    big = [(what, header + b"\r\n" + body) for what, header, body in huge()]
    out += [(what, header + b"\r\n" + body)
            for what, header, body in noise(100 - len(out) - len(big))]
    return out + big
