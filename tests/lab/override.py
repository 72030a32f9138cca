"""override.py ADDRESS DIRECTORY: a resolver that says what the validating one says, but for TXT records of which DIRECTORY has a file: one
named like _mta-sts.example.test holds the record's text, nothing if there is no such name, or "servfail". Says "ready" on stdout."""

import asyncio
import os
import struct
import sys

import dns_faults
from dns_faults import AD, SERVFAIL, honest

TXT, NXDOMAIN = 16, 3


def name_of(query):
    labels, at = [], 0
    while query.name[at]:
        labels.append(query.name[at + 1 : at + 1 + query.name[at]].decode())
        at += query.name[at] + 1
    return ".".join(labels)


async def answer(query):
    try:
        with open(os.path.join(sys.argv[2], name_of(query))) as file:
            text = file.read().strip()
    except (OSError, ValueError):
        return [await honest(query)]
    if query.type != TXT:
        return [await honest(query)]
    if text == "servfail":
        return [query.answer(SERVFAIL)]
    if not text:
        return [query.answer(NXDOMAIN, AD)]
    header = query.answer(0, AD)
    record = struct.pack("!HHHIHB", 0xC00C, TXT, 1, 1, len(text) + 1, len(text)) + text.encode()
    return [header[:6] + struct.pack("!H", 1) + header[8:] + record]


async def main():
    await asyncio.get_running_loop().create_datagram_endpoint(lambda: dns_faults.Udp(answer), local_addr=(sys.argv[1], 53))
    await asyncio.start_server(dns_faults.stream(answer), sys.argv[1], 53)
    print("ready", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
