#!/usr/bin/env python3
"""DANE against real parts: zones signed by ldns, served by NSD, validated by
Unbound; TLS servers by openssl s_server, and hostile ones of our own.

usage: dane.py MAILAUTH

Exit status 77: a program is not here.
"""
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import warnings

from certificates import Maker
from checks import check, exit_status

PROGRAMS = ["nsd", "unbound", "ldns-keygen", "ldns-signzone", "openssl"]
os.environ["PATH"] += ":/usr/sbin:/sbin"


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


# ---- Servers of SMTP ----

class Hostile:
    """Speaks as far as a table says: what it sends when, then closes."""

    def __init__(self, talk):
        self.talk = talk
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(8)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            peer, _ = self.listener.accept()
            threading.Thread(target=self.run, args=(peer,),
                             daemon=True).start()

    def run(self, peer):
        try:
            with peer:
                self.talk(peer)
        except OSError:
            pass


def endless_banner(s):
    while True:
        s.sendall(b"220-hello\r\n")


def endless_line(s):
    while True:
        s.sendall(b"2" * 1000)


def endless_reply(s):
    s.sendall(BANNER)
    s.recv(1000)
    while True:
        s.sendall(b"250-mx\r\n")


def dripping(s):
    """An octet now and then: never silent for long, and never done."""
    for c in b"220 mx " + 1000 * b"x":
        s.sendall(bytes([c]))
        time.sleep(0.1)


def endless_handshake(s):
    """HelloRequest, which TLS ignores, as fast as it goes: RFC 5246 section
    7.4.1.1."""
    to_starttls(s)
    s.recv(10000)
    while True:
        s.sendall(b"\x16\x03\x03\x40\x00" + 0x4000 * b"\0")


def silent_handshake(s):
    to_starttls(s)
    time.sleep(30)


def short_handshake(s):
    to_starttls(s)
    s.recv(10000)
    s.sendall(b"\x16\x03\x03\x00\x7a\x02")


def to_starttls(s):
    s.sendall(BANNER)
    s.recv(1000)
    s.sendall(OFFER)
    s.recv(1000)
    s.sendall(b"220 go\r\n")


def answering(*replies):
    def talk(s):
        for i, reply in enumerate(replies):
            if i > 0:
                s.recv(1000)
            s.sendall(reply)
        s.recv(1000)
    return talk


BANNER, OFFER = b"220 mx ESMTP\r\n", b"250-mx\r\n250 STARTTLS\r\n"
HOSTILE = {  # name: what it does, result, reason, status
    "banner": (endless_banner, "unreachable", "connection-failed", 75),
    "line": (endless_line, "unreachable", "connection-failed", 75),
    "silent": (lambda s: time.sleep(30), "unreachable", "connection-failed",
               75),
    "busy": (answering(b"421 later\r\n"), "unreachable", "connection-failed",
             75),
    "busy-later": (answering(BANNER, b"421 later\r\n"), "unreachable",
                   "connection-failed", 75),
    "garbage": (answering(b"SSH-2.0-x\r\n"), "unreachable",
                "connection-failed", 75),
    "closes": (answering(BANNER, b"250-mx\r\n"), "unreachable",
               "connection-failed", 75),
    "plain": (answering(BANNER, b"250-mx\r\n250 HELP\r\n"), "failed",
              "starttls-not-supported", 1),
    "banner-offers": (answering(b"220-mx\r\n220-STARTTLS\r\n220 x\r\n",
                                b"250-mx\r\n250 HELP\r\n"), "failed",
                      "starttls-not-supported", 1),
    "refuses": (answering(BANNER, OFFER, b"454 no\r\n"), "failed",
                "starttls-not-supported", 1),
    "glued": (answering(BANNER, OFFER, b"220 go\r\n250 injected\r\n"),
              "failed", "tls-handshake", 1),
    "reply": (endless_reply, "unreachable", "connection-failed", 75),
    "drip": (dripping, "unreachable", "connection-failed", 75),
    "nul": (answering(b"220 m\0x\r\n", b"250-mx\0\r\n250 STARTTLS\0\r\n"),
            "failed", "starttls-not-supported", 1),
    "long-code": (answering(b"2200 mx\r\n"), "unreachable",
                  "connection-failed", 75),
    "no-ehlo": (answering(BANNER, b"502 what?\r\n"), "failed",
                "starttls-not-supported", 1),
    "handshake": (endless_handshake, "failed", "tls-handshake", 1),
    "silent-tls": (silent_handshake, "failed", "tls-handshake", 1),
    "short-tls": (short_handshake, "failed", "tls-handshake", 1),
    "no-tls": (answering(BANNER, OFFER, b"220 go\r\n", b"hello, no TLS\r\n"),
               "failed", "tls-handshake", 1),
}


