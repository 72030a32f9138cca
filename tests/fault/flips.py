"""flips.py WHAT MAIL PLAIN BITS CUTS: a mail to one recipient, changed in one place at a time, through smcrypt decrypt.

WHAT is data: a bit of the decoded OpenPGP data, or that data cut, under an armor that fits it; or armor: a bit of
the armored text itself. Nothing may come out, with 65, or 77 where the change is in or before the PKESK; or exactly
PLAIN, where the bit carries no value. BITS and CUTS are how many of each to try, spread over all there are; 0 tries all.
Prints one line for each position that gave PLAIN, then what was tried; 1 if anything was otherwise."""

import collections
import sys

from openpgp import ARMOR, dearmor, packets, rearmored, run


def spread(total, wanted):
    """`wanted` of range(total), evenly, and on every remainder modulo 8."""
    if wanted == 0 or wanted >= total:
        return list(range(total))
    step = max(1, total // wanted)
    while step % 2 == 0:
        step -= 1
    return list(range(0, total, step))


def flipped(data, bit):
    changed = bytearray(data)
    changed[bit // 8] ^= 0x80 >> bit % 8
    return bytes(changed)


def main():
    what, mail_file, plain_file, bits, cuts = sys.argv[1:]
    with open(mail_file, "rb") as file:
        mail = file.read()
    with open(plain_file, "rb") as file:
        plain = file.read()

    cases = []
    if what == "data":
        data = dearmor(mail)
        found = list(packets(data))
        assert [tag for tag, *_ in found] == [1, 18], found
        assert rearmored(mail, data) == mail
        before = found[0][3]  # the end of the PKESK
        # Every bit of what says where packets end, besides those spread over all.
        frames = [bit for _, start, body, _ in found for bit in range(8 * start, 8 * (body + 1))]
        for bit in sorted(set(spread(8 * len(data), int(bits)) + frames)):
            place = "byte %d (packet %d) bit %d" % (bit // 8, 1 if bit // 8 < before else 18, 7 - bit % 8)
            cases.append((place, bit // 8 < before, rearmored(mail, flipped(data, bit))))
        for cut in spread(len(data), int(cuts)):
            cases.append(("cut at %d" % cut, cut <= before, rearmored(mail, data[:cut])))
    else:
        block = ARMOR.search(mail)
        text = mail[block.start() : block.end()]
        for bit in spread(8 * len(text), int(bits)):
            changed = flipped(text, bit)
            place = "character %d %r read as %r" % (bit // 8, text[bit // 8 : bit // 8 + 1], changed[bit // 8 : bit // 8 + 1])
            cases.append((place, False, mail[: block.start()] + changed + mail[block.end() :]))

    outcomes = collections.Counter()
    wrong = 0
    for place, may_lack_key, changed in cases:
        status, out, err = run(["smcrypt", "decrypt", "--batch"], changed)
        outcomes[status] += 1
        if status == 0 and out == plain and not place.startswith("cut"):
            print("the original: " + place)
        elif out or not (status == 65 or status == 77 and may_lack_key):
            wrong += 1
            print("WRONG: %s: status %d, %d bytes, %r" % (place, status, len(out), err[:200]))
        elif status == 65 and err != b"smcrypt: error: the encrypted message is damaged\n":
            wrong += 1
            print("WRONG: %s: another text for damage: %r" % (place, err[:200]))
    print("%d positions: %s" % (len(cases), ", ".join("%d x status %d" % (n, s) for s, n in sorted(outcomes.items()))))
    sys.exit(1 if wrong else 0)


main()
