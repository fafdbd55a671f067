#!/usr/bin/env python3
"""dkimpy as a peer: see peers.py for what its standard input holds."""
import sys

import dkim

ZONE = {}


def look(name, timeout=5):
    return ZONE.get(name.decode().rstrip("."))


def sign(algorithm, canon, domain, selector, key, source, target):
    text = open(source, "rb").read()
    if algorithm == "ed25519-sha256":
        secret = open(key + ".seed", "rb").read().strip()
    else:
        secret = open(key, "rb").read()
    field = dkim.sign(text, selector.encode(), domain.encode(), secret,
                      canonicalize=tuple(canon.encode().split(b"/")),
                      signature_algorithm=algorithm.encode())
    open(target, "wb").write(field + text)
    return "signed"


def verify(source):
    good = dkim.verify(open(source, "rb").read(), dnsfunc=look)
    return "pass" if good else "fail"


def seal(domain, selector, key, authserv_id, chain, source, target):
    text = open(source, "rb").read()
    fields = dkim.arc_sign(text, selector.encode(), domain.encode(),
                           open(key, "rb").read(), authserv_id.encode())
    open(target, "wb").write(b"".join(fields) + text)
    return "sealed" if fields else "nothing"


def validate(source):
    result, _, why = dkim.arc_verify(open(source, "rb").read(), dnsfunc=look)
    return result.decode() if result else "fail"


def zone(path):
    for line in open(path):
        name, text = line.rstrip("\n").split("\t")
        ZONE[name] = text.encode()
    return "read"


COMMANDS = {"sign": sign, "verify": verify, "seal": seal,
            "validate": validate, "zone": zone}

for line in sys.stdin:
    words = line.rstrip("\n").split("\t")
    try:
        answer = COMMANDS[words[0]](*words[1:])
    except Exception as e:
        answer = "error: " + repr(e).replace("\n", " ")
    print(answer, flush=True)
