#!/usr/bin/env python3
"""Signed by us, verified by others, and the other way round.

usage: peers.py dkim|arc MAILAUTH [PEER-OPENDKIM]

The peers are dkimpy (python3-dkim), Mail::DKIM (libmail-dkim-perl) and
libopendkim, each a program beside this one that answers jobs, a line each, their
words with tabs between:

    zone FILE                           names and records, with a tab between
    sign ALGORITHM CANON DOMAIN SELECTOR KEY IN OUT
    verify IN                           pass, or something else
    seal DOMAIN SELECTOR KEY AUTHSERV-ID CHAIN IN OUT
    validate IN                         none, pass or fail

Exit status 77: none of them is installed.
"""
import base64
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from messages import messages  # noqa: E402

CANONS = [h + "/" + b for h in ("simple", "relaxed") for b in ("simple", "relaxed")]
RSA, ED25519 = "rsa-sha256", "ed25519-sha256"
SELECTORS = {RSA: "rsa", ED25519: "ed"}
DOMAIN = "example.com"
SEALERS = ["a.example", "b.example", "c.example"]
HUGE = 200000


def deviates(peer, canon, text):
    """Does the peer otherwise than RFC 6376 section 3.4 has it?"""
    body = text.split(b"\r\n\r\n", 1)[1]
    form = canon.split("/")[1]
    if not body or body.endswith(b"\r\n"):
        return False
    # Section 3.4.4: a CRLF is added.  It is a syntax error there.
    if peer.name == "libopendkim" and form == "relaxed":
        return True
    # Section 3.4.3: "If there is no trailing CRLF on the message body, a CRLF
    # is added."  It is not.
    if peer.name == "libmail-dkim-perl" and form == "simple":
        return True
    # Section 3.4.4: "Ignore all whitespace at the end of lines."  Of a last
    # line without CRLF it is not ignored.
    return (peer.name == "python3-dkim" and form == "relaxed" and
            body.endswith((b" ", b"\t")))


def cannot_sign(peer, algorithm, canon):
    """libopendkim's Ed25519 fields are folded otherwise than what it has signed,
    so that they fail where folds count; also with itself."""
    return (peer.name == "libopendkim" and algorithm == ED25519 and
            canon.startswith("simple/"))



