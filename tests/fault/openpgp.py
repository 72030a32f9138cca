"""What the fault tests need of OpenPGP and of processes: armor, packets, and a program run on bytes."""

import base64
import os
import re
import signal

ARMOR = re.compile(rb"-----BEGIN PGP ([A-Z ]+)-----\r?\n(?:[^\r\n]+\r?\n)*\r?\n(.*?)-----END PGP \1-----", re.S)


def crc24(data):
    crc = 0xB704CE
    for byte in data:
        crc ^= byte << 16
        for _ in range(8):
            crc <<= 1
            if crc & 0x1000000:
                crc ^= 0x1864CFB
    return crc


def dearmor(text):
    """The bytes of the first armored block in the text."""
    body = ARMOR.search(text).group(2).replace(b"\r", b"")
    return base64.b64decode(b"".join(line for line in body.split(b"\n") if not line.startswith(b"=")))


def armor(data, kind=b"MESSAGE"):
    coded = base64.b64encode(data)
    lines = [coded[at : at + 64] for at in range(0, len(coded), 64)]
    check = b"=" + base64.b64encode(crc24(data).to_bytes(3, "big"))
    return b"\n".join([b"-----BEGIN PGP " + kind + b"-----", b"", *lines, check, b"-----END PGP " + kind + b"-----"])


def rearmored(mail, data):
    """The mail with other bytes in its armored block."""
    return ARMOR.sub(lambda _: armor(data), mail, count=1)


def packet(tag, body):
    return bytes([0xC0 | tag, 0xFF]) + len(body).to_bytes(4, "big") + body


def packets(data):
    """(tag, offset, offset of the body, end) of each packet; of partial lengths the whole run."""
    at = 0
    while at < len(data):
        start, first = at, data[at]
        at += 1
        if not first & 0x40:
            size = 1 << (first & 3)
            if size == 8:
                yield (first >> 2 & 15, start, at, len(data))
                return
            length = int.from_bytes(data[at : at + size], "big")
            at += size
            yield (first >> 2 & 15, start, at, at + length)
            at += length
            continue
        body, more = None, True
        while more:
            length, at, more = new_length(data, at)
            body = at if body is None else body
            at += length
        yield (first & 63, start, body, at)


def new_length(data, at):
    first = data[at]
    if first < 192:
        return first, at + 1, False
    if first < 224:
        return ((first - 192) << 8) + data[at + 1] + 192, at + 2, False
    if first < 255:
        return 1 << (first & 31), at + 1, True
    return int.from_bytes(data[at + 1 : at + 5], "big"), at + 5, False


def run(words, given, seconds=60):
    """(status, stdout, stderr) of a program on these bytes; a negative status is the signal that ended it."""
    files = [os.memfd_create(name, os.MFD_CLOEXEC) for name in ("in", "out", "err")]
    os.write(files[0], given)
    os.lseek(files[0], 0, os.SEEK_SET)
    pid = os.posix_spawnp(
        words[0], words, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, fd, number) for number, fd in enumerate(files)]
    )
    signal.signal(signal.SIGALRM, lambda *_: os.kill(pid, signal.SIGKILL))
    signal.alarm(seconds)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    signal.alarm(0)
    out, err = (os.pread(fd, os.fstat(fd).st_size, 0) for fd in files[1:])
    for fd in files:
        os.close(fd)
    return status, out, err