# ---- The DNS ----

class Names:
    """Zones by NSD behind a validating Unbound."""

    def __init__(self, folder, zones, spoilt):
        """zones: name: (text, signed); spoilt: (zone, old, new) after that."""
        self.folder = folder
        self.processes = []
        self.nsd_port, self.port = free_port(), free_port()
        anchors = []
        for name, (text, signed) in zones.items():
            with open(self.path(name), "w") as f:
                f.write("$ORIGIN %s.\n$TTL 60\n@ SOA ns h 1 60 60 60000 60\n"
                        "@ NS ns\nns A 127.0.0.1\n%s" % (name, text))
            if signed:
                anchors.append(self.sign(name))
        for name, old, new in spoilt:
            with open(self.path(name)) as f:
                text = f.read()
            assert old in text, (name, old)
            with open(self.path(name), "w") as f:
                f.write(text.replace(old, new))
        self.start_nsd(zones)
        self.start_unbound(zones, anchors)

    def path(self, name):
        return os.path.join(self.folder, name)

    def sign(self, name):
        key = subprocess.run(
            ["ldns-keygen", "-a", "ECDSAP256SHA256", "-k", name], check=True,
            cwd=self.folder, stdout=subprocess.PIPE).stdout.decode().strip()
        subprocess.run(["ldns-signzone", "-f", name + ".signed", name, key],
                       check=True, cwd=self.folder)
        os.rename(self.path(name + ".signed"), self.path(name))
        with open(self.path(key + ".ds")) as f:
            return f.read().strip()

    def run(self, *words):
        with open(self.path("log"), "a") as log:
            self.processes.append(subprocess.Popen(
                words, stdout=log, stderr=log, cwd=self.folder))

    def start_nsd(self, zones):
        with open(self.path("nsd.conf"), "w") as f:
            f.write("""server:
 ip-address: 127.0.0.1@%d
 username: ""
 chroot: ""
 zonesdir: "%s"
 database: ""
 pidfile: "%s/nsd.pid"
 xfrdfile: "%s/xfrd"
 zonelistfile: "%s/zones"
 server-count: 1
remote-control:
 control-enable: no
""" % ((self.nsd_port,) + 4 * (self.folder,)))
            for name in zones:
                f.write("zone:\n name: %s\n zonefile: %s\n" % (name, name))
        self.run("nsd", "-d", "-c", self.path("nsd.conf"))

    def start_unbound(self, zones, anchors):
        with open(self.path("unbound.conf"), "w") as f:
            f.write("""server:
 interface: 127.0.0.1
 port: %d
 username: ""
 chroot: ""
 directory: "%s"
 pidfile: "%s/unbound.pid"
 use-syslog: no
 do-ip6: no
 do-not-query-localhost: no
 num-threads: 1
 trust-anchor-signaling: no
 module-config: "validator iterator"
 domain-insecure: "open.example"
""" % (self.port, self.folder, self.folder))
            for anchor in anchors:
                f.write(" trust-anchor: '%s'\n" % anchor.replace("\t", " "))
            for name in zones:
                f.write("stub-zone:\n name: %s\n stub-addr: 127.0.0.1@%d\n" %
                        (name, self.nsd_port))
        self.run("unbound", "-d", "-c", self.path("unbound.conf"))

    def stop(self):
        for p in self.processes:
            p.send_signal(signal.SIGTERM)
        for p in self.processes:
            p.wait()


def port_is_open(port, seconds=15):
    end = time.time() + seconds
    while time.time() < end:
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.05)
    return False


# ---- The tests ----

