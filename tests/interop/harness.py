"""What mime_harness must refuse, one change at a time: harness.py ADDRESS. TAP on stdout."""

import subprocess
import sys

from mime_harness import (
    Entity,
    Malformed,
    check_encrypted,
    check_payload,
    check_restored,
    check_signed,
    conforming_entity,
    wire_entity,
)
from mime_messages import messages


def run(*command, data):
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


# What is judged, what is changed in it, and to what; the first must be found in it.
SIGNED = {
    "another micalg": (b"micalg=pgp-sha256", b"micalg=pgp-sha1"),
    "no protocol": (b'protocol="application/pgp-signature";', b""),
    "a field outside changed": (b"x-lower-case:no", b"x-lower-case: no"),
    "a field outside folded anew": (b"to be\n folded", b"to\n be folded"),
    "a second MIME-Version": (b"Subject:", b"MIME-Version: 1.0\nSubject:"),
    "a Content field outside": (b"Subject:", b"Content-Language: de\nSubject:"),
    "a lone CRLF": (b"Subject:", b"X: y\r\nSubject:"),
    "8bit": (b"Gr=C3=BC=C3=9Fe", "Grüße".encode()),
    "a space at the end of a line": (b"and dashes\n", b"and dashes \n"),
    "a line that begins with From": (b"\nHello", b"\nFrom here"),
    "content changed": (b"Hello", b"Hallo"),
    "no end": (b"--\n", b""),
    "another Content-Type": (b"text/plain", b"text/html"),
    "another mark": (b'hp="clear"', b'hp="cipher"'),
    "a protected field changed": (b'protected-headers="v1"\nx-lower-case:', b'protected-headers="v1"\nx-lower-case:x'),
    "damaged armor": (b"SIGNATURE-----\n\n", b"SIGNATURE-----\n\nAAAA"),
}
ENCRYPTED = {
    "another version": (b"\nVersion: 1", b"\nVersion: 2"),
    "another first part": (b"Content-Type: application/pgp-encrypted", b"Content-Type: text/plain"),
    "another second part": (b"application/octet-stream", b"text/plain"),
    "no protocol": (b'protocol="application/pgp-encrypted";', b""),
    "a Content field outside": (b"Subject:", b"Content-Language: de\nSubject:"),
    "a Subject that is not hidden": (b"Subject: [...]", b"Subject: hello"),
    "text behind the armor": (b"-----END PGP MESSAGE-----", b"-----END PGP MESSAGE-----\nhello"),
}
PAYLOAD = {
    "LF lines": (b"\r\n", b"\n"),
    "content changed": (b"Hello", b"Hallo"),
    "no Content-Type": (b"Content-Type: text/plain; charset=us-ascii\r\n", b""),
}


def main():
    (address,) = sys.argv[1:]
    mails = dict(messages(address, address))
    number = bad = 0

    def result(good, text):
        nonlocal number, bad
        number += 1
        bad += not good
        print(f"{'ok' if good else 'not ok'} {number} - {text}")

    def refused(what, judge, original, taken, changes):
        try:
            judge(original, taken)
            result(True, f"{what}: taken as it is")
        except Malformed as error:
            result(False, f"{what}: taken as it is, but {error}")
        for name, (old, new) in changes.items():
            if old not in taken:
                continue
            changed = taken[: -len(old)] if not new and taken.endswith(old) else taken.replace(old, new, 1)
            try:
                judge(original, changed)
                result(False, f"{what}, {name}: refused")
            except Malformed as error:
                result(True, f"{what}, {name}: refused ({error})".replace("\\", "/")[:120])
        return [name for name, (old, _) in changes.items() if old not in taken]

    missed = set(SIGNED)
    for case in ("7bit LF", "8bit LF"):
        original = mails[case]
        signed = run("smsign", "sign", data=original.raw)
        missed &= set(refused(f"{case}, signed", lambda o, t: check_signed(o, Entity(t)), original, signed, SIGNED))
    encrypted = run("smcrypt", "encrypt", "--to", address, data=original.raw)
    missed |= set(refused("encrypted", lambda o, t: check_encrypted(o, Entity(t)), original, encrypted, ENCRYPTED))
    original = mails["7bit LF"]
    missed |= set(refused("payload", lambda o, t: check_payload(o, t, False), original, wire_entity(original), PAYLOAD))
    conforming = conforming_entity(wire_entity(mails["trailing spaces LF"]))
    spaces = {"a space at the end of a line": (b"=20", b" ")}
    missed |= set(refused("payload to be signed", lambda o, t: check_payload(o, t, True), mails["trailing spaces LF"], conforming, spaces))
    restored = {"another field": (b"X-Empty:", b"X-Full:"), "CRLF": (b"\n", b"\r\n"), "content": (b"Hello", b"Hallo")}
    missed |= set(refused("restored", check_restored, original, original.raw, restored))
    result(not missed, f"every change was made{': not ' + ', '.join(sorted(missed)) if missed else ''}")
    print(f"1..{number}")
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
