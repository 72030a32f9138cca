"""What must not be found where it doesn't belong: the secret numbers of keys, in every form in which a program might hold
them, passphrases, and what is derived from these."""

import base64
import functools
import hashlib
import subprocess

import openpgp

WINDOW = 16  # bytes of which none may be found


class Fields:
    def __init__(self, body):
        self.rest = body

    def take(self, size):
        field, self.rest = self.rest[:size], self.rest[size:]
        return field

    def mpi(self):
        return self.take((int.from_bytes(self.take(2), "big") + 7) // 8)

    def sized(self):
        return self.take(self.take(1)[0])


DIGESTS = {8: hashlib.sha256, 10: hashlib.sha512}


@functools.cache
def stretched(digest, salt, count, passphrase):
    """The AES-256 key that a passphrase gives (RFC 9580 §3.7.1.3)."""
    whole = salt + passphrase
    size = max(len(whole), (16 + (count & 15)) << (count >> 4) + 6)
    return DIGESTS[digest]((whole * (size // len(whole) + 1))[:size]).digest()[:32]


def derived(fields, passphrase):
    kind, digest, salt, count = *fields.take(2), fields.take(8), fields.take(1)[0]
    assert kind == 3
    return stretched(digest, salt, count, passphrase)


@functools.cache
def deciphered(key, vector, data):
    words = ["openssl", "enc", "-d", "-aes-256-cfb", "-K", key.hex(), "-iv", vector.hex()]
    return subprocess.run(words, input=data, stdout=subprocess.PIPE, check=True).stdout


def opened(fields, passphrases, keys):
    """The secret part of a protected key (RFC 9580 §5.5.3), by the passphrase that fits; what these give goes to `keys`."""
    rest = fields.rest
    for passphrase in passphrases:
        fields.rest = rest
        assert fields.take(1)[0] == 9  # AES-256
        key = derived(fields, passphrase)
        vector = fields.take(16)
        plain = deciphered(key, vector, fields.rest)
        if hashlib.sha1(plain[:-20]).digest() == plain[-20:]:
            keys.append(key)
            return plain[:-20]
    raise ValueError("none of the passphrases opens it")


def numbers(algorithm, secret):
    """The secret numbers by name, each as the octets of its MPI, and what signing or decrypting makes of them first."""
    if algorithm == 1:
        d, p, q, u = (int.from_bytes(secret.mpi(), "big") for _ in range(4))
        named = {"d": d, "p": p, "q": q, "u": u, "d mod p-1": d % (p - 1), "d mod q-1": d % (q - 1), "1/q": pow(q, -1, p)}
        return {name: value.to_bytes((value.bit_length() + 7) // 8, "big") for name, value in named.items()}
    scalar = secret.mpi()
    found = {"scalar": scalar}
    if algorithm == 22:
        half = hashlib.sha512(scalar.rjust(32, b"\0")).digest()
        found["expanded"] = bytes([half[0] & 0xF8]) + half[1:31] + bytes([half[31] & 0x3F | 0x40])
        found["prefix"] = half[32:]
    return found


def secrets_of(packets, passphrases=()):
    """Everything secret in a transferable secret key, by name."""
    found = {}
    for tag, _, begin, end in openpgp.packets(packets):
        if tag not in (5, 7):
            continue
        body = packets[begin:end]
        fields = Fields(body)
        algorithm = fields.take(6)[5]
        if algorithm == 1:
            fields.mpi()
        else:
            fields.sized()
        fields.mpi()
        if algorithm == 18:
            fields.sized()
        name = "%s %s" % ("key" if tag == 5 else "subkey", hashlib.sha256(body[: len(body) - len(fields.rest)]).hexdigest()[:6])
        usage, keys = fields.take(1)[0], []
        secret = Fields(opened(fields, passphrases, keys) if usage == 254 else fields.rest[:-2])
        for what, octets in numbers(algorithm, secret).items():
            found[name + ", " + what] = octets
        for key in keys:
            found["made of a passphrase, for " + name] = key
    return found


def swapped(octets, size):
    octets = octets.rjust(-(-len(octets) // size) * size, b"\0")
    return b"".join(octets[at : at + size][::-1] for at in range(0, len(octets), size))


def forms(octets):
    """(form, bytes, bytes of a window, step)"""
    yield "as it is", octets, WINDOW, WINDOW
    yield "reversed", octets[::-1], WINDOW, WINDOW
    yield "in words of 32 bits", swapped(octets, 4), WINDOW, WINDOW
    yield "in words of 64 bits", swapped(octets, 8), WINDOW, WINDOW
    yield "hexadecimal", octets.hex().encode(), 2 * WINDOW, 2 * WINDOW
    yield "HEXADECIMAL", octets.hex().upper().encode(), 2 * WINDOW, 2 * WINDOW
    for begin in range(3):  # in whichever place of a quantum it begins; lines break at 64
        yield "base64", base64.b64encode(octets[begin:])[:-4], 16, 8


class Patterns:
    """What to look for; finds parts of a secret as well as all of it."""

    def __init__(self):
        self.named = {}

    def add(self, name, octets):
        if not any(octets):
            raise ValueError("no secret: " + name)
        for form, whole, window, step in forms(octets):
            places = list(range(0, max(1, len(whole) - window + 1), step)) + [max(0, len(whole) - window)]
            for at in places:
                self.named.setdefault(bytes(whole[at : at + window]), "%s, %s" % (name, form))

    def add_text(self, name, text, window=10):
        for at in range(max(1, len(text) - window + 1)):
            self.named.setdefault(text[at : at + window], name)
        self.add(name, text)

    def find(self, data):
        """(name, offset) of each that is in it."""
        for pattern, name in self.named.items():
            at = data.find(pattern)
            while at >= 0:
                yield name, at
                at = data.find(pattern, at + 1)