class Tests:
    def __init__(self, tool, maker):
        self.tool, self.maker, self.servers = tool, maker, []
        self.names = None

    def serve(self, name, *more):
        """A TLS server with these files; its port."""
        port = free_port()
        words = ["openssl", "s_server", "-quiet", "-accept",
                 "127.0.0.1:%d" % port, "-cert",
                 self.maker.path(name + ".pem"), "-key",
                 self.maker.path(name + ".key"), *more]
        # It ends connections when its input ends.  SMTP has a front: what it
        # calls -starttls is the client's.
        self.servers.append(subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL))
        assert port_is_open(port)
        return Front(port).port

    def run(self, *words, timeout=10, trust=True):
        p = subprocess.run(
            [self.tool, "-j", "-n", "127.0.0.1@%d" % self.names.port, "-t",
             str(timeout)] + (["--trust-ad"] if trust else []) + list(words),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
        try:
            return p.returncode, json.loads(p.stdout)
        except ValueError:
            return p.returncode, {"result": p.stderr.decode()}

    def expect(self, words, status, **want):
        got, o = self.run(*words)
        check(got == status and all(o.get(k) == v for k, v in want.items()),
              "%s: %d %s" % (" ".join(words), got, json.dumps(o)))
        return o

    def stop(self):
        for p in self.servers:
            p.terminate()
            p.wait()


class Listening(Hostile):
    """A TLS server that keeps what clients say: the name they ask for, EHLO,
    and what comes once they have seen the certificate."""

    def __init__(self, certificate, key, version=ssl.TLSVersion.TLSv1_2):
        self.heard = []
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.context.minimum_version = version
            self.context.maximum_version = version
        if version < ssl.TLSVersion.TLSv1_2:
            self.context.set_ciphers("ALL:@SECLEVEL=0")
        self.context.load_cert_chain(certificate, key)
        self.context.sni_callback = (
            lambda s, name, c: self.heard.append(name))
        super().__init__(self.listen)

    def listen(self, s):
        s.sendall(BANNER)
        self.heard.append(s.recv(1000).decode())
        s.sendall(OFFER)
        s.recv(1000)
        s.sendall(b"220 go ahead\r\n")
        with self.context.wrap_socket(s, server_side=True) as t:
            self.heard.append(t.recv(1000).decode())


class Front(Hostile):
    """SMTP as far as STARTTLS, then octets to and fro."""

    def __init__(self, port):
        self.behind = port
        super().__init__(self.go_between)

    def go_between(self, s):
        s.sendall(BANNER)
        s.recv(1000)
        s.sendall(OFFER)
        s.recv(1000)
        s.sendall(b"220 go ahead\r\n")
        with socket.create_connection(("127.0.0.1", self.behind)) as t:
            threading.Thread(target=self.pump, args=(s, t),
                             daemon=True).start()
            self.pump(t, s)

    @staticmethod
    def pump(a, b):
        try:
            while True:
                got = a.recv(16384)
                if not got:
                    break
                b.sendall(got)
        except OSError:
            pass
        try:
            b.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def make_certificates(m):
    m.make("root", "Root", ca=True)
    m.make("middle", "Middle", "root", ca=True)
    m.make("leaf", "mx", "middle", ["leaf.dane.example", "*.wild.example"])
    m.make("old", "mx", "middle", ["old.dane.example"],
           start="20200101000000Z", end="20200201000000Z")
    m.make("misnamed", "mx", "middle", ["other.example"])
    with open(m.path("chain"), "w") as f:
        for name in "leaf", "middle", "root":
            with open(m.path(name + ".pem")) as one:
                f.write(one.read())


def zone_of(tests, hostile):
    """The signed zone's text, and the port of each host."""
    m, ports, text = tests.maker, {}, ""
    with open(m.path("chain.more"), "w") as f:
        for name in "middle", "root":
            with open(m.path(name + ".pem")) as one:
                f.write(one.read())
    issuers = ["-cert_chain", m.path("chain.more")]
    leaf, old = tests.serve("leaf", *issuers), tests.serve("old", *issuers)
    misnamed = tests.serve("misnamed", *issuers)
    wrong = "00" * 32
    heard = tests.listening = Listening(m.path("leaf.pem"), m.path("leaf.key"))
    rows = [
        # host, port, TLSA records
        ("ee", leaf, ["3 1 1 " + m.tlsa("leaf", 1, 1)]),
        ("full", leaf, ["3 0 0 " + m.tlsa("leaf", 0, 0)]),
        ("leaf", leaf, ["2 1 1 " + m.tlsa("root", 1, 1)]),
        ("rollover", leaf, ["3 1 1 " + wrong,
                            "3 1 1 " + m.tlsa("leaf", 1, 1)]),
        ("mismatch", leaf, ["3 1 1 " + wrong]),
        ("old", old, ["3 1 1 " + m.tlsa("old", 1, 1)]),
        ("old-ta", old, ["2 0 1 " + m.tlsa("middle", 0, 1)]),
        ("misnamed", misnamed, ["2 0 2 " + m.tlsa("root", 0, 2)]),
        ("misnamed-ee", misnamed, ["3 0 1 " + m.tlsa("misnamed", 0, 1)]),
        ("unusable", leaf, ["1 1 1 " + wrong]),
        ("none", leaf, []),
        ("two", leaf, []),
        ("xn--bcher-kva", leaf, []),
        ("heard", heard.port, ["3 1 1 " + m.tlsa("leaf", 1, 1)]),
        ("down", free_port(), ["3 1 1 " + wrong]),
        ("broken", leaf, ["3 1 1 " + m.tlsa("leaf", 1, 1)]),
        ("forged", 25, ["3 1 1 " + "ab" * 32]),
    ]
    rows += [(n, Hostile(row[0]).port, ["3 1 1 " + wrong])
             for n, row in hostile.items()]
    for host, port, records in rows:
        ports[host] = port
        # Ports differ, so that records do not meet.
        text += "%s A 127.0.0.%d\n" % (host, 77 if host == "broken" else 1)
        for record in records:
            text += "_%d._tcp.%s TLSA %s\n" % (port, host, record)
    text += "alias CNAME ee\nout CNAME host.open.example.\n"
    text += "_%d._tcp.out TLSA 3 1 1 %s\n" % (leaf, m.tlsa("leaf", 1, 1))
    text += "@ MX 10 leaf\nnick CNAME heard\ntwo A 127.0.0.2\n"
    ports["alias"] = ports["out"] = leaf
    return text, ports


def test_names(t, ports):
    at = lambda host, *more: (["dane", host + ".dane.example", "--port",
                               str(ports[host])] + list(more))
    t.expect(at("ee"), 0, result="dane", secure=True,
             base_domain="ee.dane.example")
    t.expect(at("none"), 1, result="opportunistic", reason="no-tlsa",
             secure=True)
    t.expect(at("unusable"), 1, result="tls-required")
    t.expect(at("alias"), 0, result="dane", base_domain="ee.dane.example")
    # The alias is secure, the host behind it is not: the alias's own records.
    t.expect(at("out"), 0, result="dane", base_domain="out.dane.example")
    # An address, and then a record, that were changed after signing.
    t.expect(at("broken"), 75, result="unreachable", reason="dns-servfail",
             tls_failure="dnssec-invalid")
    t.expect(at("forged"), 75, result="unreachable", reason="dns-servfail",
             tls_failure="dnssec-invalid")
    t.expect(["dane", "host.open.example"], 1, result="opportunistic",
             reason="address-insecure", secure=False)
    t.expect(["dane", "nobody.dane.example"], 75, result="unreachable",
             reason="no-address")
    # Without trust in the resolver nothing is secure.
    got, o = t.run(*at("ee"), trust=False)
    check(got == 1 and o["result"] == "opportunistic", "no trust: %s" % o)
    o = t.expect(["mx", "dane.example", "--policy"], 0, result="ok")
    check(o["hosts"][0]["tls"] in ("opportunistic", "dane") and
          o["hosts"][0]["secure"], "mx --policy: %s" % o)


def test_chains(t, ports):
    at = lambda host, *more: (["dane", host + ".dane.example", "--port",
                               str(ports[host]), "--connect"] + list(more))
    o = t.expect(at("ee"), 0, result="authenticated")
    check([c["names"] for c in o["certificates"]][0] ==
          ["leaf.dane.example", "*.wild.example"] and
          len(o["certificates"]) == 3 and
          o["certificates"][0]["days_left"] in (29, 30) and
          o["records"][0]["match"] is True, "ee: %s" % o)
    t.expect(at("full"), 0, result="authenticated")
    t.expect(at("leaf"), 0, result="authenticated")
    o = t.expect(at("rollover"), 0, result="authenticated")
    check(sorted(r["match"] for r in o["records"]) == [False, True],
          "rollover: %s" % o)
    t.expect(at("mismatch"), 1, result="failed", reason="tlsa-mismatch",
             tls_failure="validation-failure")
    o = t.expect(at("old"), 0, result="authenticated")
    check(o["certificates"][0]["days_left"] < -365, "old: %s" % o)
    t.expect(at("old-ta"), 1, result="failed", reason="certificate-expired",
             tls_failure="certificate-expired")
    t.expect(at("misnamed"), 1, result="failed", reason="certificate-name",
             tls_failure="certificate-host-mismatch")
    t.expect(at("misnamed-ee"), 0, result="authenticated")
    o = t.expect(at("unusable"), 1, result="tls-required")
    check(len(o["certificates"]) == 3, "unusable: %s" % o)
    t.expect(at("none"), 1, result="opportunistic")
    t.expect(at("down"), 75, result="unreachable",
             reason="connection-failed")
    # The domain whose MX record leads to the host is a name of it, too.
    t.expect(["dane", "leaf.dane.example", "--port", str(ports["leaf"]),
              "--chain", t.maker.path("chain"), "--next-hop",
              "dane.example"], 0, result="authenticated")
    t.expect(["dane", "ee.dane.example", "--port", str(ports["ee"]),
              "--chain", t.maker.path("leaf.key")], 65)
    t.expect(["dane", "ee.dane.example", "--chain", "/nonexistent"], 66)


def test_said(t, ports):
    """What the server hears of the tool."""
    m = t.maker
    for version in ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3:
        for host, want in (
                # No records, no base domain: the host, as DNS has it.
                ("NONE.dane.example.", "none.dane.example"),
                ("b\u00fccher.dane.example", "xn--bcher-kva.dane.example"),
                ("host.open.example", "host.open.example"),
                ("[127.0.0.1]", None), ("127.0.0.1", None)):
            server = Listening(m.path("leaf.pem"), m.path("leaf.key"),
                               version)
            o = t.expect(["dane", host, "--port", str(server.port),
                          "--connect", "-x"], 1, result="opportunistic")
            end = time.time() + 5
            while len(server.heard) < 3 and time.time() < end:
                time.sleep(0.01)
            check(len(server.heard) == 3 and
                  server.heard[0].startswith("EHLO ") and
                  server.heard[1:] == [want, "QUIT\r\n"] and
                  len(o["certificates"]) == 1 and
                  "presented" in o["trace"][-1],
                  "%s: %s %s" % (host, server.heard, o))
    # RFC 7672 section 8.1: it is the base domain, not the alias.
    t.expect(["dane", "nick.dane.example", "--port", str(ports["heard"]),
              "--connect"], 0, result="authenticated",
             base_domain="heard.dane.example")
    check(t.listening.heard[1] == "heard.dane.example",
          "%s" % t.listening.heard)
    # Before TLS 1.2 there is none.
    server = Listening(m.path("leaf.pem"), m.path("leaf.key"),
                       ssl.TLSVersion.TLSv1_1)
    t.expect(["dane", "none.dane.example", "--port", str(server.port),
              "--connect"], 1, reason="tls-handshake")
    # A host with several addresses: one that answers is enough.
    t.expect(["dane", "two.dane.example", "--port", str(ports["none"]),
              "--connect"], 1, result="opportunistic", reason="no-tlsa")


def test_hostile(t, ports):
    for name, (_, result, reason, status) in HOSTILE.items():
        began = time.time()
        got, o = t.run("dane", name + ".dane.example", "--port",
                       str(ports[name]), "--connect", timeout=2)
        took = time.time() - began
        check(got == status and o["result"] == result and
              o["reason"] == reason and took < 4,
              "%s: %d, %.1f s: %s" % (name, got, took, json.dumps(o)))


def main():
    for name in PROGRAMS:
        if shutil.which(name) is None:
            print("there is no", name)
            return 77
    with tempfile.TemporaryDirectory() as folder:
        maker = Maker(folder)
        make_certificates(maker)
        tests = Tests(sys.argv[1], maker)
        try:
            text, ports = zone_of(tests, HOSTILE)
            tests.names = Names(folder, {
                "dane.example": (text, True),
                "open.example": ("host A 127.0.0.1\n", False),
            }, [("dane.example", "127.0.0.77", "127.0.0.78"),
                ("dane.example", "ab" * 32, "cd" * 32)])
            assert port_is_open(tests.names.port)
            assert port_is_open(tests.names.nsd_port)
            test_names(tests, ports)
            test_chains(tests, ports)
            test_said(tests, ports)
            test_hostile(tests, ports)
        finally:
            tests.stop()
            if tests.names is not None:
                tests.names.stop()
    return exit_status()


if __name__ == "__main__":
    sys.exit(main())
