#!/usr/bin/env python3
"""Policies over HTTPS, from a real server: the companion library and the tool.

usage: https.py POLICIES MAILAUTH FOLDER

The server has a certificate and a manner for each name; POLICIES is the program
of this folder.  FOLDER has cli.py, whose DNS server serves the tool.  Exit status
77: openssl(1) is not here.
"""
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

from certificates import Maker
from checks import check, exit_status

POLICY = (b"version: STSv1\r\nmode: enforce\r\nmx: mx.example.com\r\n"
          b"max_age: 86400\r\n")


def padded(size):
    """A policy of just so many octets."""
    text = POLICY
    while size - len(text) > 0:
        n = min(size - len(text), 1000)
        if 0 < size - len(text) - n < 10:
            n -= 20
        text += b"x: " + b"y" * (n - 5) + b"\r\n"
    assert len(text) == size
    return text


class Server:
    """HTTPS on a port of 127.0.0.1; the manner goes by the first label."""

    def __init__(self, maker):
        self.contexts = {}
        self.requests = []
        self.status = 200
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(64)
        self.port = self.listener.getsockname()[1]
        self.maker = maker
        self.default = self.context("good")
        self.default.sni_callback = self.choose
        threading.Thread(target=self.serve, daemon=True).start()

    def context(self, name):
        if name not in self.contexts:
            c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            c.load_cert_chain(self.maker.path(name + ".pem"),
                              self.maker.path(name + ".key"))
            self.contexts[name] = c
        return self.contexts[name]

    def choose(self, sock, name, _):
        label = (name or "").split(".")[1] if name and "." in name else ""
        special = ("wrong", "expired", "stranger", "common")
        if label in special:
            sock.context = self.context(label)

    def serve(self):
        while True:
            peer, _ = self.listener.accept()
            threading.Thread(target=self.talk, args=(peer,),
                             daemon=True).start()

    def talk(self, peer):
        try:
            with self.default.wrap_socket(peer, server_side=True) as s:
                self.answer(s)
        except (OSError, ssl.SSLError):
            pass

    def answer(self, s):
        head = b""
        while b"\r\n\r\n" not in head:
            got = s.recv(4096)
            if not got:
                return
            head += got
        path = head.split()[1].decode()
        host = next(l[5:].strip() for l in head.decode().split("\r\n")
                    if l.lower().startswith("host:")).split(":")[0]
        self.requests.append((host, path))
        label = host.split(".")[1]
        send = lambda status, body, more=b"", kind=b"text/plain": s.sendall(
            b"HTTP/1.1 %d X\r\nContent-Type: %s\r\n%sConnection: close\r\n"
            b"Content-Length: %d\r\n\r\n" % (status, kind, more, len(body)) +
            body)
        if path != "/.well-known/mta-sts.txt":
            send(404, b"")
        elif label == "missing":
            send(404, POLICY)
        elif label == "redirect":
            send(301, POLICY, b"Location: https://mta-sts.good.example"
                 b"/.well-known/mta-sts.txt\r\n")
        elif label == "broken":
            send(503, POLICY)
        elif label == "html":
            send(200, POLICY, kind=b"text/html")
        elif label == "limit":
            send(200, padded(65536))
        elif label == "above":
            send(200, padded(65537))
        elif label == "endless":
            s.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                      b"Transfer-Encoding: chunked\r\n\r\n")
            while True:
                s.sendall(b"400\r\n" + b"x" * 1024 + b"\r\n")
        elif label == "error":
            s.sendall(b"HTTP/1.1 404 X\r\nTransfer-Encoding: chunked\r\n\r\n")
            while True:
                s.sendall(b"400\r\n" + b"x" * 1024 + b"\r\n")
        elif label == "header":
            s.sendall(b"HTTP/1.1 200 OK\r\n")
            while True:
                s.sendall(b"X: " + b"y" * 1000 + b"\r\n")
        elif label in ("cut", "ended"):
            s.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" +
                      (POLICY[:-4] if label == "cut" else POLICY))
            if label == "ended":
                s.unwrap()
        elif label == "chunked":
            s.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                      b"transfer-encoding: Chunked\r\n\r\n%x\r\n%s\r\n"
                      b"0\r\n\r\n" % (len(POLICY), POLICY))
        elif label == "slow":
            s.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
            for octet in POLICY:
                s.sendall(bytes([octet]))
                time.sleep(1)
        else:
            if label.startswith("late"):
                time.sleep(0.3)
            send(self.status, POLICY)


