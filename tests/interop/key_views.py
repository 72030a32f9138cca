"""What ours, gpg and sq say of one certificate, each read into the same kind of value, so that they can be held to one another."""

import calendar
import copy
import re
import time
import urllib.parse
from dataclasses import dataclass, field

REASONS = {0: "none", 1: "superseded", 2: "compromised", 3: "retired"}
SQ_REASONS = {
    "No reason specified": "none",
    "Key is superseded": "superseded",
    "Key material has been compromised": "compromised",
    "Key is retired and no longer used": "retired",
}
SQ_USES = {
    "certification": "certify",
    "signing": "sign",
    "transport encryption": "encrypt",
    "data-at-rest encryption": "encrypt",
    "authentication": "authenticate",
}
HARDNESS = ("compromised", "none", "superseded", "retired", "")
GPG_USES = {"c": "certify", "s": "sign", "e": "encrypt", "a": "authenticate"}


@dataclass
class Part:
    """The primary key or a subkey."""

    state: str  # usable, expired, revoked, invalid
    expires: object  # seconds since the epoch, None is never; in what is expected also (earliest, latest)
    uses: frozenset
    reason: str = ""  # of its revocation


@dataclass
class View:
    key: Part
    subkeys: dict = field(default_factory=dict)  # fingerprint → Part
    user_ids: dict = field(default_factory=dict)  # text → valid, expired, revoked, invalid
    primary: str = ""  # the primary user ID; empty: none is valid
    messages: dict = field(default_factory=dict)  # what was revoked (fingerprint or user ID) → what its owner says of it

    def usable(self, use):
        parts = (self.key, *self.subkeys.values())
        return self.key.state == "usable" and any(part.state == "usable" and use in part.uses for part in parts)


def effective(view):
    """As gpg shows it: a primary key that was revoked or has expired takes everything with it."""
    view = copy.deepcopy(view)
    end = view.key.state
    if end in ("expired", "revoked"):
        for part in view.subkeys.values():
            if part.state == "usable" or end == "revoked":
                part.state = end
        for text, state in view.user_ids.items():
            if state == "valid" or end == "revoked":
                view.user_ids[text] = end
        if end == "revoked":
            # With the key gone nobody says why a part of it went before.
            for part in view.subkeys.values():
                part.reason = ""
            view.primary = ""
    return view


def show(part):
    when = part.expires
    if isinstance(when, int):
        when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(when))
    return f"{part.state}{' ' + part.reason if part.reason else ''}, {'/'.join(sorted(part.uses)) or 'no use'}, expires {when or 'never'}"


def differences(want, got, who, messages=True):
    """What `got` says otherwise, a line each."""
    lines = []

    def compare(what, one, other):
        if one != other:
            lines.append(f"{who}, {what}: {other}, not {one}")

    compare("primary key", show(want.key), show(got.key))
    for fingerprint in {**want.subkeys, **got.subkeys}:
        one, other = want.subkeys.get(fingerprint), got.subkeys.get(fingerprint)
        compare(f"subkey {fingerprint[-8:]}", one and show(one), other and show(other))
    for text in {**want.user_ids, **got.user_ids}:
        compare(f"user ID {text}", want.user_ids.get(text), got.user_ids.get(text))
    compare("primary user ID", want.primary, got.primary)
    if messages:
        compare("messages", want.messages, got.messages)
    return lines


def settle(want, seen):
    """Where an interval was expected, the instant that `seen` has in it, which all others must then have, too."""
    pairs = [(want.key, seen.key)] + [(part, seen.subkeys.get(fpr)) for fpr, part in want.subkeys.items()]
    for part, other in pairs:
        if isinstance(part.expires, tuple) and other is not None:
            first, last = part.expires
            if other.expires is not None and first <= other.expires <= last:
                part.expires = other.expires


def add_reason(part, reason):
    """Of several revocations the one counts that leaves the least trust."""
    part.reason = min(part.reason, reason, key=lambda word: HARDNESS.index(word) if word in HARDNESS else -1)


def add_message(view, name, message):
    known = view.messages.get(name, "").split(" / ") if name in view.messages else []
    view.messages[name] = " / ".join(sorted({*known, message}))


# ours


def seconds(text):
    return None if text is None else calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))


def read_ours(shown):
    """From the JSON of `smkey show`."""

    def part(key):
        return Part(key["state"], seconds(key["expires"]), frozenset(key["uses"]), key.get("reason", ""))

    view = View(part(shown["primary"]))
    for key in shown["subkeys"]:
        view.subkeys[key["fingerprint"]] = part(key)
    for user_id in shown["user_ids"]:
        state = "revoked" if user_id["revoked"] else "valid" if user_id["valid"] else "invalid"
        view.user_ids[user_id["text"]] = state
        if user_id["primary"] and state == "valid":
            view.primary = user_id["text"]
    return view


