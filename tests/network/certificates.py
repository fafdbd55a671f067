"""Certificates made on the spot with openssl(1), for the tests of this folder."""
import os
import subprocess


def run(*words):
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.PIPE)


class Maker:
    """Keys and certificates as files NAME.key, NAME.pem of a folder."""

    def __init__(self, folder):
        self.folder = folder

    def path(self, name):
        return os.path.join(self.folder, name)

    def make(self, name, subject, issuer=None, names=(), ca=False, days=30,
             start=None, end=None):
        """start, end: YYYYMMDDHHMMSSZ instead of days."""
        key, pem, conf = (self.path(name + e) for e in (".key", ".pem", ".cnf"))
        run("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout",
            "-out", key)
        lines = ["[req]", "distinguished_name = dn", "prompt = no", "[dn]",
                 "CN = " + subject, "[ext]",
                 "basicConstraints = critical, CA:" +
                 ("TRUE" if ca else "FALSE")]
        if names:
            lines.append("subjectAltName = " +
                         ",".join("DNS:" + n for n in names))
        # openssl ca is what can set dates of the past.
        lines += ["[ca]", "default_ca = d", "[d]", "database = " + conf + ".db",
                  "new_certs_dir = " + self.folder, "serial = " + conf + ".sn",
                  "default_md = sha256", "policy = p", "email_in_dn = no",
                  "unique_subject = no", "x509_extensions = ext", "[p]",
                  "commonName = supplied"]
        with open(conf, "w") as f:
            f.write("\n".join(lines) + "\n")
        open(conf + ".db", "w").close()
        with open(conf + ".sn", "w") as f:
            f.write(os.urandom(8).hex() + "\n")
        run("openssl", "req", "-new", "-key", key, "-config", conf, "-out",
            pem + ".csr")
        by = issuer or name
        words = ["openssl", "ca", "-batch", "-notext", "-config", conf, "-in",
                 pem + ".csr", "-out", pem, "-keyfile", self.path(by + ".key")]
        words += ["-selfsign"] if issuer is None else [
            "-cert", self.path(by + ".pem")]
        words += (["-days", str(days)] if end is None else
                  ["-startdate", start, "-enddate", end])
        run(*words)
        return pem

    def tlsa(self, name, selector, matching):
        """The data of a TLSA record for a certificate, in hex."""
        der = subprocess.run(
            ["openssl", "x509", "-in", self.path(name + ".pem"), "-outform",
             "DER"], check=True, stdout=subprocess.PIPE).stdout
        if selector == 1:
            pub = subprocess.run(
                ["openssl", "x509", "-in", self.path(name + ".pem"), "-noout",
                 "-pubkey"], check=True, stdout=subprocess.PIPE).stdout
            der = subprocess.run(
                ["openssl", "pkey", "-pubin", "-outform", "DER"], input=pub,
                check=True, stdout=subprocess.PIPE).stdout
        if matching == 0:
            return der.hex()
        import hashlib
        return hashlib.new("sha256" if matching == 1 else "sha512",
                           der).hexdigest()