class Peer:
    def __init__(self, name, command, algorithms, arc):
        self.name, self.algorithms, self.arc = name, algorithms, arc
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True)

    def ask(self, *words):
        try:
            self.process.stdin.write("\t".join(words) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return "error: it has ended"
        return self.process.stdout.readline().rstrip("\n")


def runs(*command):
    try:
        return subprocess.run(command, capture_output=True).returncode == 0
    except OSError:
        return False


def find_peers(opendkim):
    peers = []
    for python in (sys.executable, "/usr/bin/python3"):
        if runs(python, "-c", "import dkim"):
            ed = runs(python, "-c", "import nacl.signing")
            peers.append(Peer("python3-dkim", [python, HERE + "/peer-python.py"],
                              [RSA, ED25519] if ed else [RSA], True))
            break
    else:
        print("python3-dkim: not installed")
    if runs("perl", "-MMail::DKIM::ARC::Signer", "-e", "1"):
        peers.append(Peer("libmail-dkim-perl", ["perl", HERE + "/peer-perl.pl"],
                          [RSA], True))
    else:
        print("libmail-dkim-perl: not installed")
    if opendkim:
        peers.append(Peer("libopendkim", [opendkim], [RSA, ED25519], False))
    else:
        print("libopendkim: not installed")
    return peers


class Bench:
    """A folder with keys, their zone, and messages."""

    def __init__(self, mailauth, folder, peers):
        self.mailauth, self.folder, self.failures = mailauth, folder, 0
        self.checks = 0
        self.zone = folder + "/zone"
        records = []
        for domain in [DOMAIN] + SEALERS:
            for algorithm, selector in SELECTORS.items():
                key = self.key(domain, algorithm)
                made = json.loads(self.run(
                    "dkim", "keygen", "--domain", domain, "--selector", selector,
                    "--algorithm", algorithm.split("-")[0], "--out", key, "-j")[1])
                records.append((made["name"], made["record"]))
                if algorithm == ED25519:
                    self.write_seed(key)
        with open(self.zone, "w") as f:
            for name, text in records:
                f.write("%s. TXT %s\n" % (name, " ".join(
                    '"%s"' % text[i:i + 255] for i in range(0, len(text), 255))))
        with open(folder + "/records", "w") as f:
            f.writelines("%s\t%s\n" % record for record in records)
        for peer in peers:
            assert peer.ask("zone", folder + "/records") == "read", peer.name

    @staticmethod
    def write_seed(key):
        """The 32 octets alone, in base64, as dkimpy wants them."""
        lines = open(key).read().split("\n")
        der = base64.b64decode("".join(x for x in lines if not x.startswith("-")))
        with open(key + ".seed", "wb") as f:
            f.write(base64.b64encode(der[-32:]))

    def key(self, domain, algorithm):
        return "%s/%s-%s.pem" % (self.folder, domain, SELECTORS[algorithm])

    def path(self, *words):
        return self.folder + "/" + "-".join(w.replace("/", "_") for w in words)

    def run(self, *arguments):
        """(status, output)"""
        got = subprocess.run([self.mailauth, *arguments], stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE)
        return got.returncode, got.stdout + got.stderr

    def verify(self, path):
        status, out = self.run("-z", self.zone, "-j", "dkim", "verify", path)
        found = json.loads(out)["signatures"]
        return found[0]["result"] if found else "none"

    def sign(self, algorithm, canon, source, target, *more):
        status, out = self.run("dkim", "sign", "--domain", DOMAIN, "--selector",
                               SELECTORS[algorithm], "--key",
                               self.key(DOMAIN, algorithm), "--canonicalization",
                               canon, *more, source)
        with open(target, "wb") as f:
            f.write(out)
        return "signed" if status == 0 else "error: " + out.decode("utf-8", "replace")

    def expect(self, wanted, got, *what):
        self.checks += 1
        ok = got == wanted if isinstance(wanted, str) else wanted(got)
        if not ok:
            self.failures += 1
            print("%s: %s" % (": ".join(what), got))


def spoil(path, target, where):
    """A copy in which one octet is another: of the body, or of the Subject."""
    text = open(path, "rb").read()
    at = text.index(b"\r\n\r\n") + 4 if where == "body" else text.index(b"\nSubject:") + 9
    while text[at:at + 1] in b" \t\r\n":
        at += 1
    text = text[:at] + (b"Q" if text[at:at + 1] != b"Q" else b"R") + text[at + 1:]
    with open(target, "wb") as f:
        f.write(text)


def run_dkim(bench, peers):
    texts = messages()
    assert len(texts) == 100
    files = []
    for i, (what, text) in enumerate(texts):
        files.append((what, bench.path("message", str(i)), text))
        with open(files[-1][1], "wb") as f:
            f.write(text)
    for peer in peers:
        for algorithm in peer.algorithms:
            for canon in CANONS:
                check_peer(bench, peer, algorithm, canon, files)


def check_peer(bench, peer, algorithm, canon, files):
    pool = concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2)
    # The largest once a peer.
    files = [f for f in files if (len(f[2]) < HUGE or canon == "relaxed/relaxed")
             and not deviates(peer, canon, f[2])]
    ours, theirs = bench.path("ours"), bench.path("theirs")

    def sign(item):
        return bench.sign(algorithm, canon, item[1], ours + os.path.basename(item[1]))

    signed = list(pool.map(sign, files))
    for (what, source, _), result in zip(files, signed):
        title = (peer.name, algorithm, canon, what)
        bench.expect("signed", result, "we sign", *title)
        bench.expect("pass", peer.ask("verify", ours + os.path.basename(source)),
                     "signed by us", *title)
    jobs = []
    for what, source, _ in files:
        target = theirs + os.path.basename(source)
        result = peer.ask("sign", algorithm, canon, DOMAIN, SELECTORS[algorithm],
                          bench.key(DOMAIN, algorithm), source, target)
        if result == "lacking":
            print("%s: no %s" % (peer.name, algorithm))
            return
        title = (peer.name, algorithm, canon, what)
        bench.expect("signed", result, "they sign", *title)
        if result == "signed" and not cannot_sign(peer, algorithm, canon):
            jobs.append((title, target))
    for (title, _), result in zip(jobs, pool.map(lambda j: bench.verify(j[1]), jobs)):
        bench.expect("pass", result, "signed by them", *title)
    # What is changed must not pass, neither here nor there.
    source = files[0][1]
    for where in ("body", "header"):
        for who, path in (("us", ours), ("them", theirs)):
            spoiled = bench.path("spoiled")
            spoil(path + os.path.basename(source), spoiled, where)
            title = ("spoiled " + where, "signed by " + who, peer.name, canon)
            bench.expect(lambda r: r != "pass" and r != "", peer.ask("verify", spoiled),
                         "there", *title)
            bench.expect("fail", bench.verify(spoiled), "here", *title)


