"""MIME for peers that speak none, and the judge of what ours wrote.

Everything works on raw bytes: a message is split where RFC 5322 and RFC 2046 say and never written again from a parsed form, so
that a fault of a parser can't hide a fault of the programs. Nothing here is shared with the programs under test.
"""

import base64
import binascii
import re

HASHES = {1: "md5", 2: "sha1", 3: "ripemd160", 8: "sha256", 9: "sha384", 10: "sha512", 11: "sha224"}

CR = b"\r"
MIXED = rb"(?<!\r)\n|\r(?!\n)"


class Malformed(Exception):
    """What was read is not what the standards allow; the text says what and where."""


# Lines and header fields


def eol_of(data):
    """The line end of the first line."""
    end = data.find(b"\n")
    return b"\r\n" if end > 0 and data[end - 1 : end] == b"\r" else b"\n"


def to_lf(data):
    return data.replace(b"\r\n", b"\n")


def to_crlf(data):
    return to_lf(data).replace(b"\n", b"\r\n")


def check_line_ends(data, eol, what):
    """CRLF everywhere, or LF everywhere."""
    if eol == b"\n":
        if CR in data:
            raise Malformed(f"{what}: a CR in a message of LF lines, at {data.index(CR)}")
    elif re.search(MIXED, data):
        raise Malformed(f"{what}: mixed line ends, at {re.search(MIXED, data).start()}")


class Field:
    def __init__(self, raw):
        self.raw = raw
        name, _, value = raw.partition(b":")
        self.name = name.strip().lower().decode("latin-1")
        self.value = re.sub(rb"\r?\n(?=[ \t])", b"", value).strip().decode("latin-1")

    def is_content(self):
        return self.name.startswith("content-")


def split_header(data):
    """Fields, and the body behind the blank line."""
    fields, position = [], 0
    while position < len(data):
        end = data.find(b"\n", position)
        end = len(data) if end < 0 else end + 1
        line = data[position:end]
        if line in (b"\n", b"\r\n"):
            return [Field(raw) for raw in fields], data[end:]
        if line[:1] in b" \t" and fields:
            fields[-1] += line
        elif b":" in line:
            fields.append(line)
        else:
            raise Malformed(f"neither a field nor a blank line: {line[:60]!r}")
        position = end
    return [Field(raw) for raw in fields], b""


def parameters(value):
    """'text/plain; charset="x"' → 'text/plain', {'charset': 'x'}"""
    kind, _, rest = value.partition(";")
    found = {}
    for match in re.finditer(r';?\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]*))', rest):
        quoted, plain = match.group(2), match.group(3)
        found[match.group(1).lower()] = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else plain
    return kind.strip().lower(), found


# Entities


class Entity:
    """A header and a body, with the parts of a multipart or the message of a message/rfc822 as children."""

    def __init__(self, raw):
        self.raw = raw
        self.fields, self.body = split_header(raw)
        self.type, self.parameters = parameters(self.field("content-type") or "text/plain; charset=us-ascii")
        self.encoding = (self.field("content-transfer-encoding") or "7bit").lower()
        self.children = []
        if self.type.startswith("multipart/"):
            self.children = [Entity(part) for part in self.parts()]
        elif self.type == "message/rfc822" and self.encoding in ("7bit", "8bit", "binary"):
            self.children = [Entity(self.body)]

    def field(self, name):
        found = [field.value for field in self.fields if field.name == name]
        if len(found) > 1:
            raise Malformed(f"{len(found)} fields {name}")
        return found[0] if found else None

    def part_spans(self):
        """Where the parts lie in the body, by RFC 2046 §5.1.1: the line end before a delimiter belongs to the delimiter."""
        boundary = self.parameters.get("boundary")
        if not boundary:
            raise Malformed("a multipart without boundary")
        delimiter = re.compile(rb"(?:\A|\r?\n)--" + re.escape(boundary.encode("latin-1")) + rb"(--)?[ \t]*(?=\r?\n|\Z)")
        spans, start = [], None
        for match in delimiter.finditer(self.body):
            if start is not None:
                spans.append((min(self.body.index(b"\n", start) + 1, match.start()), match.start()))
            if match.group(1):
                return spans
            start = match.end()
        raise Malformed(f"no closing delimiter of {boundary}")

    def parts(self):
        return [self.body[start:end] for start, end in self.part_spans()]

    def decoded(self):
        """What the body says: transfer encoding undone, text with LF."""
        if self.encoding == "base64":
            data = base64.b64decode(b"".join(self.body.split()), validate=True)
        elif self.encoding == "quoted-printable":
            data = decode_quoted_printable(self.body)
        elif self.encoding in ("7bit", "8bit", "binary"):
            data = self.body
        else:
            raise Malformed(f"transfer encoding {self.encoding}")
        return to_lf(data) if self.type.startswith("text/") else data


