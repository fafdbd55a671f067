#!/usr/bin/env python3
"""Python by ctypes: no header, no macro, no glue; usage: LIBRARY

A resolver written in Python brings the answers as packets; another answers
from a zone.
"""
import ctypes
import sys
from ctypes import (CFUNCTYPE, POINTER, Structure, byref, c_char_p, c_int,
                    c_int64, c_size_t, c_uint8, c_uint16, c_uint32, c_void_p)

NOW = 1700000000
DONE, EUNSUPPORTED = 0, -5
DNS = 1
PASS, FAIL = 3, 4                       # of SPF
DMARC_PASS = 2
ZONE = b"""$ORIGIN example.org.
@ 300 IN TXT "v=spf1 ip4:192.0.2.0/24 -all"
_dmarc 300 IN TXT "v=DMARC1; p=reject"
"""

wrong = 0


def expect(holds, what):
    global wrong
    if not holds:
        print("not so:", what, file=sys.stderr)
        wrong += 1


class Library:
    """Functions by name; results int unless told otherwise."""

    def __init__(self, path):
        self.lib = ctypes.CDLL(path)

    def function(self, name, result, *arguments):
        f = getattr(self.lib, "mailauth_" + name)
        f.restype, f.argtypes = result, arguments
        return f


lib = Library(sys.argv[1])
version = lib.function("version", c_char_p)
version_number = lib.function("version_number", c_uint32)
strerror = lib.function("strerror", c_char_p, c_int)
literal = lib.function("addr_literal_parse", c_int, c_char_p, c_size_t,
                       c_char_p, c_size_t, POINTER(c_char_p))
zone_new = lib.function("resolver_new_zone", c_int, c_char_p, c_size_t,
                        c_char_p, POINTER(c_void_p), c_char_p, c_size_t)
resolver_new = lib.function("resolver_new", c_void_p, c_void_p, c_void_p)
resolver_free = lib.function("resolver_free", None, c_void_p)
question_kind = lib.function("question_kind", c_int, c_void_p)
question_name = lib.function("question_name", c_char_p, c_void_p)
question_type = lib.function("question_type", c_uint16, c_void_p)
packet_new = lib.function("packet_new", c_void_p, c_void_p, c_int)
packet_text = lib.function("packet_add_text", c_int, c_void_p, c_char_p,
                           c_uint32, c_char_p, c_size_t)
packet_data = lib.function("packet_data", POINTER(c_uint8), c_void_p,
                           POINTER(c_size_t))
packet_free = lib.function("packet_free", None, c_void_p)
answer_dns = lib.function("answer_dns", c_int, c_void_p, c_void_p, c_size_t,
                          c_uint32)
spf_new = lib.function("spf_new", c_void_p, c_void_p, c_int64)
spf_free = lib.function("spf_free", None, c_void_p)
spf_client = lib.function("spf_set_client", c_int, c_void_p, c_char_p)
spf_helo = lib.function("spf_set_helo", c_int, c_void_p, c_char_p, c_size_t)
spf_from = lib.function("spf_set_mail_from", c_int, c_void_p, c_char_p,
                        c_size_t)
spf_eval = lib.function("spf_eval", c_int, c_void_p, c_void_p)
spf_result = lib.function("spf_result", c_int, c_void_p)
spf_name = lib.function("spf_result_name", c_char_p, c_int)
spf_mechanism = lib.function("spf_mechanism", c_void_p, c_void_p,
                             POINTER(c_size_t))
check_new = lib.function("check_new", c_void_p, c_void_p, c_int64)
check_free = lib.function("check_free", None, c_void_p)
check_client = lib.function("check_set_client", c_int, c_void_p, c_char_p)
check_helo = lib.function("check_set_helo", c_int, c_void_p, c_char_p,
                          c_size_t)
check_from = lib.function("check_set_mail_from", c_int, c_void_p, c_char_p,
                          c_size_t)
check_id = lib.function("check_set_authserv_id", c_int, c_void_p, c_char_p)
check_message = lib.function("check_message", c_void_p, c_void_p)
check_run = lib.function("check_run", c_int, c_void_p, c_void_p)
check_result = lib.function("check_result", c_int, c_void_p)
check_field = lib.function("check_authentication_results", c_char_p, c_void_p)
message_write = lib.function("message_write", c_int, c_void_p, c_char_p,
                             c_size_t)