# ---- Chains ----

def validate(bench, path):
    status, out = bench.run("-z", bench.zone, "-j", "arc", "verify", path)
    return json.loads(out)["result"]


def seal(bench, who, domain, chain, path, n=0):
    """Seal the message where it is; who: a peer, or None for us."""
    # One of its own for each set: dkimpy fails a chain that has arc= twice.
    authserv_id = "mx%d.%s" % (n, domain)
    key, target = bench.key(domain, RSA), path + "-new"
    field = ("Authentication-Results: %s; arc=%s;\r\n"
             " spf=pass smtp.mailfrom=example.com\r\n" % (authserv_id, chain)).encode()
    with open(path, "rb") as f:
        text = f.read()
    with open(path, "wb") as f:
        f.write(field + text)
    if who is None:
        status, out = bench.run("-z", bench.zone, "arc", "seal", "--domain", domain,
                                "--selector", SELECTORS[RSA], "--key", key,
                                "--authserv-id", authserv_id, path)
        with open(target, "wb") as f:
            f.write(out)
        result = "sealed" if status in (0, 1) else out.decode("utf-8", "replace")
    else:
        result = who.ask("seal", domain, SELECTORS[RSA], key, authserv_id, chain,
                         path, target)
    bench.expect("sealed", result, "seal", who.name if who else "us", chain)
    if result == "sealed":
        os.replace(target, path)


def run_arc(bench, peers):
    peers = [peer for peer in peers if peer.arc]
    everybody = [None] + peers
    for first in range(len(everybody)):
        path = bench.path("chain")
        with open(path, "wb") as f:
            f.write(messages()[0][1])
        for n in range(10):
            who = everybody[(first + n) % len(everybody)]
            seal(bench, who, SEALERS[n % len(SEALERS)], "pass" if n else "none",
                 path, n)
            title = ("%d sets" % (n + 1), "the last by " + (who.name if who else "us"))
            bench.expect("pass", validate(bench, path), "we validate", *title)
            for peer in peers:
                bench.expect("pass", peer.ask("validate", path),
                             peer.name + " validates", *title)
            for where in ("body", "header"):
                spoiled = bench.path("spoiled")
                spoil(path, spoiled, where)
                bench.expect("fail", validate(bench, spoiled), "we, spoiled", *title)
                for peer in peers:
                    bench.expect("fail", peer.ask("validate", spoiled),
                                 peer.name + ", spoiled", *title)
    # A chain that broke is sealed as such by us, and fails for everybody.
    path = bench.path("broken")
    with open(path, "wb") as f:
        f.write(messages()[0][1])
    seal(bench, None, SEALERS[0], "none", path)
    spoil(path, path, "header")
    seal(bench, None, SEALERS[1], "fail", path)
    bench.expect("fail", validate(bench, path), "we validate what broke")
    for peer in peers:
        bench.expect("fail", peer.ask("validate", path), peer.name + " validates what broke")


def main():
    peers = find_peers(sys.argv[3] if len(sys.argv) > 3 else "")
    if not peers:
        return 77
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(sys.argv[2], folder, peers)
        {"dkim": run_dkim, "arc": run_arc}[sys.argv[1]](bench, peers)
    print("%d checks with %s, %d failures" % (
        bench.checks, ", ".join(peer.name for peer in peers), bench.failures))
    return 1 if bench.failures or not bench.checks else 0


if __name__ == "__main__":
    sys.exit(main())