def decode_quoted_printable(body):
    """RFC 2045 §6.7, strictly."""
    lines = []
    for line in body.split(b"\n"):
        ended = line.endswith(b"\r")
        line = line[:-1] if ended else line
        if line[-1:] in (b" ", b"\t"):
            raise Malformed("white space at the end of a line of quoted-printable")
        if len(line) > 76:
            raise Malformed("a line of quoted-printable longer than 76")
        if re.search(rb"=(?![0-9A-F]{2}|$)", line):
            raise Malformed(f"not quoted-printable: {line!r}")
        soft = line.endswith(b"=")
        line = re.sub(rb"=([0-9A-F]{2})", lambda m: bytes([int(m.group(1), 16)]), line[:-1] if soft else line)
        lines.append(line if soft else line + (b"\r\n" if ended else b"\n"))
    text = b"".join(lines)
    # The last piece had no line end of its own.
    return text[:-1] if text.endswith(b"\n") and not body.endswith(b"=") else text


def encode_quoted_printable(body):
    """CRLF text in, quoted-printable out that survives RFC 3156 §3."""
    lines = []
    for line in to_lf(body).split(b"\n"):
        text = re.sub(rb"[^\t\x20-\x3c\x3e-\x7e]", lambda m: b"=%02X" % m.group(0)[0], line)
        text = re.sub(rb"[ \t]$", lambda m: b"=%02X" % m.group(0)[0], text)
        text = re.sub(rb"^From ", b"From=20", text)
        while len(text) > 76:
            cut = 75
            while b"=" in text[cut - 2 : cut]:
                cut -= 1
            lines.append(text[:cut] + b"=")
            text = re.sub(rb"^From ", b"From=20", text[cut:])
        lines.append(text)
    return b"\r\n".join(lines)


# Meaning


def content_fields(entity):
    """Content-* without the transfer encoding, folding undone, and without what is the default (RFC 2045 §5.2)."""
    found = {}
    for field in entity.fields:
        if not field.is_content() or field.name == "content-transfer-encoding":
            continue
        if field.name == "content-type":
            kind, values = parameters(field.value)
            if kind == "text/plain":
                values.setdefault("charset", "us-ascii")
            found[field.name] = (kind, tuple(sorted(values.items())))
        else:
            found[field.name] = re.sub(r"\s+", " ", field.value)
    found.setdefault("content-type", ("text/plain", (("charset", "us-ascii"),)))
    return found


def other_fields(entity, drop=("mime-version",)):
    return [to_lf(field.raw) for field in entity.fields if not field.is_content() and field.name not in drop]


def compare(want, got, where="message"):
    """Every leaf's decoded bytes and every field are the same; raises Malformed otherwise."""
    if content_fields(want) != content_fields(got):
        raise Malformed(f"{where}: content fields {content_fields(got)} instead of {content_fields(want)}")
    if other_fields(want) != other_fields(got):
        raise Malformed(f"{where}: fields {other_fields(got)} instead of {other_fields(want)}")
    if len(want.children) != len(got.children):
        raise Malformed(f"{where}: {len(got.children)} parts instead of {len(want.children)}")
    for number, (left, right) in enumerate(zip(want.children, got.children), 1):
        compare(left, right, f"{where}.{number}")
    if not want.children and want.decoded() != got.decoded():
        raise Malformed(f"{where}: content {short(got.decoded())} instead of {short(want.decoded())}")


