"""Exchange with one peer, both ways: exchange.py PEER SCRATCH. TAP on stdout, one result per kind of key, operation and direction.

Each result stands for every mail of mime_messages.py, with LF and with CRLF, twice:
  own      each side uses keys it made itself, and knows the other's certificate
  swapped  each side uses secret keys that the other made; peers sign bytes that mailers send but RFC 3156 §3 would rather have
           encoded, in text mode where they have it, and sign and encrypt in two layers (§6.1) instead of one (§6.2)
"""

import os
import subprocess
import sys

from mime_harness import (
    Entity,
    Malformed,
    check_encrypted,
    check_payload,
    check_restored,
    check_signed,
    compose_encrypted,
    compose_signed,
    conforming_entity,
    multipart_signed,
    to_crlf,
    wire_entity,
)
from mime_messages import messages
from peers import KINDS, PEERS, Failed, Gpg, Key, Ours

OPERATIONS = ("sign", "encrypt", "sign+encrypt")
ERRORS = (Failed, Malformed, subprocess.TimeoutExpired, ValueError, KeyError, IndexError)

# What a peer can't do with the reason: (peer, kind, operation, direction, way) → why. Such mails are counted as peer failures.
PEER_FAILURES = {}


class Side:
    """One way: who holds which secret keys."""

    def __init__(self, way, ours, peer, our_keys, peer_keys):
        self.way, self.ours, self.peer = way, ours, peer
        self.our_keys, self.peer_keys = our_keys, peer_keys  # kind → Key whose secret that side holds


def make_sides(name, folder):
    keys = os.path.join(folder, "keys")
    os.makedirs(keys)
    peer_class = PEERS[name]
    sides, made = {}, {"ours": {}, "peer": {}}
    ours, peer = Ours(os.path.join(folder, "store-own")), peer_class(os.path.join(folder, "peer-own"))
    for kind in KINDS:
        key = made["ours"][kind] = Key(kind, "smkey", keys)
        ours.generate(key)
        if kind in peer_class.makes:
            maker, key = peer, Key(kind, name, keys)
        else:
            maker, key = Gpg(os.path.join(folder, f"maker-{kind}")), Key(kind, "gpg", keys)
            print(f"# peer failure: {name} generates no {kind} keys: it gets one that gpg made")
        maker.generate(key)
        made["peer"][kind] = key
    if peer.writes_lf:
        print(f"# peer failure: {name} decrypts CRLF to LF: line ends inside its payloads are not looked at")
    sides["own"] = Side("own", ours, peer, made["ours"], made["peer"])
    ours, peer = Ours(os.path.join(folder, "store-swapped")), peer_class(os.path.join(folder, "peer-swapped"))
    sides["swapped"] = Side("swapped", ours, peer, made["peer"], made["ours"])
    for side in sides.values():
        for kind in KINDS:
            if side.way == "swapped":
                side.ours.take(side.our_keys[kind].secret)
                side.peer.take(side.peer_keys[kind].secret)
            side.ours.take(side.peer_keys[kind].certificate)
            side.peer.take(side.our_keys[kind].certificate)
    return sides


def ours_to_peer(side, kind, operation, original):
    own, other = side.our_keys[kind], side.peer_keys[kind]
    if operation == "sign":
        protected = Entity(side.ours.sign(original.raw, own))
        signed, armored = check_signed(original, protected)
        side.peer.verify(signed, armored, own)
    else:
        signer = own if operation == "sign+encrypt" else None
        protected = Entity(side.ours.encrypt(original.raw, other, signer is not None))
        payload = side.peer.decrypt(check_encrypted(original, protected), other, signer)
        check_payload(original, to_crlf(payload) if side.peer.writes_lf else payload, signer is not None, "cipher")


