#!/usr/bin/env python3
"""The conformance cases through the real command line, against a DNS server.

usage: cli.py MAILAUTH FOLDER [NAME...]

Every case of the corpora that the tool has a command for is written as the
command of a postmaster, asking a small DNS server of this script (loopback, UDP
and TCP, truncation over 1232 octets), which answers from the case's own DNS
data.  The server shares no code with the library.  Cases marked doubtful are
left out.  Exit status 77: the folder is not there.
"""
import base64
import concurrent.futures
import ipaddress
import json
import os
import queue
import socket
import struct
import subprocess
import sys
import tempfile
import threading

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "PTR": 12, "MX": 15, "TXT": 16,
         "AAAA": 28, "TLSA": 52, "SPF": 99}
RCODES = {"SERVFAIL": 2, "REFUSED": 5, "NXDOMAIN": 3, "NOERROR": 0}


def wire(name):
    out = b""
    for label in name.rstrip(".").split("."):
        raw = label.encode("latin-1")
        out += bytes([len(raw)]) + raw if raw else b""
    return out + b"\0"


def rdata(kind, value):
    if kind in ("TXT", "SPF"):
        parts = [value] if isinstance(value, str) else value
        raw = [part.encode("latin-1") for part in parts]
        raw = [part[i:i + 255] for part in raw for i in range(0, len(part) or 1, 255)]
        return b"".join(bytes([len(part)]) + part for part in raw)
    if kind == "MX":
        return struct.pack(">H", value[0]) + wire(value[1])
    if kind in ("A", "AAAA"):
        return ipaddress.ip_address(value).packed
    if kind == "TLSA":
        return bytes(value[:3]) + bytes.fromhex(value[3])
    return wire(value)


class Zone:
    """DNS data of a case, by the rules of the suites' README."""

    def __init__(self, data, secure=False):
        self.secure = secure
        self.names = {name.lower().rstrip("."): records
                      for name, records in data.items()}

    def look(self, name, kind):
        """A list of records, a word, or ("CNAME", target)."""
        records = self.names.get(name)
        if records is None:
            below = any(n.endswith("." + name) for n in self.names)
            return "NOERROR" if below else "NXDOMAIN"
        value = records.get(kind, records.get("*", []))
        alias = records.get("CNAME", [])
        if value == [] and alias:
            return alias if isinstance(alias, str) else ("CNAME", alias[0])
        return value

    def answer(self, name, number):
        """(rcode, records), or None: silence."""
        kind = next((k for k, v in TYPES.items() if v == number), "?")
        out, owner, seen = [], name, set()
        while owner not in seen:
            seen.add(owner)
            got = self.look(owner, kind)
            if isinstance(got, tuple):
                out.append((owner, 5, wire(got[1])))
                owner = got[1].lower().rstrip(".")
            elif isinstance(got, str):
                return None if got == "TIMEOUT" else (RCODES[got], out)
            else:
                return 0, out + [(owner, number, rdata(kind, v)) for v in got]
        return 2, []


