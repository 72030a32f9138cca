"""ECDSA with P-256 and SHA-256 (FIPS 186-4), for test certificates: a process of openssl for each of hundreds would be most of
the laboratory's generation. It takes no care at all of side channels."""

import hashlib
import secrets

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
BASE = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


def add(one, two):
    """Points in affine coordinates that are not each other's negative."""
    (x1, y1), (x2, y2) = one, two
    if one == two:
        slope = 3 * (x1 * x1 - 1) * pow(2 * y1, -1, P)
    else:
        slope = (y2 - y1) * pow(x2 - x1, -1, P)
    x = (slope * slope - x1 - x2) % P
    return x, (slope * (x1 - x) - y1) % P


def table():
    """By place and digit: BASE times digit times 16 to the power of place."""
    rows, point = [], BASE
    for _ in range(64):
        row = [None, point]
        for _ in range(14):
            row.append(add(row[-1], point))
        rows.append(row)
        point = add(row[15], point)
    return rows


TABLE = table()


def multiple(scalar):
    """BASE times scalar. The sum is kept in Jacobian coordinates (x/z², y/z³), as an inversion costs twenty multiplications."""
    x = y = z = None
    for row in TABLE:
        point, scalar = row[scalar & 15], scalar >> 4
        if point is None:
            continue
        if z is None:
            (x, y), z = point, 1
            continue
        square = z * z % P
        h = (point[0] * square - x) % P
        r = (point[1] * square * z - y) % P
        hh = h * h % P
        hhh, v = h * hh % P, x * hh % P
        x = (r * r - hhh - 2 * v) % P
        y = (r * (v - x) - y * hhh) % P
        z = z * h % P
    inverse = pow(z, -1, P)
    return x * inverse * inverse % P, y * inverse * inverse * inverse % P


def key():
    """A private key, and its public point, uncompressed (SEC 1 §2.3.3)."""
    private = secrets.randbelow(ORDER - 1) + 1
    x, y = multiple(private)
    return private, b"\4" + x.to_bytes(32, "big") + y.to_bytes(32, "big")


def sign(private, data):
    """r and s."""
    digest = int.from_bytes(hashlib.sha256(data).digest(), "big")
    k = secrets.randbelow(ORDER - 1) + 1
    r = multiple(k)[0] % ORDER
    return r, pow(k, -1, ORDER) * (digest + r * private) % ORDER