def make_certificates(maker):
    good = ["mta-sts.%s.example" % n for n in (
        "good missing redirect broken html limit above endless error header "
        "slow tool cut ended chunked".split() + ["late%d" % i for i in range(10)])]
    maker.make("ca", "Test CA", ca=True)
    maker.make("good", "x", "ca", good)
    maker.make("wrong", "mta-sts.wrong.example", "ca", ["other.example"])
    maker.make("common", "mta-sts.common.example", "ca")
    maker.make("expired", "x", "ca", ["mta-sts.expired.example"],
               start="20200101000000Z", end="20200201000000Z")
    maker.make("other", "Another CA", ca=True)
    maker.make("stranger", "x", "other", ["mta-sts.stranger.example"])


def fetch(program, maker, port, domains, timeout=20000):
    out = subprocess.run(
        [program, maker.path("ca.pem"), "127.0.0.1@%d" % port, str(timeout)] +
        ["%s.example" % d for d in domains], stdout=subprocess.PIPE,
        timeout=120).stdout.decode().split("\n")
    lines = {l.split(".")[0]: l.split()[1:] for l in out if "." in l}
    return lines, float(out[len(domains)])


def test_library(program, maker, server):
    want = {
        "good": ["valid", "-", "enforce"],
        "missing": ["invalid", "policy-status", "unknown"],
        "redirect": ["invalid", "policy-redirect", "unknown"],
        "broken": ["temperror", "policy-server", "unknown"],
        "html": ["invalid", "policy-media-type", "unknown"],
        "limit": ["valid", "-", "enforce"],
        "above": ["invalid", "policy-length", "unknown"],
        "endless": ["invalid", "policy-length", "unknown"],
        "error": ["invalid", "policy-status", "unknown"],
        "header": ["invalid", "policy-length", "unknown"],
        # A body without a length is whole when the server says that it ends:
        # anybody can cut the connection (RFC 9112 section 9.8).
        "cut": ["temperror", "policy-network", "unknown"],
        "ended": ["valid", "-", "enforce"],
        "chunked": ["valid", "-", "enforce"],
        "wrong": ["invalid", "policy-tls", "unknown"],
        "common": ["invalid", "policy-tls", "unknown"],
        "expired": ["invalid", "policy-tls", "unknown"],
        "stranger": ["invalid", "policy-tls", "unknown"],
    }
    got, _ = fetch(program, maker, server.port, list(want))
    for name, words in want.items():
        check(got.get(name) == words, "%s: %s" % (name, got.get(name)))
    asked = [h for h, _ in server.requests if h == "mta-sts.good.example"]
    check(len(asked) == 1, "the redirect was followed")

    got, took = fetch(program, maker, server.port, ["slow", "good"], 700)
    check(got["slow"] == ["temperror", "policy-timeout", "unknown"],
          "slow: %s" % got["slow"])
    check(got["good"][0] == "valid", "good beside slow: %s" % got["good"])
    check(500 < took < 5000, "slow took %d ms" % took)

    late = ["late%d" % i for i in range(10)]
    got, took = fetch(program, maker, server.port, late)
    check(all(got[n][0] == "valid" for n in late), "late: %s" % got)
    check(took < 1500, "ten fetches of 300 ms took %d ms" % took)
    print("ten fetches of 300 ms at once: %.1f of one" % (took / 300))

    # Whoever asked is gone when it comes.
    out = subprocess.run([program, maker.path("ca.pem"), "127.0.0.1@%d" %
                          server.port, "-2000", "late0.example"],
                         stdout=subprocess.PIPE, timeout=60)
    check(out.returncode == 0 and out.stdout == b"gone\n", "gone: %s" % out)

    # Nobody speaks TLS there: no certificate was seen.
    plain = socket.socket()
    plain.bind(("127.0.0.1", 0))
    plain.listen(8)

    def talk():
        while True:
            peer, _ = plain.accept()
            peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + POLICY)
            peer.close()
    threading.Thread(target=talk, daemon=True).start()
    got, _ = fetch(program, maker, plain.getsockname()[1], ["good"])
    check(got["good"] == ["temperror", "policy-network", "unknown"],
          "no TLS: %s" % got["good"])

    closed = socket.socket()
    closed.bind(("127.0.0.1", 0))
    got, _ = fetch(program, maker, closed.getsockname()[1], ["good"])
    check(got["good"] == ["temperror", "policy-network", "unknown"],
          "refused: %s" % got["good"])