class Server:
    """Answers from whatever zone is set, on one port of 127.0.0.1."""

    def __init__(self):
        self.zone = Zone({})
        while True:
            self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            self.udp.bind(("127.0.0.1", 0))
            self.port = self.udp.getsockname()[1]
            try:
                self.tcp.bind(("127.0.0.1", self.port))
                break
            except OSError:
                self.udp.close()
                self.tcp.close()
        self.tcp.listen(16)
        threading.Thread(target=self.serve_udp, daemon=True).start()
        threading.Thread(target=self.serve_tcp, daemon=True).start()

    def reply(self, query, limit):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode("latin-1"))
            at += query[at] + 1
        question = query[12:at + 5]
        number = struct.unpack(">H", query[at + 1:at + 3])[0]
        got = self.zone.answer(".".join(labels).lower(), number)
        if got is None:
            return None
        rcode, records = got
        body = b"".join(
            wire(owner) + struct.pack(">HHIH", kind, 1, 300, len(data)) + data
            for owner, kind, data in records)
        count, flags = len(records), 0x8180 | rcode
        if self.zone.secure:
            flags |= 0x0020
        if 12 + len(question) + len(body) > limit:
            body, count, flags = b"", 0, flags | 0x0200
        head = struct.pack(">HHHHH", flags, 1, count, 0, 0)
        return query[:2] + head + question + body

    def serve_udp(self):
        while True:
            query, peer = self.udp.recvfrom(4096)
            reply = self.reply(query, 1232)
            if reply is not None:
                self.udp.sendto(reply, peer)

    def serve_tcp(self):
        while True:
            peer, _ = self.tcp.accept()
            with peer, peer.makefile("rb") as stream:
                size = stream.read(2)
                if len(size) < 2:
                    continue
                query = stream.read(struct.unpack(">H", size)[0])
                reply = self.reply(query, 65535)
                if reply is not None:
                    peer.sendall(struct.pack(">H", len(reply)) + reply)


def message(case, folder):
    inputs = case["inputs"]
    if "message_b64" in inputs:
        raw = base64.b64decode(inputs["message_b64"])
    else:
        with open(os.path.join(folder, inputs["message_file"]), "rb") as f:
            raw = f.read()
    if inputs.get("eol") == "lf2crlf":
        raw = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return raw


# Where the RFC's words say otherwise than the case; the result of each
# signature.
DECIDED = {
    # Wanted is "fail" from whoever allows rsa-sha1; RFC 8301 section 3.1 does not.
    "opendkim t-test68 relaxed/simple rsa-sha1 verifying with altered body":
        "permerror",
    "opendkim t-test73 simple/simple rsa-sha256 verifying with extra "
    "signature spaces and reportinfo (failure)": "permerror",
    "opendkim t-test94 relaxed/simple rsa-sha1 verifying with extra headers "
    "added (failure)": "permerror",
    # Its t= is five hours after the moment at which it is to be verified: RFC
    # 6376 section 3.5 lets verifiers ignore such a signature, and we do.
    "mail-auth 004.txt": "permerror",
}

# For each protocol: the command and its standard input (None: not for the
# tool), and what is wrong with its JSON (None: nothing).

def spf(case, _folder):
    i = case["inputs"]
    args = ["spf", "--ip", i["ip"], "--helo", i["helo"],
            "--mail-from", i["mail_from"]]
    if "receiver" in i:
        args += ["--receiver", i["receiver"]]
    return args, None


def spf_wrong(case, got):
    want = case["expected"]
    if got["result"] not in want["result"]:
        return f"result {got['result']}, want {want['result']}"
    text = want.get("explanation")
    if text is not None and got["result"] == "fail":
        wanted = None if text == "DEFAULT" else text.lower()
        have = got["explanation"].lower() if got["explanation"] else None
        if wanted != have:
            return f"explanation {have!r}, want {wanted!r}"
    return None


def dkim(case, folder):
    at = case["inputs"].get("time")
    args = [] if at is None else ["--at", str(at)]
    return args + ["dkim", "verify"], message(case, folder)


def dkim_wrong(case, got):
    want = case["expected"]
    if "overall" in want:
        return None if got["result"] in want["overall"] else \
            f"result {got['result']}"
    if len(want["signatures"]) != len(got["signatures"]):
        return f"{len(got['signatures'])} signatures"
    for n, (w, g) in enumerate(zip(want["signatures"], got["signatures"])):
        right = w.get("result_rfc8301", w["result"])
        if case["name"] in DECIDED:
            right = [DECIDED[case["name"]]]
        if g["result"] not in right:
            return f"signature {n}: {g['result']} ({g['reason']}), want {right}"
        for key, field in (("d", "domain"), ("s", "selector")):
            if w.get(key) and w[key] != g[field]:
                return f"signature {n}: {field} {g[field]!r}"
    return None


