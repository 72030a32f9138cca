"""Which key signs and which encrypts: key_choice.py SCRATCH [PEER…]. TAP on stdout, one result per certificate of the table below.

Each is made packet by packet, imported by ours, and then used: the key that signed and the keys that were encrypted to are read from
what came out, and from what `smkey show` announces. With gpg or sq as PEER they choose too. gpg must choose the same. sq encrypts to
every key that could be used, and signs with the first: ours must be one of them. What each says of state, expiry and user IDs must
be the same as well. Where they differ for a reason the table gives it; a reason that no longer holds is a failure.
"""

import json
import os
import re
import sys
import time

from forge_keys import (
    AUTHENTICATE,
    CERTIFY,
    COMPROMISED,
    CREATED,
    DAY,
    ENCRYPT,
    NO_REASON,
    RETIRED,
    SIGN,
    SUPERSEDED,
    USER_ID,
    YEAR,
    Encrypting,
    Signing,
    public,
    secret,
    user_id,
)
from key_views import differences, effective, read_gpg, read_ours, read_sq
from openpgp import dearmor, packets
from peers import Failed, Gpg, Ours, Scratch, Sq, run, write

FUTURE = (int(time.time()) // DAY + 400) * DAY
LONG = 50 * YEAR  # from CREATED: in 2073
NONE = "-"


class Maker:
    """Makes the parts of one certificate. Its keys have labels: P is the primary key, S… sign, E… encrypt, A… authenticate."""

    def __init__(self, number, created=CREATED):
        self.name, self.number = f"Case {number} <case{number}@example.org>", number
        self.labels = {"P": Signing(f"case {number}", created)}

    @property
    def primary(self):
        return self.labels["P"]

    def uid(self, before="", **named):
        text = before + self.name
        return [user_id(text), self.again(before, **named)]

    def again(self, before="", **named):
        """One more self-signature of the user ID that stands before it."""
        return self.primary.named(before + self.name, **named)

    def key(self, label, after=0, created=None):
        kind = Encrypting if label[0] == "E" else Signing
        self.labels[label] = kind(f"case {self.number} {label}", created or self.primary.created + after)
        return self.labels[label]

    def sub(self, label, flags, after=0, created=None, **bound):
        key = self.key(label, after, created)
        return [key, self.primary.bound(key, flags, **bound)]

    def bound(self, label, flags, **bound):
        return self.primary.bound(self.labels[label], flags, **bound)

    def revoked(self, reason, label=None, before=None, **more):
        subkey = self.labels[label] if label else None
        return self.primary.revoked(reason, subkey=subkey, user_id=None if before is None else before + self.name, **more)


class Case:
    """A certificate; the labels of the keys that sign and encrypt, or NONE; and what else is expected of it."""

    def __init__(self, name, make, signs, encrypts, state="usable", reason=None, primary=None, missing=(), offline=(), differs=None):
        self.name, self.signs, self.encrypts, self.state, self.reason = name, signs, encrypts, state, reason
        self.missing, self.offline, self.differs = missing, offline, differs or {}
        self.maker = Maker(len(CASES) + 1)
        self.parts = [self.maker.primary]
        self.add(make(self.maker))
        self.title = None if primary is None else primary + self.maker.name

    def add(self, parts):
        for part in parts:
            self.add(part) if isinstance(part, list) else self.parts.append(part)

    @property
    def fingerprint(self):
        return self.maker.primary.fingerprint

    def label(self, key_id):
        return next((label for label, key in self.maker.labels.items() if key.fingerprint.endswith(key_id)), key_id)

    def make_certificate(self):
        made = [part if isinstance(part, bytes) else public(part, part is self.maker.primary) for part in self.parts]
        return b"".join(made)

    def make_secret(self):
        """A secret part that is missing has a public packet in its place, as Sequoia writes it; one that is offline a stub."""
        missing, offline = ([self.maker.labels[label] for label in labels] for labels in (self.missing, self.offline))
        made = b""
        for part in self.parts:
            if isinstance(part, bytes):
                made += part
            elif part in missing:
                made += public(part, part is self.maker.primary)
            else:
                made += secret(part, part is self.maker.primary, part not in offline)
        return made


CASES = []


def case(name, make, signs, encrypts, **more):
    CASES.append(Case(name, make, signs, encrypts, **more))


# The certificates. What differs: who does or says otherwise → why.


def because(reason, *who):
    return dict.fromkeys(who, reason)


case("a primary key that signs and one subkey", lambda m: [m.uid(), m.sub("E", ENCRYPT)], "P", "E")
case("a primary key alone", lambda m: [m.uid()], "P", NONE)
case("a primary key that only certifies", lambda m: [m.uid(flags=CERTIFY), m.sub("E", ENCRYPT)], NONE, "E")
case(
    "several signing subkeys: the newest",
    lambda m: [m.uid(), m.sub("S1", SIGN, 10), m.sub("S2", SIGN, 30), m.sub("S3", SIGN, 20), m.sub("E", ENCRYPT)],
    "S2",
    "E",
)
case(
    "several encryption subkeys: the newest",
    lambda m: [m.uid(), m.sub("E1", ENCRYPT, 10), m.sub("E2", ENCRYPT, 30), m.sub("E3", ENCRYPT, 20)],
    "P",
    "E2",
)
case(
    "of equally old ones the first",
    lambda m: [m.uid(), m.sub("S1", SIGN), m.sub("S2", SIGN), m.sub("E1", ENCRYPT), m.sub("E2", ENCRYPT)],
    "S1",
    "E1",
)
case(
    "what counts is when the key was made, not when it was bound",
    lambda m: [m.uid(), m.sub("E1", ENCRYPT, created=None), m.bound("E1", ENCRYPT, created=CREATED + 500), m.sub("E2", ENCRYPT, 10)],
    "P",
    "E2",
)

# Secret parts
case(
    "the newest signing subkey is not at hand",
    lambda m: [m.uid(), m.sub("S1", SIGN, 10), m.sub("S2", SIGN, 20), m.sub("E", ENCRYPT)],
    "S1",
    "E",
    missing=("S2",),
)
case(
    "the newest signing subkey is on a card",
    lambda m: [m.uid(), m.sub("S1", SIGN, 10), m.sub("S2", SIGN, 20), m.sub("E", ENCRYPT)],
    "S1",
    "E",
    offline=("S2",),
)
case(
    "the primary key is offline, a subkey signs",
    lambda m: [m.uid(), m.sub("S", SIGN), m.sub("E", ENCRYPT)],
    "S",
    "E",
    offline=("P",),
    differs=because("sq wants a passphrase for the stub", "sq signs"),
)
case("the primary key is offline, and no subkey signs", lambda m: [m.uid(), m.sub("E", ENCRYPT)], NONE, "E", offline=("P",))
case(
    "only the primary key is at hand",
    lambda m: [m.uid(), m.sub("S", SIGN), m.sub("E", ENCRYPT)],
    "P",
    "E",
    missing=("S", "E"),
)

# Expiry
case("an expired primary key", lambda m: [m.uid(expires=YEAR), m.sub("S", SIGN), m.sub("E", ENCRYPT)], NONE, NONE, state="expired")
case(
    "expired, then extended",
    lambda m: [
        m.uid(expires=YEAR),
        m.again(expires=LONG, created=CREATED + 2 * YEAR),
        m.sub("S", SIGN, expires=YEAR),
        m.bound("S", SIGN, expires=LONG, created=CREATED + 2 * YEAR),
        m.sub("E", ENCRYPT, expires=YEAR),
        m.bound("E", ENCRYPT, expires=LONG, created=CREATED + 2 * YEAR),
    ],
    "S",
    "E",
)
case(
    "expired, then extended, in packets the other way round",
    lambda m: [
        m.uid(expires=LONG, created=CREATED + 2 * YEAR),
        m.again(expires=YEAR),
        m.sub("E", ENCRYPT, expires=LONG, created=None),
    ],
    "P",
    "E",
)
case(
    "shortened",
    lambda m: [m.uid(expires=LONG), m.again(expires=YEAR, created=CREATED + 100), m.sub("E", ENCRYPT)],
    NONE,
    NONE,
    state="expired",
)
case(
    "the newest subkeys have expired",
    lambda m: [
        m.uid(),
        m.sub("S1", SIGN),
        m.sub("S2", SIGN, 10, expires=YEAR),
        m.sub("E1", ENCRYPT),
        m.sub("E2", ENCRYPT, 10, expires=YEAR),
    ],
    "S1",
    "E1",
)
case("all signing subkeys expired", lambda m: [m.uid(), m.sub("S", SIGN, expires=YEAR), m.sub("E", ENCRYPT)], "P", "E")
case("the only encryption subkey has expired", lambda m: [m.uid(), m.sub("E", ENCRYPT, expires=YEAR)], "P", NONE)
case(
    "an encryption subkey that was shortened",
    lambda m: [m.uid(), m.sub("E", ENCRYPT), m.bound("E", ENCRYPT, expires=YEAR, created=CREATED + 9)],
    "P",
    NONE,
)
case(
    "a binding that has itself expired",
    lambda m: [m.uid(), m.sub("E", ENCRYPT, signature_expires=YEAR)],
    "P",
    NONE,
    differs=because("sq shows no state of a subkey without a binding", "sq says"),
)

# Revocation
PRIVATE = 100
WORDS = {None: "none", NO_REASON: "none", SUPERSEDED: "superseded", COMPROMISED: "compromised", RETIRED: "retired", PRIVATE: "none"}
for reason, word in WORDS.items():
    unknown = because("each names an unknown reason in its own way", "gpg says", "sq says") if reason == PRIVATE else {}
    case(
        f"the newest subkeys are revoked, reason {reason}",
        lambda m, reason=reason: [
            m.uid(),
            m.sub("S1", SIGN),
            m.sub("S2", SIGN, 10),
            m.revoked(reason, "S2"),
            m.sub("E1", ENCRYPT),
            m.sub("E2", ENCRYPT, 10),
            m.revoked(reason, "E2"),
        ],
        "S1",
        "E1",
        differs=unknown,
    )
    case(
        f"the primary key is revoked, reason {reason}",
        lambda m, reason=reason: [m.revoked(reason), m.uid(), m.sub("S", SIGN), m.sub("E", ENCRYPT)],
        NONE,
        NONE,
        state="revoked",
        reason=word,
        differs={**unknown, **because("sq looks at the revocation of the subkey alone", "sq signs", "sq encrypts")},
    )
case(
    "a subkey revoked as superseded and bound again stays revoked",
    lambda m: [
        m.uid(),
        m.sub("E1", ENCRYPT),
        m.sub("E2", ENCRYPT, 10),
        m.revoked(SUPERSEDED, "E2"),
        m.bound("E2", ENCRYPT, created=CREATED + 2000),
    ],
    "P",
    "E1",
    differs=because("to sq a newer binding takes a soft revocation back", "sq says"),
)
case(
    "a primary key revoked as superseded and certified again stays revoked",
    lambda m: [m.revoked(SUPERSEDED), m.uid(), m.again(created=CREATED + 2000), m.sub("E", ENCRYPT)],
    NONE,
    NONE,
    state="revoked",
    reason="superseded",
    differs=because("to sq a newer self-signature takes a soft revocation back", "sq says", "sq signs", "sq encrypts"),
)
for order in ((1, 0), (0, 1)):
    case(
        f"superseded and compromised, the {('first', 'second')[order[0]]} in packets: compromised",
        lambda m, order=order: [
            [[m.revoked(SUPERSEDED), m.revoked(COMPROMISED, created=CREATED + 2000)][one] for one in order],
            m.uid(),
            m.sub("E", ENCRYPT),
        ],
        NONE,
        NONE,
        state="revoked",
        reason="compromised",
        differs=because("sq looks at the revocation of the subkey alone", "sq encrypts"),
    )

# Uses
NO_FLAGS = "to sq no flags are no use"
case(
    "subkeys without flags: they encrypt, but don't sign",
    lambda m: [m.uid(), m.sub("S", None), m.sub("E", None)],
    "P",
    "E",
    differs={**because("gpg goes by the algorithm", "gpg signs", "gpg says"), **because(NO_FLAGS, "sq encrypts", "sq says")},
)
case(
    "a primary key without flags",
    lambda m: [m.uid(flags=None), m.sub("E", ENCRYPT)],
    "P",
    "E",
    differs=because(NO_FLAGS, "sq signs", "sq says"),
)
case(
    "a signing subkey that has not agreed",
    lambda m: [m.uid(), m.sub("S", SIGN, back=False), m.sub("E", ENCRYPT)],
    "P",
    "E",
    differs=because("they refuse only to verify what it signs", "gpg signs", "gpg says", "sq says"),
)
case("a subkey that authenticates", lambda m: [m.uid(flags=CERTIFY), m.sub("A", AUTHENTICATE), m.sub("E", ENCRYPT)], NONE, "E")
case("a subkey whose uses were taken away", lambda m: [m.uid(), m.sub("E", ENCRYPT), m.bound("E", 0, created=CREATED + 9)], "P", NONE)
case(
    "flags that the algorithm can't keep",
    lambda m: [m.uid(flags=CERTIFY | SIGN | ENCRYPT)],
    "P",
    NONE,
    differs=because("sq shows flags as they stand", "sq says"),
)

# Time
case(
    "subkeys from the future",
    lambda m: [m.uid(), m.sub("S1", SIGN), m.sub("S2", SIGN, created=FUTURE), m.sub("E1", ENCRYPT), m.sub("E2", ENCRYPT, created=FUTURE)],
    "S1",
    "E1",
    differs=because("shown like others, but not used", "gpg says", "sq says"),
)
case(
    "an expiry from the future",
    lambda m: [m.uid(expires=LONG), m.again(expires=YEAR, created=FUTURE), m.sub("E", ENCRYPT)],
    "P",
    "E",
    differs=because("gpg takes self-signatures of the future", "gpg signs", "gpg encrypts", "gpg says"),
)

# Hashes
case(
    "a self-signature with SHA-1, from before 2024",
    lambda m: [m.uid(digest=2), m.sub("E", ENCRYPT)],
    "P",
    "E",
    differs=because("sq takes SHA-1 for nothing since 2023", "sq signs", "sq encrypts", "sq says"),
)
case(
    "a self-signature with SHA-1, from 2024 on",
    lambda m: [m.uid(digest=2, created=CREATED + YEAR), m.sub("E", ENCRYPT)],
    NONE,
    NONE,
    state="invalid",
    differs={**because("gpg takes SHA-1 in self-signatures for ever", "gpg signs", "gpg encrypts", "gpg says"), **because("as it is", "sq says")},
)

# User IDs
GPG_TAKES = "gpg takes no key without a user ID that is self-signed"
SQ_SHOWS = "sq shows nothing of the parts of what is not valid"
case(
    "no user ID, a direct-key signature",
    lambda m: [m.primary.about_itself(), m.sub("E", ENCRYPT)],
    "P",
    "E",
    differs=because(GPG_TAKES, "gpg signs", "gpg encrypts", "gpg says"),
)
for name, make in (
    ("no self-signature at all", lambda m: [m.sub("E", ENCRYPT)]),
    ("a user ID without a self-signature", lambda m: [user_id(m.name), m.sub("E", ENCRYPT)]),
):
    case(
        f"{name}: what would limit it may have been cut away",
        make,
        NONE,
        NONE,
        state="invalid",
        differs={**because(GPG_TAKES, "gpg says"), **because(SQ_SHOWS, "sq says")},
    )
case(
    "a self-signature that has itself expired",
    lambda m: [m.uid(signature_expires=YEAR), m.sub("E", ENCRYPT)],
    NONE,
    NONE,
    state="invalid",
    differs={
        **because("gpg forgets with it what it said of the key", "gpg signs", "gpg encrypts", "gpg says"),
        **because(SQ_SHOWS, "sq says"),
    },
)
case(
    "the newer user ID is primary",
    lambda m: [m.uid(), m.uid("Newer ", created=CREATED + 9), m.sub("E", ENCRYPT)],
    "P",
    "E",
    primary="Newer ",
)
case(
    "the user ID that says so is primary",
    lambda m: [m.uid(primary=1), m.uid("Newer ", created=CREATED + 9), m.sub("E", ENCRYPT)],
    "P",
    "E",
    primary="",
)
case(
    "of two that say so the newer",
    lambda m: [m.uid(primary=1), m.uid("Newer ", created=CREATED + 9, primary=1), m.sub("E", ENCRYPT)],
    "P",
    "E",
    primary="Newer ",
)
case(
    "a primary user ID that is revoked limits nothing",
    lambda m: [
        m.uid(expires=YEAR, primary=1, created=CREATED + 5),
        m.revoked(USER_ID, before=""),
        m.uid("Other ", expires=YEAR),
        m.again("Other ", expires=LONG, created=CREATED + 2000),
        m.sub("E", ENCRYPT),
    ],
    "P",
    "E",
    primary="Other ",
)
case(
    "a user ID that is revoked extends nothing",
    lambda m: [m.uid(created=CREATED + 500), m.revoked(USER_ID, before=""), m.uid("Other ", expires=YEAR), m.sub("E", ENCRYPT)],
    NONE,
    NONE,
    state="expired",
    primary="Other ",
)
for reason in (USER_ID, NO_REASON, COMPROMISED):
    case(
        f"a user ID revoked, reason {reason}, and certified again is valid",
        lambda m, reason=reason: [
            m.uid(),
            m.revoked(reason, before=""),
            m.again(created=CREATED + 2000),
            m.uid("Other "),
            m.sub("E", ENCRYPT),
        ],
        "P",
        "E",
        primary="",
    )
case(
    "a user ID that ends the key is not hidden by a direct-key signature",
    lambda m: [m.primary.about_itself(), m.uid(expires=YEAR), m.sub("E", ENCRYPT)],
    NONE,
    NONE,
    state="expired",
)
case(
    "of a direct-key signature and the user ID the earlier end counts",
    lambda m: [m.primary.about_itself(expires=LONG, created=CREATED + 2 * YEAR), m.uid(expires=YEAR), m.sub("E", ENCRYPT)],
    NONE,
    NONE,
    state="expired",
    differs={
        **because("gpg asks the direct-key signature first", "gpg signs", "gpg encrypts", "gpg says"),
        **because("sq asks it for the subkeys", "sq says"),
    },
)


# What everybody does


def issuers(signature):
    """Key IDs that its signature packets name."""
    found = []
    for tag, _, begin, end in packets(signature):
        if tag != 2:
            continue
        body = signature[begin:end]
        hashed = body[6 : 6 + int.from_bytes(body[4:6], "big")]
        rest = body[6 + len(hashed) :]
        for area in (hashed, rest[2 : 2 + int.from_bytes(rest[:2], "big")]):
            at = 0
            while at < len(area):
                length = area[at]
                at += 1
                if length >= 192:
                    length = (length - 192 << 8) + area[at] + 192
                    at += 1
                if area[at] & 0x7F == 16:
                    found.append(area[at + 1 : at + 9].hex().upper())
                at += length
    return found


def recipients(message):
    return [message[begin + 1 : begin + 9].hex().upper() for tag, _, begin, _ in packets(message) if tag == 1]


def labels(case, key_ids):
    return ",".join(sorted(case.label(key_id) for key_id in key_ids)) or NONE


def tried(call, *arguments):
    """What it gives; nothing if it refuses."""
    try:
        return call(*arguments)
    except Failed:
        return b""


MAIL = b"From: a@example.org\nTo: b@example.org\nSubject: Hello\nDate: Thu, 1 Jan 2026 00:00:00 +0000\n\nHello.\n"


class OurChoice:
    name = "ours"

    def __init__(self, folder):
        self.ours = Ours(os.path.join(folder, "store"))

    def take(self, case):
        for path in (case.certificate, case.secret):
            self.ours.call("smkey", "import", "--no-bind", path)
        self.shown = json.loads(self.ours.call("smkey", "show", "--json", case.fingerprint)[0])
        self.view = read_ours(self.shown)

    def use(self, program, *arguments):
        mail = self.ours.call(program, *arguments, data=MAIL, quiet=False, accept=(0, 77))[0]
        return dearmor(mail) if mail else b""

    def signs(self, case):
        return labels(case, issuers(self.use("smsign", "sign", "--key", case.fingerprint)))

    def encrypts(self, case):
        return labels(case, recipients(self.use("smcrypt", "encrypt", "--at-rest", "--to", case.fingerprint)))

    def announced(self, case, what):
        fingerprint = self.shown[what]
        return case.label(fingerprint) if fingerprint else NONE


class GpgChoice:
    name = "gpg"

    def __init__(self, folder):
        self.gpg = Gpg(os.path.join(folder, "gpg"))

    def take(self, case):
        tried(self.gpg.take, case.secret)
        options = ["--with-colons", "--fixed-list-mode", "--list-options", "show-sig-subpackets"]
        listed = tried(lambda: self.gpg.call(*options, "--check-sigs", case.fingerprint).stdout)
        self.view = read_gpg(listed.decode()).view if listed else None

    def signs(self, case):
        return labels(case, issuers(dearmored(tried(self.gpg.sign, b"text", case, False))))

    def encrypts(self, case):
        return labels(case, recipients(dearmored(tried(self.gpg.encrypt, b"text", case, None))))

    def agrees(self, mine, theirs):
        return mine == theirs

    def close(self):
        run(["gpgconf", "--homedir", self.gpg.home, "--kill", "all"])


class SqChoice:
    name = "sq"

    def __init__(self, folder):
        self.sq = Sq(os.path.join(folder, "sq"))

    def take(self, case):
        inspected, listed = (run(["sq", *how, case.certificate]).stdout.decode() for how in (["inspect"], ["keyring", "list"]))
        self.view = read_sq(inspected, listed)

    def signs(self, case):
        return labels(case, issuers(dearmored(tried(self.sq.sign, b"text", case, False))))

    def encrypts(self, case):
        return labels(case, recipients(dearmored(tried(self.sq.encrypt, b"text", case, None))))

    def agrees(self, mine, theirs):
        """sq signs with the first that can and encrypts to all that can."""
        return mine in theirs.split(",") or (mine[0] in "PS" and theirs[0] in "PS")

    def close(self):
        """Nothing runs."""


def dearmored(text):
    return dearmor(text) if text.startswith(b"-----BEGIN") else text


PEERS = {"gpg": GpgChoice, "sq": SqChoice}


def judged(case, ours, peers):
    """What is wrong, a line each."""
    wrong = []

    def want(what, expected, got):
        if expected != got:
            wrong.append(f"{what}: {got}, not {expected}")

    ours.take(case)
    want("ours says", case.state, ours.shown["state"])
    want("reason", case.reason, ours.shown["primary"].get("reason"))
    for what, announced, expected, got in (
        ("signs", "signs_with", case.signs, ours.signs(case)),
        ("encrypts", "encrypts_to", case.encrypts, ours.encrypts(case)),
    ):
        want(f"ours {what}", expected, got)
        want(f"show's {announced}", expected, ours.announced(case, announced))
    if case.title is not None:
        want("primary user ID", case.title, ours.view.primary)
    for peer in peers:
        peer.take(case)
        for what, mine, theirs in (("signs", case.signs, peer.signs(case)), ("encrypts", case.encrypts, peer.encrypts(case))):
            differ(case, wrong, f"{peer.name} {what}", [] if peer.agrees(mine, theirs) else [f"{theirs}, ours {mine}"])
        mine, theirs = effective(ours.view), effective(peer.view) if peer.view else None
        lines = differences(mine, theirs, peer.name, messages=False) if theirs else ["does not take it"]
        differ(case, wrong, f"{peer.name} says", lines)
    return wrong


def differ(case, wrong, what, lines):
    """A difference has its reason in the table, and a reason its difference."""
    if lines and what not in case.differs:
        wrong.extend(f"{what}: {line}" for line in lines)
    elif not lines and what in case.differs:
        wrong.append(f"{what} the same as ours now, although: {case.differs[what]}")


def main():
    folder, names = sys.argv[1], sys.argv[2:]
    files = Scratch(folder)
    ours, peers = OurChoice(folder), [PEERS[name](folder) for name in names]
    bad = 0
    for number, one in enumerate(CASES, 1):
        one.certificate = files.put(f"{number}.pgp", one.make_certificate())
        one.secret = files.put(f"{number}.sec.pgp", one.make_secret())
        lines = judged(one, ours, peers)
        bad += bool(lines)
        print(f"{'not ok' if lines else 'ok'} {number} - {one.name}")
        for line in lines:
            print("#   " + line)
        sys.stdout.flush()
    for peer in peers:
        peer.close()
    print(f"1..{len(CASES)}")
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
