"""Certificates of every kind a laboratory needs, made byte by byte: openssl(1) sets no dates, and takes long for hundreds.

All but a few are issued by one intermediate CA below the root that the laboratory's programs trust. A server sends leaf and
intermediate where the kind says nothing else:

  ec rsa both      P-256, RSA 2048, one of each
  root-sent        the root too
  leaf-only        without the intermediate
  self-signed      by its own key
  other-ca         by a root that nobody trusts
  expired not-yet soon     ended yesterday, begins in a month, ends within five days
  wrong-name       for another host
  domain-name      for the mail domain instead of the host
  wildcard         *.<the host without its first label>; wildcard-parent: one label fewer, which must not match it; wildcard-grandparent: two
  cn-only          the name stands in the subject alone
  shared           one certificate for all hosts of this kind
"""

import base64
import hashlib
import itertools
import os
import shutil
import subprocess
import time

import p256

DAY = 86400


def der(tag, *parts):
    body = b"".join(parts)
    length = len(body)
    if length < 128:
        return bytes([tag, length]) + body
    size = (length.bit_length() + 7) // 8
    return bytes([tag, 128 | size]) + length.to_bytes(size, "big") + body


def sequence(*parts):
    return der(0x30, *parts)


def integer(value):
    return der(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(text):
    first, second, *rest = map(int, text.split("."))
    out = bytes([first * 40 + second])
    for number in rest:
        groups = [number & 127]
        while number := number >> 7:
            groups.append(number & 127 | 128)
        out += bytes(reversed(groups))
    return der(6, out)


def moment(seconds):
    return der(0x17, time.strftime("%y%m%d%H%M%SZ", time.gmtime(seconds)).encode())


def extension(number, value, critical=False):
    return sequence(oid(number), der(1, b"\xff") if critical else b"", der(4, value))


ECDSA_SHA256 = sequence(oid("1.2.840.10045.4.3.2"))


class Key:
    """A private key in a file as openssl reads it, with its subjectPublicKeyInfo."""

    def __init__(self, path):
        self.private, point = p256.key()
        curve = oid("1.2.840.10045.3.1.7")
        self.spki = sequence(sequence(oid("1.2.840.10045.2.1"), curve), der(3, b"\0" + point))
        body = sequence(integer(1), der(4, self.private.to_bytes(32, "big")), der(0xA0, curve), der(0xA1, der(3, b"\0" + point)))
        with open(path, "w") as file:
            file.write(pem(body, "EC PRIVATE KEY"))

    def sign(self, data):
        return sequence(*map(integer, p256.sign(self.private, data)))


class RsaKey:
    """RSA 2048, which signs nothing here."""

    def __init__(self, path):
        subprocess.run(["openssl", "genrsa", "-out", path, "2048"], check=True, capture_output=True)
        self.spki = subprocess.run(["openssl", "pkey", "-in", path, "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout


def pem(octets, label="CERTIFICATE"):
    text = base64.b64encode(octets).decode()
    lines = "\n".join(text[at : at + 64] for at in range(0, len(text), 64))
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n"


def name(common):
    return sequence(der(0x31, sequence(oid("2.5.4.3"), der(12, common.encode())))) if common else sequence()


class Authority:
    """Issues certificates; the root's own is self-signed."""

    serials = itertools.count(int(time.time()) << 20)

    def __init__(self, folder, common, now, parent=None):
        self.common, self.key = common, Key(os.path.join(folder, common.replace(" ", "-") + ".key"))
        self.now = now
        parent = parent or self
        self.certificate = parent.issue(self.key, common, [], now - 30 * DAY, now + 3650 * DAY, authority=True)

    def issue(self, key, common, names, begins, ends, authority=False):
        extensions = [extension("2.5.29.14", der(4, hashlib.sha1(key.spki).digest()))]
        extensions.append(extension("2.5.29.35", sequence(der(0x80, hashlib.sha1(self.key.spki).digest()))))
        extensions.append(extension("2.5.29.19", sequence(der(1, b"\xff") if authority else b""), critical=True))
        if authority:
            extensions.append(extension("2.5.29.15", der(3, b"\1\6"), critical=True))
        if names:
            extensions.append(extension("2.5.29.17", sequence(*(der(0x82, n.encode()) for n in names)), critical=not common))
        body = sequence(
            der(0xA0, integer(2)), integer(next(Authority.serials)), ECDSA_SHA256, name(self.common), sequence(moment(begins), moment(ends)), name(common),
            key.spki, der(0xA3, sequence(*extensions)),
        )
        return sequence(body, ECDSA_SHA256, der(3, b"\0" + self.key.sign(body)))


class Chain:
    """What a server presents with one key: the files <path>.key and <path>.pem. leaf, issuer and root (sent or not) are pairs of
    certificate and subjectPublicKeyInfo, as TLSA records speak of them."""

    def __init__(self, path, sent, leaf, issuer, root):
        self.path, self.leaf, self.issuer, self.root = path, leaf, issuer, root
        with open(path + ".pem", "w") as file:
            file.write("".join(map(pem, sent)))


class Workshop:
    def __init__(self, folder, now):
        self.folder, self.now = folder, now
        os.makedirs(folder)
        self.root = Authority(folder, "Laboratory Root", now)
        self.intermediate = Authority(folder, "Laboratory Intermediate", now, self.root)
        self.stranger = Authority(folder, "Nobody Root", now)
        self.rsa = RsaKey(os.path.join(folder, "rsa.key"))  # of all servers: making one takes long
        self.spare = Key(os.path.join(folder, "next.key"))  # not in use by any server
        self.wrong = Key(os.path.join(folder, "wrong.key"))

    def make(self, path, kind, host, domain):
        """The chains of one server, by "ec" and "rsa"; path without its ending."""
        begins, ends = {
            "expired": (self.now - 30 * DAY, self.now - DAY),
            "not-yet": (self.now + 30 * DAY, self.now + 60 * DAY),
            "soon": (self.now - 30 * DAY, self.now + 5 * DAY),
        }.get(kind, (self.now - DAY, self.now + 365 * DAY))
        parent = host.partition(".")[2]
        names = {
            "wrong-name": ["elsewhere.secure.test"],
            "domain-name": [domain],
            "wildcard": ["*." + parent],
            "wildcard-parent": ["*." + parent.partition(".")[2]],
            "wildcard-grandparent": ["*." + parent.partition(".")[2].partition(".")[2]],
            "cn-only": [],
            "shared": ["shared.test"],
        }.get(kind, [host])
        # A common name has room for 64 characters.
        common = host if kind == "cn-only" else names[0] if len(names[0]) <= 64 else ""
        authority = {"other-ca": self.stranger}.get(kind, self.intermediate)
        chains = {}
        for algorithm in {"rsa": ["rsa"], "both": ["ec", "rsa"]}.get(kind, ["ec"]):
            target = f"{path}.{algorithm}"
            if algorithm == "rsa":
                key = self.rsa
                shutil.copy(os.path.join(self.folder, "rsa.key"), target + ".key")
            else:
                key = Key(target + ".key")
            if kind == "self-signed":
                own = object.__new__(Authority)
                own.common, own.key = common, key
                leaf = own.issue(key, common, names, begins, ends)
                chains[algorithm] = Chain(target, [leaf], *[(leaf, key.spki)] * 3)
                continue
            leaf = authority.issue(key, common, names, begins, ends)
            sent = [leaf, authority.certificate]
            if kind == "root-sent":
                sent.append(self.root.certificate)
            if kind == "leaf-only":
                sent = [leaf]
            root = self.root if authority is self.intermediate else authority
            chains[algorithm] = Chain(target, sent, (leaf, key.spki), *((a.certificate, a.key.spki) for a in (authority, root)))
        return chains
