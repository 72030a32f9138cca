"""OpenPGP keys and signatures that no program would make: Ed25519 (RFC 8032) and the packets of RFC 4880, as small as can be."""

import hashlib
import struct

from openpgp import packet

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
BASE_Y = 4 * pow(5, P - 2, P) % P
CREATED = 1700000000


def add(a, b):
    """The sum of two points in extended coordinates (RFC 8032 section 5.1.4)."""
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    i, j, k, m = f - e, h - g, h + g, f + e
    return i * j % P, k * m % P, j * k % P, i * m % P


def times(number, point):
    result = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = add(result, point)
        point = add(point, point)
        number >>= 1
    return result


def base_point():
    square = (BASE_Y * BASE_Y - 1) * pow(D * BASE_Y * BASE_Y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    x = P - x if x & 1 else x
    return x, BASE_Y, 1, x * BASE_Y % P


BASE = base_point()


def coded(point):
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def mpi(data):
    data = data.lstrip(b"\0")
    bits = len(data) * 8 - (8 - data[0].bit_length()) if data else 0
    return struct.pack(">H", bits) + data


def subpacket(kind, body):
    return bytes([len(body) + 1, kind]) + body


class Key:
    """A version 4 Ed25519 key; the same seed, a text or 32 bytes, makes the same."""

    def __init__(self, seed, created=CREATED):
        digest = hashlib.sha512(seed if isinstance(seed, bytes) else seed.encode()).digest()
        self.scalar = int.from_bytes(digest[:32], "little") & ((1 << 254) - 8) | 1 << 254
        self.prefix = digest[32:]
        self.public = coded(times(self.scalar, BASE))
        self.created = created
        oid = bytes.fromhex("2b06010401da470f01")
        self.body = b"\x04" + struct.pack(">I", created) + b"\x16" + bytes([len(oid)]) + oid + mpi(b"\x40" + self.public)
        self.hashed = b"\x99" + struct.pack(">H", len(self.body)) + self.body
        self.fingerprint = hashlib.sha1(self.hashed).hexdigest().upper()

    def raw(self, message):
        number = lambda data: int.from_bytes(hashlib.sha512(data).digest(), "little") % ORDER
        nonce = number(self.prefix + message)
        r = coded(times(nonce, BASE))
        s = (nonce + number(r + self.public + message) * self.scalar) % ORDER
        return r, s.to_bytes(32, "little")

    def signature(self, data, kind=0, created=CREATED + 100, more=b"", unhashed=b"", digest=8):
        """A signature packet over these bytes; digest 8 is SHA-256, 2 SHA-1."""
        issuer = subpacket(33, b"\x04" + bytes.fromhex(self.fingerprint))
        hashed = subpacket(2, struct.pack(">I", created)) + issuer + more
        head = b"\x04" + bytes([kind, 22, digest]) + struct.pack(">H", len(hashed)) + hashed
        algorithm = {8: hashlib.sha256, 2: hashlib.sha1}[digest]
        total = algorithm(data + head + b"\x04\xff" + struct.pack(">I", len(head))).digest()
        r, s = self.raw(total)
        unhashed = subpacket(16, bytes.fromhex(self.fingerprint[24:])) + unhashed
        return packet(2, head + struct.pack(">H", len(unhashed)) + unhashed + total[:2] + mpi(r) + mpi(s))

    def certify(self, user_id, kind=0x13, created=CREATED, more=b""):
        data = self.hashed + b"\xb4" + struct.pack(">I", len(user_id)) + user_id
        flags = subpacket(27, b"\x03") if kind == 0x13 else b""
        return self.signature(data, kind, created, flags + more)

    def user_id(self, text, **options):
        text = text if isinstance(text, bytes) else text.encode()
        return packet(13, text) + self.certify(text, **options)

    def certificate(self, *user_ids):
        """Each a text, which gets its self-signature, or packets in a tuple."""
        parts = [part[0] if isinstance(part, tuple) else self.user_id(part) for part in user_ids]
        return packet(6, self.body) + b"".join(parts)

    def subkey(self, other, back=True):
        """Another key as a signing subkey of this one; without `back` it has not agreed."""
        data = self.hashed + other.hashed
        agreed = other.signature(data, 0x19)
        # A packet within a subpacket stands without its header.
        embedded = b"\xff" + struct.pack(">I", len(agreed) - 6 + 1) + b"\x20" + agreed[6:] if back else b""
        return packet(14, other.body) + self.signature(data, 0x18, CREATED, subpacket(27, b"\x02"), embedded)