def test_tool(tool, maker, server, dns, Zone):
    cache = maker.path("cache")
    link = maker.path("link")
    with open(cache, "w") as f:
        f.write("mailauth policies 1\nother.example 3\nabc\n")
    os.chmod(cache, 0o640)
    for port in "0", "65536", "x", "":
        p = subprocess.run([tool, "mta-sts", "tool.example", "--connect-to",
                            "127.0.0.1@" + port], stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE)
        check(p.returncode == 64 and not p.stdout, "port %s: %s" % (port, p))
    os.symlink(cache, link)

    def run(at, record="v=STSv1; id=1"):
        dns.zone = Zone({"tool.example": {"MX": [[10, "mx.example.com"]]},
                         "_mta-sts.tool.example":
                         {"TXT": [record] if record else []}})
        p = subprocess.run(
            [tool, "-j", "-n", "127.0.0.1@%d" % dns.port, "--at", str(at),
             "mta-sts", "tool.example", "--cache", link, "--ca-file",
             maker.path("ca.pem"), "--connect-to",
             "127.0.0.1@%d" % server.port], stdout=subprocess.PIPE,
            timeout=60)
        return p.returncode, json.loads(p.stdout)

    def fetched():
        return len([h for h, _ in server.requests
                    if h == "mta-sts.tool.example"])

    began = 1700000000
    steps = [  # at, record, status of the server, source, fetches, reason
        (0, "v=STSv1; id=1", 200, "fetched", 1, None),
        (60, "v=STSv1; id=1", 200, "cache", 1, None),
        (120, "v=STSv1; id=2", 500, "cache", 2, "policy-server"),
        (180, "v=STSv1; id=2", 500, "cache", 2, "policy-server"),  # RFC 3.3
        (480, "v=STSv1; id=2", 500, "cache", 3, "policy-server"),
        (500, None, 200, "cache", 3, "no-record"),
        (900, "v=STSv1; id=2", 200, "fetched", 4, None),
        (900 + 86400, "v=STSv1; id=2", 200, "cache", 4, None),
        (901 + 86400, "v=STSv1; id=2", 200, "fetched", 5, None),
    ]
    for at, record, status, source, fetches, reason in steps:
        server.status = status
        code, o = run(began + at, record)
        check(code == 0 and o["result"] == "valid" and o["source"] == source
              and fetched() == fetches and o["reason"] == reason,
              "at %d: %d %s, %d fetches" % (at, code, o, fetched()))
        check(o["hosts"] == [{"name": "mx.example.com", "match": True}],
              "at %d: hosts %s" % (at, o["hosts"]))
    code, o = run(began + 3 * 86400, None)
    check(code == 1 and o["result"] == "none" and o["source"] is None,
          "expired: %s" % o)
    # A policy that does not come is not waited for longer than --timeout.
    began = time.time()
    dns.zone = Zone({"_mta-sts.slow.example": {"TXT": ["v=STSv1; id=1"]},
                     "slow.example": {"MX": "TIMEOUT"}})
    p = subprocess.run(
        [tool, "-j", "-t", "2", "-n", "127.0.0.1@%d" % dns.port, "mta-sts",
         "slow.example", "--ca-file", maker.path("ca.pem"), "--connect-to",
         "127.0.0.1@%d" % server.port], stdout=subprocess.PIPE, timeout=60)
    took = time.time() - began
    check(p.returncode == 75 and took < 3.5 and
          json.loads(p.stdout)["reason"] == "policy-timeout",
          "slow: %d, %.1f s" % (p.returncode, took))
    with open(cache) as f:
        check(f.read() == "mailauth policies 1\nother.example 3\nabc\n",
              "the entry is not dropped, or another was")
    check(os.stat(cache).st_mode & 0o777 == 0o640 and os.path.islink(link) and
          not [n for n in os.listdir(maker.folder) if n.startswith("cache.")],
          "the cache has another mode, or is no link, or something was left")
    p = subprocess.run([tool, "-n", "127.0.0.1@%d" % dns.port, "mta-sts",
                        "tool.example", "--ca-file", "/nonexistent"],
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    check(p.returncode == 66 and not p.stdout, "no authorities: %s" % p)
    with open(cache, "w") as f:
        f.write("something else\n")
    p = subprocess.run([tool, "mta-sts", "tool.example", "--cache", cache],
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    check(p.returncode == 65 and not p.stdout, "a spoilt cache: %s" % p)


def main():
    program, tool, cli = sys.argv[1:]
    if shutil.which("openssl") is None:
        print("there is no openssl(1)")
        return 77
    sys.path.insert(0, cli)
    from cli import Server as Dns, Zone
    with tempfile.TemporaryDirectory() as folder:
        maker = Maker(folder)
        make_certificates(maker)
        server = Server(maker)
        test_library(program, maker, server)
        test_tool(tool, maker, server, Dns(), Zone)
    return exit_status()


if __name__ == "__main__":
    sys.exit(main())
