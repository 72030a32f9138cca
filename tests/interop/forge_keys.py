"""Keys and certificates made packet by packet, with the dates, flags and revocations that a test wants: what no program makes any more,
or makes only by waiting. Ed25519 signs and Curve25519 encrypts; secret parts are there without a passphrase, or are stubs."""

import hashlib
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fault"))
import forge  # noqa: E402
from forge import CREATED, mpi, subpacket  # noqa: E402
from openpgp import packet  # noqa: E402

DAY = 86400
YEAR = 365 * DAY
CERTIFY, SIGN, ENCRYPT, AUTHENTICATE = 1, 2, 12, 32
NO_REASON, SUPERSEDED, COMPROMISED, RETIRED, USER_ID = 0, 1, 2, 3, 32


def seconds(kind, number):
    return subpacket(kind, struct.pack(">I", number))


def statements(flags, expires, primary, signature_expires):
    """Subpackets of a self-signature; `expires` in seconds from the key's creation."""
    more = b"" if flags is None else subpacket(27, bytes([flags]))
    more += b"" if expires is None else seconds(9, expires)
    more += b"" if primary is None else subpacket(25, bytes([primary]))
    return more + (b"" if signature_expires is None else seconds(3, signature_expires))


def x25519(scalar):
    """RFC 7748 section 5, of the base point."""
    prime = forge.P
    x2, z2, x3, z3, swap = 1, 0, 9, 1, 0
    for bit in range(254, -1, -1):
        if swap ^ (scalar >> bit & 1):
            x2, x3, z2, z3 = x3, x2, z3, z2
        swap = scalar >> bit & 1
        a, b = (x2 + z2) % prime, (x2 - z2) % prime
        aa, bb = a * a % prime, b * b % prime
        e, da, cb = (aa - bb) % prime, (x3 - z3) * a % prime, (x3 + z3) * b % prime
        x3, z3 = (da + cb) ** 2 % prime, 9 * (da - cb) ** 2 % prime
        x2, z2 = aa * bb % prime, e * (aa + 121665 * e) % prime
    if swap:
        x2, z2 = x3, z3
    return (x2 * pow(z2, prime - 2, prime) % prime).to_bytes(32, "little")


class Signing(forge.Key):
    """An Ed25519 key; the same name makes the same."""

    def __init__(self, name, created=CREATED):
        seed = b"\xff" + hashlib.sha256(name.encode()).digest()[1:]
        super().__init__(seed, created)
        self.secret = mpi(seed)

    # What it says as a primary key

    def about_itself(self, created=CREATED, flags=CERTIFY | SIGN, expires=None):
        """A direct-key signature."""
        return self.signature(self.hashed, 0x1F, created, statements(flags, expires, None, None))

    def named(self, user_id, created=CREATED, flags=CERTIFY | SIGN, expires=None, primary=None, signature_expires=None, digest=8):
        """A self-signature over a user ID, which stands before it."""
        return self.over(user_id, 0x13, created, statements(flags, expires, primary, signature_expires), digest)

    def over(self, user_id, kind, created, more, digest=8):
        data = user_id.encode()
        return self.signature(self.hashed + b"\xb4" + struct.pack(">I", len(data)) + data, kind, created, more, digest=digest)

    def bound(self, other, flags=None, created=None, expires=None, back=True, signature_expires=None):
        """The binding signature of a subkey; `back`: with the consent of one that signs."""
        created = created or other.created
        data, embedded = self.hashed + other.hashed, b""
        if back and isinstance(other, Signing):
            agreed = other.signature(data, 0x19, created)
            embedded = b"\xff" + struct.pack(">I", len(agreed) - 6 + 1) + b"\x20" + agreed[6:]
        return self.signature(data, 0x18, created, statements(flags, expires, None, signature_expires), embedded)

    def revoked(self, reason=NO_REASON, created=CREATED + 1000, subkey=None, user_id=None):
        """Revokes itself, a subkey or a user ID; with a reason of None the signature has none."""
        more = b"" if reason is None else subpacket(29, bytes([reason]))
        if user_id is not None:
            return self.over(user_id, 0x30, created, more)
        return self.signature(self.hashed + (subkey.hashed if subkey else b""), 0x28 if subkey else 0x20, created, more)


class Encrypting(forge.Key):
    """A Curve25519 key."""

    def __init__(self, name, created=CREATED):
        super().__init__(name, created)
        scalar = int.from_bytes(hashlib.sha256(name.encode()).digest(), "little") & ((1 << 255) - 8) & ((1 << 255) - 1) | 1 << 254
        oid = bytes.fromhex("2b060104019755010501")
        self.body = b"\x04" + struct.pack(">I", created) + b"\x12" + bytes([len(oid)]) + oid + mpi(b"\x40" + x25519(scalar))
        self.body += b"\x03\x01\x08\x07"
        self.hashed = b"\x99" + struct.pack(">H", len(self.body)) + self.body
        self.fingerprint = hashlib.sha1(self.hashed).hexdigest().upper()
        self.secret = mpi(scalar.to_bytes(32, "big"))


def user_id(text):
    return packet(13, text.encode())


def public(key, primary=False):
    return packet(6 if primary else 14, key.body)


def secret(key, primary=False, here=True):
    """With its secret part, or GnuPG's stub in its place."""
    checked = key.secret + struct.pack(">H", sum(key.secret) & 0xFFFF)
    return packet(5 if primary else 7, key.body + (b"\0" + checked if here else b"\xff\0\x65\0GNU\x01"))