# gpg


@dataclass
class SelfSignature:
    """The newest self-signature of a user ID, or binding signature of a subkey."""

    created: int
    subpackets: dict  # type → bytes


@dataclass
class Listing:
    """gpg --with-colons --list-options show-sig-subpackets --check-sigs"""

    view: View
    usable_for: set  # what gpg says the whole certificate can do now
    signatures: dict  # user ID or fingerprint of a subkey → SelfSignature
    wrong: list  # records of signatures that don't verify


def unescape(text):
    return re.sub(rb"\\x([0-9a-f]{2})", lambda m: bytes.fromhex(m.group(1).decode()), text.encode()).decode("utf-8", "replace")


def read_gpg(colons):
    listing = Listing(None, set(), {}, [])
    view, part, name, newest, taken = None, None, "", None, False
    for line in colons.splitlines():
        fields = line.split(":")
        record = fields[0]
        if record in ("pub", "sub"):
            state = {"r": "revoked", "e": "expired", "i": "invalid"}.get(fields[1], "usable")
            expires = int(fields[6]) if fields[6] else None
            uses = frozenset(GPG_USES[c] for c in fields[11] if c in GPG_USES)
            part = Part(state, expires, uses)
            if record == "pub":
                view = View(part)
                listing.usable_for = {GPG_USES[c] for c in fields[11].lower() if c in GPG_USES and c.upper() in fields[11]}
            name = None
        elif record == "fpr" and name is None:
            name = fields[9]
            if part is not view.key:
                view.subkeys[name] = part
        elif record == "uid":
            part, name = None, unescape(fields[9])
            state = {"r": "revoked", "e": "expired", "i": "invalid"}.get(fields[1], "valid")
            view.user_ids[name] = state
            if not view.primary and state in ("valid", "expired"):
                view.primary = name
        elif record == "uat":
            # A photo: no user ID, but self-signed like one.
            part, name = None, "user attribute " + fields[7]
            if fields[1] in ("r", "e", "i") and view.key.state == "usable":
                listing.wrong.append(line)
        elif record in ("sig", "rev"):
            if fields[1] != "!":
                listing.wrong.append(line)
            kind = fields[10][:2]
            newest, taken = SelfSignature(int(fields[5]), {}), False
            if record == "sig" and kind in ("10", "11", "12", "13", "18"):
                before = listing.signatures.get(name)
                taken = before is None or newest.created >= before.created
                if taken:
                    listing.signatures[name] = newest
            elif record == "rev":
                if part is not None:
                    add_reason(part, REASONS.get(int(fields[10].partition(",")[2] or "0", 16), "?"))
                if len(fields) > 20 and fields[20]:
                    add_message(view, name, unescape(fields[20]))
        elif record == "spk" and taken:
            newest.subpackets[int(fields[1])] = urllib.parse.unquote_to_bytes(fields[4])
    listing.view = view
    return listing


# sq


def read_sq(inspected, listed):
    """From `sq inspect` and `sq keyring list`."""
    view = None
    for block in re.split(r"\n\s*\n", inspected):
        part, name = None, None
        for line in block.splitlines():
            word, _, value = line.strip().partition(": ")
            if word == "Fingerprint" or word == "Subkey":
                part, name = Part("usable", None, frozenset()), value
                if word == "Fingerprint":
                    view = View(part)
                else:
                    view.subkeys[value] = part
            elif word == "UserID":
                name = value
                view.user_ids[name] = "valid"
            elif name is None:
                continue
            elif line.strip() == "Revoked:":
                if part:
                    part.state = "revoked"
                else:
                    view.user_ids[name] = "revoked"
            elif line.strip().startswith("- "):
                if part:
                    reason = line.strip()[2:]
                    add_reason(part, SQ_REASONS.get(reason, reason))
            elif word == "Message":
                if value != '""':
                    add_message(view, name, value[1:-1])
            elif word == "Invalid":
                state = "expired" if value.endswith("is not live") else "invalid"
                if not part:
                    view.user_ids[name] = state
                elif part.state == "usable":
                    part.state = state
            elif word == "Expiration time":
                part.expires = calendar.timegm(time.strptime(value[:19], "%Y-%m-%d %H:%M:%S"))
            elif word == "Key flags":
                part.uses = frozenset(SQ_USES[use] for use in value.split(", "))
    first = re.match(r"0\. [0-9A-F]{40} (.*)", listed)
    if view and first and view.user_ids.get(first.group(1)) != "revoked":
        view.primary = first.group(1)
    return view
