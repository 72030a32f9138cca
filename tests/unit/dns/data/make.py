"""make.py: writes the golden messages beside it, NAME.bin, and what they must read as, NAME.txt. The octets are put together
here, by hand, so that nothing of the code under test has a part in them."""

import os
import struct

QR, RD, RA, AD, AA, TC, CD = 0x8000, 0x0100, 0x0080, 0x0020, 0x0400, 0x0200, 0x0010
A, NS, CNAME, SOA, MX, TXT, AAAA, OPT, RRSIG, TLSA, CAA = 1, 2, 5, 6, 15, 16, 28, 41, 46, 52, 257
ASKED = b"\xc0\x0c"  # pointer to the question's name


def name(text):
    return b"".join(bytes([len(label)]) + label for label in text.encode().split(b".") if label) + b"\0"


def record(owner, rtype, ttl, rdata, rclass=1):
    return owner + struct.pack("!HHIH", rtype, rclass, ttl, len(rdata)) + rdata


def opt(options=b"", size=1232, ttl=0):
    return record(b"\0", OPT, ttl, options, size)


def option(code, data):
    return struct.pack("!HH", code, len(data)) + data


def message(question, qtype, answers=(), authority=(), additional=(), flags=QR | RD | RA | AD, rcode=0):
    header = struct.pack("!6H", 0x1234, flags | rcode, 1, len(answers), len(authority), len(additional))
    return header + name(question) + struct.pack("!HH", qtype, 1) + b"".join([*answers, *authority, *additional])


def write(file, octets, text):
    base = os.path.join(os.path.dirname(os.path.abspath(__file__)), file)
    with open(base + ".bin", "wb") as out:
        out.write(octets)
    with open(base + ".txt", "w") as out:
        out.write(text.lstrip("\n"))


write("a", message("mail.example.org", A, [record(ASKED, A, 300, bytes([192, 0, 2, 25]))], additional=[opt()]), r"""
id 4660 qr rd ra ad NOERROR
? mail.example.org. A
mail.example.org. 300 IN A 192.0.2.25
edns 1232
""")

v6 = bytes.fromhex("20010db8000000000000000000000025")
write("aaaa", message("mail.example.org", AAAA, [record(ASKED, AAAA, 300, v6)], additional=[opt(ttl=0x8000)]), r"""
id 4660 qr rd ra ad NOERROR
? mail.example.org. AAAA
mail.example.org. 300 IN AAAA 2001:db8::25
edns 1232 do
""")

write("ns", message("example.org", NS, [record(ASKED, NS, 3600, b"\3ns1" + ASKED), record(ASKED, NS, 3600, name("ns2.example.net"))]), r"""
id 4660 qr rd ra ad NOERROR
? example.org. NS
example.org. 3600 IN NS ns1.example.org.
example.org. 3600 IN NS ns2.example.net.
""")

# The alias's target stands at 12 + 17 + 4 + 12 = 45: www.example.org is 17 octets.
write("cname", message("www.example.org", A, [
    record(ASKED, CNAME, 60, b"\4host" + b"\xc0\x10"),
    record(b"\xc0\x2d", A, 300, bytes([192, 0, 2, 80]))]), r"""
id 4660 qr rd ra ad NOERROR
? www.example.org. A
www.example.org. 60 IN CNAME host.example.org.
host.example.org. 300 IN A 192.0.2.80
""")

soa = b"\3ns1" + ASKED + b"\12hostmaster" + ASKED + struct.pack("!5I", 2026112801, 7200, 3600, 1209600, 600)
write("soa", message("example.org", SOA, [record(ASKED, SOA, 900, soa)], flags=QR | AA), r"""
id 4660 qr aa NOERROR
? example.org. SOA
example.org. 900 IN SOA ns1.example.org. hostmaster.example.org. 2026112801 7200 3600 1209600 600
""")

write("no-name", message("none.example.org", TLSA, authority=[
    record(b"\xc0\x11", SOA, 900, name("ns1.example.org") + name("hostmaster.example.org") + struct.pack("!5I", 1, 2, 3, 4, 60))], rcode=3), r"""
id 4660 qr rd ra ad NXDOMAIN
? none.example.org. TLSA
example.org. 900 IN SOA ns1.example.org. hostmaster.example.org. 1 2 3 4 60
""")

