"""Name servers that misbehave, each behaviour on addresses of its own (network.resolver_addresses): resolvers, which pass on
what the laboratory's own resolvers say, and authorities, which stand before the server of their zone."""

import asyncio
import struct

import network

AD, CD, TC, QR, RA = 0x0020, 0x0010, 0x0200, 0x8000, 0x0080
SERVFAIL, FORMERR, NOTIMP, REFUSED = 2, 1, 4, 5
DNSSEC_TYPES = {43, 46, 47, 48, 50, 51}  # DS RRSIG NSEC DNSKEY NSEC3 NSEC3PARAM


class Query:
    def __init__(self, octets, tcp):
        self.octets, self.tcp = octets, tcp
        self.id, self.flags, _, _, _, self.additional = struct.unpack("!6H", octets[:12])
        at = 12
        while octets[at]:
            at += octets[at] + 1
        self.name, self.type = octets[12 : at + 1].lower(), int.from_bytes(octets[at + 1 : at + 3], "big")
        self.question = octets[12 : at + 5]
        # The one additional record of a query is OPT; its class is the size that the asker takes.
        self.limit = 65535 if tcp else 512
        if self.additional and not tcp:
            self.limit = max(512, int.from_bytes(octets[at + 8 : at + 10], "big"))

    def answer(self, rcode, flags=0):
        """One without records."""
        return struct.pack("!6H", self.id, QR | RA | flags | self.flags & 0x0100 | rcode, 1, 0, 0, 0) + self.question


async def ask(server, octets):
    reader, writer = await asyncio.open_connection(server, 53)
    try:
        writer.write(struct.pack("!H", len(octets)) + octets)
        return await reader.readexactly(struct.unpack("!H", await reader.readexactly(2))[0])
    finally:
        writer.close()


async def honest(query, server=network.VALIDATING[0]):
    answer = await ask(server, query.octets)
    return answer if len(answer) <= query.limit else query.answer(0, TC)


def flagged(answer, on=0, off=0):
    return answer[:2] + struct.pack("!H", struct.unpack("!H", answer[2:4])[0] & ~off | on) + answer[4:]


# Resolvers


async def liar(query):
    """AD on everything, what is bogus too."""
    return [flagged(await honest(query, network.NON_VALIDATING[0]), on=AD)]


async def strip(query):
    """Knows nothing of DNSSEC, nor of EDNS."""
    if query.type in DNSSEC_TYPES:
        return [query.answer(0)]
    plain = Query(struct.pack("!6H", query.id, query.flags & ~(AD | CD), 1, 0, 0, 0) + query.question, query.tcp)
    return [flagged(await honest(plain, network.NON_VALIDATING[0]), off=AD)]


async def black_hole(query):
    return []


async def truncates(query):
    """Whatever comes by UDP."""
    return [await honest(query) if query.tcp else query.answer(0, TC)]


async def late(query):
    await asyncio.sleep(0.8)
    return [await honest(query)]


async def wrong_id(query):
    answer = await honest(query)
    return [bytes([answer[0] ^ 0x55]) + answer[1:]]


async def wrong_question(query):
    answer = await honest(query)
    return [answer[:13] + bytes([answer[13] ^ 1]) + answer[14:]]


async def race(query):
    """Answers that are none, each with AD and no record, before the right one."""
    forged = query.answer(0, AD)
    return [bytes([forged[0] ^ 0x55]) + forged[1:], forged[:13] + bytes([forged[13] ^ 1]) + forged[14:], await honest(query)]


async def garbage(query):
    return [query.octets[:2] + bytes(range(255, 191, -1))]


async def cut(query):
    answer = await honest(query)
    return [answer[: 12 + (len(answer) - 12) * 2 // 3]]


async def empty(query):
    return [query.answer(0)]


def refuses(rcode):
    async def fault(query):
        return [query.answer(rcode)]

    return fault


async def formerr_edns(query):
    return [query.answer(FORMERR) if query.additional else await honest(query)]


def drops_first():
    turns = {}

    async def fault(query):
        turn = turns[query.question] = turns.get(query.question, 0) + 1
        return [] if turn % 2 else [await honest(query)]

    return fault


RESOLVERS = {
    "liar": (53, liar),
    "strip": (54, strip),
    "black-hole": (55, black_hole),
    "truncates": (56, truncates),
    "no-tcp": (57, truncates),
    "servfail": (58, refuses(SERVFAIL)),
    "refused": (59, refuses(REFUSED)),
    "notimp": (60, refuses(NOTIMP)),
    "formerr-edns": (61, formerr_edns),
    "late": (62, late),
    "wrong-id": (63, wrong_id),
    "wrong-question": (64, wrong_question),
    "race": (65, race),
    "garbage": (66, garbage),
    "cut": (67, cut),
    "empty": (68, empty),
    "drops-first": (69, drops_first()),
}


# Authorities: as the servers of their zones are, except for names that begin with an underscore.


def underscore(fault):
    async def behave(query):
        return await fault(query) if query.name[1:2] == b"_" else [await honest(query, network.LEAF[0])]

    return behave


BEHAVIOURS = {
    "auth-refused": refuses(REFUSED),
    "auth-servfail": refuses(SERVFAIL),
    "tlsa-servfail": underscore(refuses(SERVFAIL)),
    "tlsa-refused": underscore(refuses(REFUSED)),
    "tlsa-notimp": underscore(refuses(NOTIMP)),
    "tlsa-silent": underscore(black_hole),
}
AUTHORITIES = {name: number for number, name in enumerate(BEHAVIOURS, 100)}


class Udp(asyncio.DatagramProtocol):
    def __init__(self, fault):
        self.fault, self.tasks = fault, set()

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, octets, peer):
        task = asyncio.ensure_future(self.reply(octets, peer))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def reply(self, octets, peer):
        for answer in await self.fault(Query(octets, False)):
            self.transport.sendto(answer, peer)


def stream(fault):
    async def serve(reader, writer):
        try:
            while True:
                size = struct.unpack("!H", await reader.readexactly(2))[0]
                for answer in await fault(Query(await reader.readexactly(size), True)):
                    writer.write(struct.pack("!H", len(answer)) + answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    return serve


async def start():
    loop = asyncio.get_running_loop()
    places = [(a, fault, name != "no-tcp") for name, (number, fault) in RESOLVERS.items() for a in network.resolver_addresses(number)]
    places += [(network.resolver_addresses(AUTHORITIES[name])[0], fault, True) for name, fault in BEHAVIOURS.items()]
    for address, fault, tcp in places:
        await loop.create_datagram_endpoint(lambda fault=fault: Udp(fault), local_addr=(address, 53))
        if tcp:
            await asyncio.start_server(stream(fault), address, 53)