message_end = lib.function("message_end", c_int, c_void_p)


class Ops(Structure):
    """struct mailauth_resolver_ops as far as ask: what follows is absent."""
    BEGIN = CFUNCTYPE(c_int, c_void_p, POINTER(c_void_p))
    ASK = CFUNCTYPE(c_int, c_void_p, c_void_p)
    _fields_ = [("size", c_uint32), ("begin", BEGIN), ("ask", ASK)]


asked = []


def ask(_flight, question):
    """One TXT record for every name: a domain that vouches for one host."""
    if question_kind(question) != DNS:
        return EUNSUPPORTED
    asked.append((question_name(question), question_type(question)))
    packet = packet_new(question, 0)
    text = b"v=spf1 ip4:192.0.2.25 -all"
    expect(packet_text(packet, None, 60, text, len(text)) == DONE,
           "a record is added")
    n = c_size_t()
    data = packet_data(packet, byref(n))
    r = answer_dns(question, data, n, 0)
    packet_free(packet)
    return r


def spf(resolver, client):
    handle = spf_new(None, NOW)
    sender = b"ada@example.org"
    expect(spf_client(handle, client) == DONE, "client")
    expect(spf_helo(handle, b"mx", 2) == DONE, "helo")
    expect(spf_from(handle, sender, len(sender)) == DONE, "sender")
    r = spf_eval(handle, resolver)
    expect(r == DONE, "spf_eval: %s" % strerror(r))
    n = c_size_t()
    term = ctypes.string_at(spf_mechanism(handle, byref(n)), n.value)
    result = spf_result(handle)
    spf_free(handle)
    return result, term


def check(resolver):
    message = b"From: ada@example.org\r\nSubject: hello\r\n\r\nHello.\r\n"
    handle = check_new(None, NOW)
    check_client(handle, b"192.0.2.25")
    check_helo(handle, b"mx.example.org", 14)
    check_from(handle, b"ada@example.org", 15)
    expect(check_id(handle, b"mx.example.net") == DONE, "authserv-id")
    lent = check_message(handle)
    for octet in message:
        message_write(lent, bytes([octet]), 1)
    message_end(lent)
    r = check_run(handle, resolver)
    expect(r == DONE, "check_run: %s" % strerror(r))
    result, field = check_result(handle), check_field(handle)
    check_free(handle)
    return result, field


def main():
    number = [int(n) for n in version().split(b".")]
    expect(version_number() == number[0] << 16 | number[1] << 8 | number[2],
           "the version, twice")
    expect(strerror(-1), "a sentence for ENOMEM")

    text = ctypes.create_string_buffer(46)
    expect(literal(b"[IPv6:2001:DB8::1]", 18, text, 46, None) == 2,
           "an IPv6 literal")
    expect(text.value == b"2001:db8::1", "its address")
    why = c_char_p()
    expect(literal(b"[192.0.2.256]", 13, text, 46, byref(why)) == 0,
           "no literal")
    expect(why.value, "a reason")

    ops = Ops(ctypes.sizeof(Ops), Ops.BEGIN(), Ops.ASK(ask))
    mine = resolver_new(byref(ops), None)
    expect(spf(mine, b"192.0.2.25") == (PASS, b"ip4:192.0.2.25"), "pass")
    expect(spf(mine, b"203.0.113.7") == (FAIL, b"-all"), "fail")
    expect(asked == [(b"example.org", 16)] * 2, "one question each")
    expect(spf_name(PASS) == b"pass", "the word")
    resolver_free(mine)

    out = c_void_p()
    error = ctypes.create_string_buffer(200)
    r = zone_new(ZONE, len(ZONE), b"zone", byref(out), error, 200)
    expect(r == DONE, "zone: %s" % error.value)
    result, field = check(out)
    expect(result == DMARC_PASS, "DMARC passes by SPF")
    expect(field.startswith(b"Authentication-Results: mx.example.net"),
           "the field")
    resolver_free(out)
    return wrong != 0


sys.exit(main())