def short(data):
    return f"{data[:120]!r}…({len(data)})" if len(data) > 120 else repr(data)


# Not copied inside (RFC 9788 §1.1.1 and what only the way of a mail writes).
UNPROTECTED = ("mime-version", "bcc", "resent-bcc", "hp-outer", "return-path", "delivered-to", "authentication-results", "received")
OBSCURED = {"subject": "[...]", "keywords": None, "comments": None}  # hcp_baseline, §3.2.1


def said(fields):
    """Names and values with folding and white space made one."""
    return [(field.name, re.sub(r"\s+", " ", field.value)) for field in fields]


def outside_fields(original, cipher):
    """What of the original's fields is seen outside."""
    shown = []
    for name, value in said(f for f in original.fields if not f.is_content() and f.name not in ("mime-version", "bcc", "resent-bcc")):
        value = OBSCURED.get(name, value) if cipher else value
        if value is not None:
            shown.append((name, value))
    return shown


def unprotect(original, entity, hp):
    """Checks the protected header of a payload's root by RFC 9788 and gives the entity without it."""
    if entity.parameters.get("hp") != hp or entity.parameters.get("protected-headers") != "v1":
        raise Malformed(f"not marked hp={hp}: {entity.field('content-type')}")
    want = [(n, v) for n, v in outside_fields(original, False) if n not in UNPROTECTED]
    inner = [f for f in entity.fields if not f.is_content() and f.name != "hp-outer"]
    if said(inner) != want:
        raise Malformed(f"protected fields {said(inner)} instead of {want}")
    outer = [f.value for f in entity.fields if f.name == "hp-outer"]
    shown = [(n, v) for n, v in outside_fields(original, True) if n not in UNPROTECTED] if hp == "cipher" else []
    named = [re.sub(r"\s+", " ", value).partition(":") for value in outer]
    if [(name.lower(), value.strip()) for name, _, value in named] != shown:
        raise Malformed(f"HP-Outer {outer} instead of {shown}")
    plain = Entity(b"".join(f.raw for f in entity.fields if f.is_content()) + eol_of(entity.raw) + entity.body)
    plain.parameters.pop("hp")
    plain.parameters.pop("protected-headers")
    for field in plain.fields:
        if field.name == "content-type":
            field.value = re.sub(r';\s*hp="[a-z]*"; protected-headers="v1"', "", field.value)
    return plain


def content_entity(message):
    """What of a message goes inside: its Content-* fields and its body."""
    return Entity(b"".join(f.raw for f in message.fields if f.is_content()) + eol_of(message.raw) + message.body)


# What ours wrote (RFC 3156)


def check_outside(original, protected, cipher=False):
    """Everything but Content-*, MIME-Version, Bcc and what is obscured keeps its bytes and its order; one MIME-Version, one
    Content-Type."""
    check_line_ends(protected.raw, eol_of(original.raw), "message")
    drop = ("mime-version", "bcc", "resent-bcc") + (tuple(OBSCURED) if cipher else ())
    if [f.raw for f in protected.fields if not f.is_content() and f.name not in drop] != [
        f.raw for f in original.fields if not f.is_content() and f.name not in drop
    ]:
        raise Malformed("the fields outside changed")
    if cipher and said(f for f in protected.fields if not f.is_content() and f.name != "mime-version") != outside_fields(original, True):
        raise Malformed("the fields outside are not hcp_baseline's")
    if [f.value for f in protected.fields if f.name == "mime-version"] != ["1.0"]:
        raise Malformed("not exactly one MIME-Version: 1.0")
    if [f.name for f in protected.fields if f.is_content()] != ["content-type"]:
        raise Malformed("Content-* fields outside other than one Content-Type")


def check_signable(entity_bytes):
    """RFC 3156 §3: 7bit, no white space at a line's end, no line beginning with 'From '. Opaque inside is not judged here."""
    if re.search(rb"[^\x01-\x7f]", entity_bytes):
        raise Malformed("the signed part is not 7bit")
    if re.search(rb"[ \t](?=\r?\n|\Z)", entity_bytes):
        line = re.search(rb"[^\n]*[ \t](?=\r?\n|\Z)", entity_bytes).group(0)
        raise Malformed(f"white space at the end of a line of the signed part: {line!r}")
    if re.search(rb"^From ", entity_bytes, re.M):
        raise Malformed("a line of the signed part begins with 'From '")
    if max(len(line) for line in entity_bytes.split(b"\r\n")) > 998:
        raise Malformed("a line of the signed part is longer than 998")