write("mx", message("example.org", MX, [
    record(ASKED, MX, 300, b"\0\12\4mail" + ASKED), record(ASKED, MX, 300, b"\0\24" + name("mx.example.net"))]), r"""
id 4660 qr rd ra ad NOERROR
? example.org. MX
example.org. 300 IN MX 10 mail.example.org.
example.org. 300 IN MX 20 mx.example.net.
""")

write("null-mx", message("example.org", MX, [record(ASKED, MX, 300, b"\0\0\0")]), r"""
id 4660 qr rd ra ad NOERROR
? example.org. MX
example.org. 300 IN MX 0 .
""")

write("txt", message("_mta-sts.example.org", TXT, [
    record(ASKED, TXT, 300, b"\x10v=STSv1; id=2026" + b"\0" + b"\x06a\"\\\x07\xe9z")]), r"""
id 4660 qr rd ra ad NOERROR
? _mta-sts.example.org. TXT
_mta-sts.example.org. 300 IN TXT "v=STSv1; id=2026" "" "a\"\\\007\233z"
""")

digest = bytes(range(32))
write("tlsa", message("_25._tcp.mail.example.org", TLSA, [
    record(ASKED, TLSA, 300, b"\3\1\1" + digest), record(ASKED, TLSA, 300, b"\2\0\2")]), r"""
id 4660 qr rd ra ad NOERROR
? _25._tcp.mail.example.org. TLSA
_25._tcp.mail.example.org. 300 IN TLSA 3 1 1 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
_25._tcp.mail.example.org. 300 IN TLSA \# 3 020002
""")

write("caa", message("example.org", CAA, [
    record(ASKED, CAA, 300, b"\0\5issueca.example.net; policy=ev"), record(ASKED, CAA, 300, b"\x80\5iodefmailto:\"caa\"@example.org")]), r"""
id 4660 qr rd ra ad NOERROR
? example.org. CAA
example.org. 300 IN CAA 0 issue "ca.example.net; policy=ev"
example.org. 300 IN CAA 128 iodef "mailto:\"caa\"@example.org"
""")

rrsig = struct.pack("!HBBIIIH", MX, 13, 2, 300, 1798761599, 1795910400, 34567) + name("example.org") + bytes(range(64))
write("rrsig", message("example.org", MX, [
    record(ASKED, MX, 300, b"\0\12\4mail" + ASKED), record(ASKED, RRSIG, 300, rrsig)], additional=[opt(ttl=0x8000)]), r"""
id 4660 qr rd ra ad NOERROR
? example.org. MX
example.org. 300 IN MX 10 mail.example.org.
example.org. 300 IN RRSIG MX 13 2 300 20261231235959 20261129000000 34567 example.org. AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==
edns 1232 do
""")

write("opt", message("bogus.example.org", TLSA, additional=[
    opt(option(15, b"\0\7" + "signature ran out ä".encode()) + option(10, bytes(8)) + option(15, b"\0\x16"), ttl=0)],
    flags=QR | RD | RA, rcode=2), r"""
id 4660 qr rd ra SERVFAIL
? bogus.example.org. TLSA
edns 1232 error 7 "signature ran out \195\164" error 22 ""
""")

# BADVERS is 16: its upper bits stand in OPT.
write("badvers", message("example.org", A, additional=[opt(ttl=0x01000000)], flags=QR), r"""
id 4660 qr RCODE16
? example.org. A
edns 1232
""")

write("unknown", message("example.org", 65280, [
    record(ASKED, 65280, 300, b"\x01\xfe"), record(ASKED, 65280, 300, b""), record(ASKED, A, 300, b"\x01\x02\x03")]), r"""
id 4660 qr rd ra ad NOERROR
? example.org. TYPE65280
example.org. 300 IN TYPE65280 \# 2 01fe
example.org. 300 IN TYPE65280 \# 0
example.org. 300 IN A \# 3 010203
""")