def peer_to_ours(side, kind, operation, original):
    own, other = side.our_keys[kind], side.peer_keys[kind]
    swapped = side.way == "swapped"
    entity = wire_entity(original) if swapped else conforming_entity(wire_entity(original))
    if operation == "sign":
        message = compose_signed(original, entity, side.peer.sign(entity, other, swapped))
        verdict = side.ours.verify(message)
        if verdict != "good":
            raise Failed(f"smsign verify says {verdict}")
        return
    inside, signer = entity, None
    if operation == "sign+encrypt":
        signer = None if swapped else other
        if swapped:
            inside = multipart_signed(entity, side.peer.sign(entity, other, swapped))
    message = compose_encrypted(original, side.peer.encrypt(inside, own, signer))
    restored, verdict = side.ours.decrypt(message)
    want = "good" if operation == "sign+encrypt" else "none"
    if verdict != want:
        raise Failed(f"smcrypt decrypt says {verdict}, not {want}")
    if operation == "sign+encrypt" and swapped:
        # The inner layer comes out as it went in, and is still good.
        if side.ours.verify(restored) != "good":
            raise Failed("the inner multipart/signed is no longer good")
        restored = b"".join(f.raw for f in Entity(restored).fields if not f.is_content()) + Entity(restored).parts()[0]
    check_restored(original, restored)


DIRECTIONS = {"to": ours_to_peer, "from": peer_to_ours}


def point(name, sides, kind, operation, direction):
    """All mails of one result: how many there were, what failed, what the peer can't do."""
    count, failed, excused = 0, [], []
    for side in sides.values():
        if direction == "to":
            addresses = side.our_keys[kind].address, side.peer_keys[kind].address
        else:
            addresses = side.peer_keys[kind].address, side.our_keys[kind].address
        for case, original in messages(*addresses):
            count += 1
            reason = PEER_FAILURES.get((name, kind, operation, direction, side.way))
            try:
                DIRECTIONS[direction](side, kind, operation, original)
                if reason:
                    failed.append(f"{case}, {side.way} keys: works now, although: {reason}")
            except ERRORS as error:
                (excused if reason else failed).append(f"{case}, {side.way} keys: {reason or f'{type(error).__name__}: {error}'}")
    return count, failed, excused


def changed_mail(sides):
    """What must not be good: the harness would notice if everything were."""
    side, kind = sides["own"], "ed25519"
    original = dict(messages(side.our_keys[kind].address, side.peer_keys[kind].address))["7bit LF"]
    signed, armored = check_signed(original, Entity(side.ours.sign(original.raw, side.our_keys[kind])))
    try:
        side.peer.verify(signed.replace(b"Hello", b"Hallo"), armored, side.our_keys[kind])
    except Failed:
        pass
    else:
        return "the peer takes a changed mail"
    original = dict(messages(side.peer_keys[kind].address, side.our_keys[kind].address))["7bit LF"]
    entity = wire_entity(original)
    message = compose_signed(original, entity.replace(b"Hello", b"Hallo"), side.peer.sign(entity, side.peer_keys[kind], False))
    verdict = side.ours.verify(message, accept=(1,))
    return None if verdict == "bad" else f"ours says {verdict} to a changed mail"


def main():
    name, folder = sys.argv[1:]
    sides = make_sides(name, folder)
    points = [(kind, operation, direction) for direction in DIRECTIONS for kind in KINDS for operation in OPERATIONS]
    number = bad = 0

    def result(good, text, notes):
        nonlocal number, bad
        number += 1
        bad += not good
        print(f"{'ok' if good else 'not ok'} {number} - {text}")
        for note in notes:
            print("#   " + note)
        sys.stdout.flush()

    for kind, operation, direction in points:
        count, failed, excused = point(name, sides, kind, operation, direction)
        way = f"ours to {name}" if direction == "to" else f"{name} to ours"
        text = f"{operation}, {kind}, {way}: {count - len(failed) - len(excused)} of {count} mails"
        result(not failed, text, failed + [f"peer failure: {reason}" for reason in excused])
    error = changed_mail(sides)
    result(error is None, f"a changed mail is refused, by ours and by {name}", [error] if error else [])
    print(f"1..{number}")
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