def take_signed(message):
    """multipart/signed → the signed bytes in CRLF, the armored signature."""
    if message.type != "multipart/signed":
        raise Malformed(f"{message.type} instead of multipart/signed")
    if message.parameters.get("protocol") != "application/pgp-signature":
        raise Malformed("protocol is not application/pgp-signature")
    if len(message.children) != 2:
        raise Malformed(f"{len(message.children)} parts instead of two")
    signature = message.children[1]
    if signature.type != "application/pgp-signature" or signature.encoding != "7bit":
        raise Malformed(f"the signature part is {signature.type} in {signature.encoding}")
    return to_crlf(message.children[0].raw), signature.body


def check_signed(original, protected):
    """All rules of RFC 3156 §5 and that the content is the original's; gives what a peer needs to verify."""
    check_outside(original, protected)
    signed, armored = take_signed(protected)
    check_signable(signed)
    packet = signature_packet(armored)
    micalg = protected.parameters.get("micalg")
    if micalg != "pgp-" + HASHES.get(packet["hash"], "?"):
        raise Malformed(f"micalg is {micalg}, the signature's hash {HASHES.get(packet['hash'])}")
    if not protected.children[0].field("content-type"):
        raise Malformed("the signed part has no Content-Type")
    compare(content_entity(original), unprotect(original, protected.children[0], "clear"), "signed part")
    return signed, armored


def take_encrypted(message):
    """multipart/encrypted → the armored message."""
    if message.type != "multipart/encrypted":
        raise Malformed(f"{message.type} instead of multipart/encrypted")
    if message.parameters.get("protocol") != "application/pgp-encrypted":
        raise Malformed("protocol is not application/pgp-encrypted")
    if len(message.children) != 2:
        raise Malformed(f"{len(message.children)} parts instead of two")
    version, data = message.children
    if version.type != "application/pgp-encrypted" or version.body.strip() != b"Version: 1":
        raise Malformed(f"the first part is {version.type} with {version.body!r}")
    if data.type != "application/octet-stream":
        raise Malformed(f"the second part is {data.type}")
    return data.body


def check_encrypted(original, protected):
    check_outside(original, protected, cipher=True)
    armored = take_encrypted(protected)
    dearmor(armored, "MESSAGE")
    return armored


def check_payload(original, payload, signed, hp=None):
    """What a peer decrypted: the original's content in canonical form, and with a signature fit to be signed (RFC 3156 §6.2);
    with `hp` its header is protected so."""
    check_line_ends(payload, b"\r\n", "payload")
    if signed:
        check_signable(payload)
    entity = Entity(payload)
    if not entity.field("content-type"):
        raise Malformed("the payload has no Content-Type")
    compare(content_entity(original), unprotect(original, entity, hp) if hp else entity, "payload")


def check_restored(original, restored):
    """What ours decrypted, or took from a peer: the original again, with the original's line ends."""
    check_line_ends(restored, eol_of(original.raw), "restored message")
    entity = Entity(restored)
    if [f.value for f in entity.fields if f.name == "mime-version"] not in (["1.0"], []):
        raise Malformed("more than one MIME-Version")
    compare(original, entity, "restored message")


# What peers made becomes PGP/MIME


def outside(original):
    return b"".join(f.raw for f in original.fields if not f.is_content() and f.name != "mime-version")


def wire_entity(original):
    """Content-* and body as they stand, in CRLF; text/plain is said."""
    entity = content_entity(original)
    if entity.fields:
        return to_crlf(entity.raw)
    return b"Content-Type: text/plain; charset=us-ascii\r\n" + to_crlf(entity.raw)