def dmarc(case, _folder):
    i = case["inputs"]
    if "rfc9989" not in case["rules"]:
        return None, None
    args = ["dmarc", "--from", i["from_domain"],
            "--spf", i["spf"]["result"] + "," + i["spf"]["domain"]]
    for d in i["dkim"]:
        args += ["--dkim", d["result"] + "," + d["domain"]]
    return args, None


def dmarc_wrong(case, got):
    names = {"org_domain": "organizational_domain", "dmarc_queries": None}
    for key, value in case["expected"].items():
        field = names.get(key, key)
        if field and got[field] != value:
            return f"{field} {got[field]!r}, want {value!r}"
    return None


def iprev(case, _folder):
    return ["rdns", case["inputs"]["ip"]], None


def iprev_wrong(case, got):
    want = case["expected"]
    if got["result"] != want["result"]:
        return f"result {got['result']}"
    if "name" in want and want["name"] not in got["confirmed"]:
        return f"confirmed {got['confirmed']}"
    return None


def mx(case, _folder):
    args = ["mx", case["inputs"]["domain"]]
    for name in case["inputs"].get("self", []):
        args += ["--local", name]
    return args, None


def mx_wrong(case, got):
    want = case["expected"]
    words = {"hosts": ("ok",), "nullmx": ("null-mx",), "loop": ("loop",),
             "temperror": ("temperror",),
             "permerror": ("permerror", "no-such-domain", "no-address")}
    if got["result"] not in words[want["outcome"]]:
        return f"result {got['result']}, want {want['outcome']}"
    groups = {}
    for host in got["hosts"]:
        groups.setdefault(host["preference"], []).append(host["name"])
    if [sorted(g) for g in want.get("groups", groups.values())] != \
            [sorted(g) for g in groups.values()]:
        return f"hosts {groups}"
    if want.get("implicit", got["implicit"]) != got["implicit"]:
        return f"implicit {got['implicit']}"
    return None


def literal(case, _folder):
    return ["address", "--", case["inputs"]["text"]], None


def literal_wrong(case, got):
    want = case["expected"]
    if (got["valid"] and got["family"] != "domain") != want["valid"]:
        return f"valid {got['valid']}"
    if want.get("address", got["address"]) != got["address"]:
        return f"address {got['address']}"
    return None


def mailbox(case, _folder):
    text = case["inputs"]["address"]
    return (None if "\0" in text else ["address", "--", text]), None


def mailbox_wrong(case, got):
    want = case["expected"]["rfc5321"]
    return None if got["valid"] == want else \
        f"valid {got['valid']} ({got['reason']})"


def arc(case, folder):
    at = case["inputs"].get("time")
    args = [] if at is None else ["--at", str(at)]
    return args + ["arc", "verify"], message(case, folder)


def arc_wrong(case, got):
    if got["result"] not in case["expected"]["cv"]:
        return f"result {got['result']} ({got['reason']})"
    if (got["oldest_pass"] is not None) != (got["result"] == "pass"):
        return f"oldest_pass {got['oldest_pass']}"
    return None


