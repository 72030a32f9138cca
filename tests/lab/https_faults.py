"""Web servers that misbehave, each behaviour on addresses of its own; the honest ones are nginx. Each reads a request's header,
does what its name says, whatever was asked for, and closes."""

import itertools
import time
import zlib

import smtp_faults
from smtp_faults import TLS, End

POLICY = b"version: STSv1\r\nmode: none\r\nmax_age: 86400\r\n"


def header(*fields, status="200 OK"):
    return "\r\n".join(["HTTP/1.1 " + status, "Content-Type: text/plain", "Connection: close", *fields, "", ""]).encode()


def stall(session):
    session.stall()


def close(session):
    raise End


def drip(session):
    """A body that is never whole, a byte at a time."""
    session.send(header("Content-Length: 60000"))
    for octet in itertools.cycle(b"x: patience\r\n"):
        session.send(bytes([octet]))
        time.sleep(0.1)


def endless(session):
    """A body without a length, and without an end."""
    session.send(header())
    while True:
        session.send(b"x: again and again\r\n" * 1000)
        time.sleep(0.001)  # for the other servers of this process


def header_flood(session):
    session.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        session.send(b"X-Again: and again\r\n" * 1000)
        time.sleep(0.001)


def gzip_bomb(session):
    """A kilobyte a megabyte: 64 of them."""
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(b"\0" * (1 << 20)) for _ in range(64)) + packer.flush()
    session.send(header("Content-Encoding: gzip", f"Content-Length: {len(bomb)}") + bomb)


def short_body(session):
    """Ends before its Content-Length."""
    session.send(header(f"Content-Length: {len(POLICY) + 100}") + POLICY)


def long_length(session):
    """Says that a terabyte is to come."""
    session.send(header("Content-Length: 1099511627776") + POLICY)
    session.stall()


def garbage(session):
    session.send(bytes(range(256)) * 16)


def answer(session):
    session.send(header(f"Content-Length: {len(POLICY)}") + POLICY)


BEHAVIOURS = {
    "stall": {"request": stall},
    "close": {"request": close},
    "drip": {"request": drip},
    "endless": {"request": endless},
    "header-flood": {"request": header_flood},
    "gzip-bomb": {"request": gzip_bomb},
    "short-body": {"request": short_body},
    "long-length": {"request": long_length},
    "garbage": {"request": garbage},
    "stall-handshake": {"handshake": stall},
    # What is said is right, and how is not.
    "tls-1-1": {"request": answer, "versions": (TLS.TLSv1_1, TLS.TLSv1_1)},
    "http": {"request": answer, "clear": True},
}


class Http(smtp_faults.Session):
    def dialogue(self):
        if self.server.behaviour.get("clear"):
            self.connection.recv(65536)  # whatever it is
        else:
            self.start_tls()
            self.log(self.line())
            while self.line():
                pass
        self.do("request")