def conforming_entity(raw):
    """An entity in CRLF with every leaf that RFC 3156 §3 would touch in quoted-printable."""
    entity = Entity(raw)
    header = raw[: len(raw) - len(entity.body)]
    if entity.type.startswith("multipart/"):
        pieces, position = [header], 0
        for start, end in entity.part_spans():
            pieces += [entity.body[position:start], conforming_entity(entity.body[start:end])]
            position = end
        return b"".join(pieces) + entity.body[position:]
    if entity.type == "message/rfc822":
        return header + conforming_entity(entity.body)
    if entity.encoding in ("base64", "quoted-printable"):
        return raw
    kept = b"".join(f.raw for f in entity.fields if f.name != "content-transfer-encoding")
    return kept + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + encode_quoted_printable(entity.body)


def multipart_signed(signed, armored, header=b""):
    """The pieces in CRLF. micalg is what the signature says."""
    micalg = HASHES[signature_packet(armored)["hash"]].encode()
    return (
        header
        + b'Content-Type: multipart/signed; boundary="=-peer-=";\r\n\tmicalg="pgp-'
        + micalg
        + b'"; protocol="application/pgp-signature"\r\n\r\nThis is an OpenPGP/MIME signed message (RFC 4880 and 3156)\r\n'
        + b"--=-peer-=\r\n"
        + signed
        + b'\r\n--=-peer-=\r\nContent-Type: application/pgp-signature; name="OpenPGP_signature"\r\n\r\n'
        + to_crlf(armored)
        + b"\r\n--=-peer-=--\r\n"
    )


def compose_signed(original, signed, armored):
    text = multipart_signed(signed, armored, to_crlf(outside(original)) + b"MIME-Version: 1.0\r\n")
    return text if eol_of(original.raw) == b"\r\n" else to_lf(text)


def compose_encrypted(original, armored):
    text = (
        to_crlf(outside(original))
        + b'MIME-Version: 1.0\r\nContent-Type: multipart/encrypted;\r\n protocol="application/pgp-encrypted";\r\n boundary="=-peer-="'
        + b"\r\n\r\n--=-peer-=\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n--=-peer-=\r\n"
        + b"Content-Type: application/octet-stream\r\n\r\n"
        + to_crlf(armored)
        + b"\r\n--=-peer-=--\r\n"
    )
    return text if eol_of(original.raw) == b"\r\n" else to_lf(text)


# Just enough OpenPGP: armor and the beginning of a signature packet


def dearmor(text, kind):
    """RFC 4880 §6.2, one block, with its checksum where there is one."""
    text = to_lf(text).strip()
    match = re.fullmatch(
        rb"-----BEGIN PGP %s-----\n(?:[A-Za-z]+: [^\n]*\n)*\n((?:[A-Za-z0-9+/=]+\n)+?)(?:=([A-Za-z0-9+/]{4})\n)?-----END PGP %s-----"
        % (kind.encode(), kind.encode()),
        text,
    )
    if not match:
        raise Malformed(f"not one armored {kind}: {text[:80]!r}")
    data = base64.b64decode(match.group(1).replace(b"\n", b""), validate=True)
    if max(len(line) for line in match.group(1).split(b"\n")) > 76:
        raise Malformed("a line of armor longer than 76")
    if match.group(2) and crc24(data) != int.from_bytes(binascii.a2b_base64(match.group(2)), "big"):
        raise Malformed("the armor's checksum is wrong")
    return data


def crc24(data):
    crc = 0xB704CE
    for byte in data:
        crc ^= byte << 16
        for _ in range(8):
            crc <<= 1
            if crc & 0x1000000:
                crc ^= 0x1864CFB
    return crc & 0xFFFFFF


def signature_packet(armored):
    """Version, type, public key algorithm and hash of the first signature packet."""
    data = dearmor(armored, "SIGNATURE")
    if data[0] & 0x40:
        tag, first = data[0] & 0x3F, data[1]
        start = 2 if first < 192 else 3 if first < 224 else 6
    else:
        tag, start = (data[0] >> 2) & 15, 1 + (1, 2, 4)[data[0] & 3]
    if tag != 2 or data[start] != 4:
        raise Malformed(f"packet {tag}, version {data[start]}, instead of a signature of version 4")
    return {"type": data[start + 1], "algorithm": data[start + 2], "hash": data[start + 3]}