def arc_sign(case, folder):
    i = case["inputs"]
    # It is read before the command has ended, and removed with the script.
    key = os.path.join(KEYS.name, case["name"])
    descriptor = os.open(key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as f:
        f.write(i["private_key_pem"])
    return ["--at", str(i["time"]), "arc", "seal", "--domain", i["domain"],
            "--selector", i["selector"], "--key", key, "--authserv-id",
            i["authserv_id"], "--headers", i["sig_headers"]], message(case, folder)


def tags(text):
    """The tags but b=, whatever their order and their folds."""
    pairs = ("".join(part.split()).partition("=")
             for part in text.split(";") if part.strip())
    return {name: value for name, _, value in pairs if name != "b"}


def arc_sign_wrong(case, got):
    want = case["expected"]
    if (want["AS"] == "") != (got["fields"] == []):
        return f"{len(got['fields'])} fields"
    if not got["fields"]:
        return None
    values = [field.partition(":")[2] for field in got["fields"]]
    for name, value in (("AS", values[0]), ("AMS", values[1])):
        if tags(value) != tags(want[name]):
            return f"{name} {tags(value)}"
    if "".join(values[2].split()) != "".join(want["AAR"].split()):
        return f"AAR {values[2]}"
    return None


def authres(case, _folder):
    value = case["inputs"]["value"]
    return ["results"], f"Authentication-Results: {value}\r\n\r\n".encode()


def authres_wrong(case, got):
    want = case["expected"]
    field = got["fields"][0]
    if field["valid"] != want.get("strict", True):
        return f"valid {field['valid']}: {field['detail']}"
    if not field["valid"]:
        return None
    results = [{"method": r["method"], "method_version": r["method_version"],
                "result": r["result"], "reason": r["reason"],
                "props": r["properties"]} for r in field["results"]]
    wanted = [{"method_version": 1, "reason": None} | r for r in want["results"]]
    if field["authserv_id"] != want["authserv_id"] or \
            field["version"] != want.get("version", 1) or results != wanted:
        return f"{field}"
    return None


POLICY = "version: STSv1\nmode: none\nmax_age: 60\n"


def kept(text):
    """A file of its own with this text."""
    with tempfile.NamedTemporaryFile("w", dir=KEYS.name, encoding="utf-8",
                                     newline="", delete=False) as f:
        f.write(text)
    return f.name


def sts(txt, policy, *more):
    dns = {"_mta-sts.example.com": {"TXT": txt}, "example.com": {}}
    return dns, ["mta-sts", "example.com", "--policy", kept(policy), *more]


def sts_record(case, _folder):
    case["dns"], args = sts(case["inputs"]["txt"], POLICY)
    return args, None


def sts_record_wrong(case, got):
    want = case["expected"]["id"]
    if got["id"] != want or (got["result"] == "valid") != (want is not None):
        return f"{got['result']}, id {got['id']}"
    return None


def sts_policy(case, _folder):
    case["dns"], args = sts(["v=STSv1; id=1"], case["inputs"]["policy"])
    return args, None


def sts_policy_wrong(case, got):
    want = case["expected"]
    if (got["result"] == "valid") != want["valid"]:
        return f"{got['result']}: {got['detail']}"
    for key in "mode", "mx", "max_age":
        if want.get(key, got[key]) != got[key]:
            return f"{key} {got[key]}"
    return None


def sts_match(case, _folder):
    policy = "version: STSv1\nmode: enforce\nmax_age: 60\n" + "".join(
        f"mx: {p}\n" for p in case["inputs"]["patterns"])
    case["dns"], args = sts(["v=STSv1; id=1"], policy, "--host",
                            case["inputs"]["host"])
    return args, None


def sts_match_wrong(case, got):
    match = got["hosts"][0]["match"]
    return None if match == case["expected"]["match"] else f"match {match}"


def rpt(case, _folder):
    case["dns"] = {"_smtp._tls.example.com": {"TXT": case["inputs"]["txt"]}}
    return ["tls-rpt", "example.com"], None


def rpt_wrong(case, got):
    want = case["expected"]["rua"]
    if got["rua"] != (want or []) or \
            (got["result"] == "valid") != (want is not None):
        return f"{got['result']}: {got['rua']}"
    return None


def dane(case, _folder):
    """The first reference name is the host."""
    given = case["inputs"]
    host = given["reference_ids"][0]
    case["secure"] = given["secure"]
    case["dns"] = {host: {"A": ["192.0.2.1"]}}
    if given["tlsa"]:
        case["dns"]["_25._tcp." + host] = {"TLSA": given["tlsa"]}
    chain = "".join(f"-----BEGIN CERTIFICATE-----\n{c}\n"
                    "-----END CERTIFICATE-----\n"
                    for c in given["chain_der_b64"])
    return ["--trust-ad", "--at", str(given["time"]), "dane", host, "--chain",
            kept(chain)], None


def dane_wrong(case, got):
    want = {"unusable": "tls-required", "not-dane": "opportunistic"}.get(
        case["expected"]["outcome"], case["expected"]["outcome"])
    if got["result"] != want:
        return f"{got['result']}: {got['detail']}"
    usage = [r["usage"] for r in got["records"] if r["match"]]
    if usage and usage != [case["expected"].get("usage", usage[0])]:
        return f"usage {usage}"
    return None


KEYS = tempfile.TemporaryDirectory()
COMMANDS = {
    "spf": (spf, spf_wrong), "dkim": (dkim, dkim_wrong),
    "arc": (arc, arc_wrong), "arc-sign": (arc_sign, arc_sign_wrong),
    "authres": (authres, authres_wrong),
    "dmarc": (dmarc, dmarc_wrong), "iprev": (iprev, iprev_wrong),
    "mx": (mx, mx_wrong), "address-literal": (literal, literal_wrong),
    "mailbox": (mailbox, mailbox_wrong),
    "mta-sts-record": (sts_record, sts_record_wrong),
    "mta-sts-policy": (sts_policy, sts_policy_wrong),
    "mta-sts-match": (sts_match, sts_match_wrong),
    "tlsrpt-record": (rpt, rpt_wrong), "dane": (dane, dane_wrong),
}


def run(tool, port, args, stdin):
    call = [tool, "-j", "-t", "2", "-n", f"127.0.0.1@{port}"] + args
    with tempfile.TemporaryFile() as given:
        given.write(stdin or b"")
        given.seek(0)
        done = subprocess.run(call, stdin=given, capture_output=True,
                              timeout=60, check=False)
    if done.returncode not in (0, 1, 75):
        trouble = done.stderr.decode(errors="replace").strip()
        return None, f"status {done.returncode}: {trouble}"
    return json.loads(done.stdout), None


def judge(tool, server, case, zones, folder):
    """What is wrong; None: nothing; "skipped"."""
    make, wrong = COMMANDS[case["protocol"]]
    args, stdin = make(case, folder)
    if args is None:
        return "skipped"
    server.zone = Zone(case.get("dns") or zones.get(case.get("zone"), {}),
                       case.get("secure", False))
    got, trouble = run(tool, server.port, args, stdin)
    return trouble or wrong(case, got)


def load(folder, only):
    work = []
    for top, dirs, files in os.walk(folder):
        dirs.sort()
        for name in sorted(f for f in files if f.endswith(".json")):
            with open(os.path.join(top, name), encoding="utf-8") as f:
                corpus = json.load(f)
            if corpus.get("format") != "libmailauth-cases/1":
                continue
            for case in corpus["cases"]:
                case.setdefault("protocol", corpus["protocol"])
                if case["protocol"] in COMMANDS and \
                        not case.get("doubtful") and \
                        (not only or case["name"] in only):
                    work.append((case, corpus.get("zones", {}), top))
    return work


def main():
    tool, folder, only = sys.argv[1], sys.argv[2], sys.argv[3:]
    if not os.path.isdir(folder):
        print("no conformance_dir: nothing tested")
        return 77
    # Several servers at work together, since silent ones are waited for.
    free = queue.SimpleQueue()
    for _ in range(8):
        free.put(Server())

    def one(item):
        case, zones, top = item
        server = free.get()
        try:
            return case, judge(tool, server, case, zones, top)
        finally:
            free.put(server)

    count = {"passed": 0, "failed": 0, "skipped": 0}
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for case, trouble in pool.map(one, load(folder, only)):
            if trouble in (None, "skipped"):
                count[trouble or "passed"] += 1
            else:
                count["failed"] += 1
                print(f"{case['protocol']} {case['name']}: {trouble}")
    print(", ".join(f"{n} {word}" for word, n in count.items()))
    return 1 if count["failed"] or not count["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
