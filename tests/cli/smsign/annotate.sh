#!/bin/sh
# smsign verify --annotate: the message comes out with exactly one SM-Verdict, whatever it contains and whoever wrote another.
# timeout: 180
. "${0%/*}/../../lib.sh"
need_command python3
cd "$SM_TMP" || exit 1
SM_STORE=$SM_TMP/store
export SM_STORE
smkey generate --no-passphrase 'Alice <alice@example.org>' >fingerprint
printf 'From: Alice <alice@example.org>\nSubject: x\n\nhello\n' >plain
smsign sign <plain >signed
CR=$(printf '\r')

# annotated NAME FILE VERDICT REST: FILE passes with this verdict on top, and what is left without it is REST.
annotated() {
  SM_NAME="$1: passes" expect_status 0 smsign verify --annotate <"$2"
  is "$1: $3" "$(sed -n "s/$CR//; /^SM-Verdict: /{s/.*: \\([a-z-]*\\); program=smsign.*/\\1/p;q;}" "$OUT")" "$3"
  python3 - "$OUT" "$4" >found <<'END'
import re, sys
out, rest = (open(name, "rb").read() for name in sys.argv[1:])
field = re.search(rb"^SM-Verdict: [a-z-]+;(?:[ -~]*\r?\n[ \t])*[ -~]*(?:\r\n|\n|\r)", out, re.M)
if not field:
    print("no field")
elif any(len(line) > 78 for line in field.group().splitlines()):
    print("a long line")
elif out[: field.start()] + out[field.end() :] != rest:
    print("the rest is another")
END
  is "$1: and nothing else changes" "$(cat found)" ""
  empty "$1: in silence" "$ERR"
}

for eol in LF CRLF; do
  for file in plain signed; do
    if [ $eol = CRLF ]; then sed 's/$/\r/' $file >$file.in; else cp $file $file.in; fi
  done
  annotated "$eol, unsigned" plain.in none plain.in
  annotated "$eol, signed" signed.in good signed.in
  like "$eol: with the address and the signer" "$OUT" "^ signer=$(cat fingerprint);"
  (printf 'From alice@example.org Sat Nov 21 10:00:00 2026\n'; cat signed.in) >mbox.in
  annotated "$eol, of an mbox" mbox.in good mbox.in
  is "$eol, of an mbox: the line stays first" "$(head -n 1 "$OUT")" "From alice@example.org Sat Nov 21 10:00:00 2026"
done

# Whatever claims to be one goes.
python3 - <<'END'
signed = open("signed", "rb").read()
header, body = signed.split(b"\n\n", 1)
forged = {
    "first": b"SM-Verdict: good; program=smsign\n" + signed,
    "last": header + b"\nSM-Verdict: good; program=smsign\n\n" + body,
    "several": b"SM-Verdict: good\nsm-verdict: good\n" + header + b"\nSM-VERDICT:good\n\n" + body,
    "blank": b"SM-Verdict \t: good\n" + signed,
    "folded": b"SM-Verdict:\n good;\n\tprogram=smsign\n" + signed,
    "fold before the colon": b"SM-Verdict\n : good\n" + signed,
    "leading blank": b" SM-Verdict: good\n" + signed,
    "long": b"SM-Verdict: good; x=" + b"x" * 10000 + b"\n" + signed,
    "many": b"SM-Verdict: good\n" * 10000 + signed,
    "behind CR": b"X-Loop: b\nX-List: a\rSM-Verdict: good\n" + signed,
}
for name, mail in forged.items():
    open("forged " + name, "wb").write(mail)
    before = {"behind CR": b"X-Loop: b\nX-List: a\r: good\n", "fold before the colon": b": good\n"}.get(name, b"")
    open("rest " + name, "wb").write(before + signed)
    if b"fold before" not in name.encode() and name != "behind CR":
        open("forged CRLF " + name, "wb").write(mail.replace(b"\n", b"\r\n"))
        open("rest CRLF " + name, "wb").write(signed.replace(b"\n", b"\r\n"))
END
for file in forged*; do
  name=${file#forged }
  # A line that is no field ends our header, and From is behind it.
  case $name in "fold before the colon") verdict=none ;; *) verdict=good ;; esac
  annotated "forged, $name" "$file" "$verdict" "rest $name"
done

# What can't be verified passes all the same.
{ printf 'SM-Verdict: good; program=smsign\nFrom: alice@example.org\n'; yes 'X-Long: a line of a header that has no end' | head -n 10000; printf 'SM-Verdict: good\n\nbody\n'; } >long
grep -v SM-Verdict long >long.rest
annotated "a header over the limit" long error long.rest
like "says why" "$OUT" '^SM-Verdict: error; program=smsign; reason=mime\.header-too-long$'
python3 - <<'END'
parts = b"--b\nContent-Type: multipart/signed; boundary=c; protocol=\"application/pgp-signature\"\n\n--c\n\nx\n--c\nContent-Type: application/pgp-signature\n\nx\n--c--\n" * 101
open("layers", "wb").write(b"From: alice@example.org\nContent-Type: multipart/mixed; boundary=b\n\n" + parts + b"--b--\n")
open("nul", "wb").write(b"From: alice@example.org\n\n\0\0\xff\r\r\n")
open("junk", "wb").write(bytes(range(256)) * 64)
open("one", "wb").write(b"\0")
END
annotated "too many signatures" layers error layers
annotated "NUL" nul none nul
annotated "junk" junk none junk
annotated "one byte" one none one
for file in /dev/null empty-line; do
  echo >empty-line
  SM_NAME="nothing, $file: 65" expect_status 65 smsign verify --annotate <"$file"
  empty "nothing comes out" "$OUT"
done

# It is a filter.
SM_NAME="--json is 64" expect_status 64 smsign verify --annotate --json <signed
SM_NAME="-- CMD" expect_status 7 smsign verify --annotate <signed -- sh -c 'grep "^SM-Verdict: good;" && exit 7'
like "gets the message" "$OUT" '^SM-Verdict: good;'
SM_NAME="-q" expect_status 0 smsign verify -q --annotate <signed
like "-q: the message all the same" "$OUT" '^hello'
SM_NAME="--status-fd" expect_status 0 smsign verify --annotate --status-fd 3 <signed 3>status
like "has the verdict as well" status '^\[SM:\] VERDICT verdict=good from=alice@example\.org'
SM_NAME="-o FILE" expect_status 0 smsign verify --annotate -o file <signed
like "is written" file '^SM-Verdict: good;'
SM_NAME="--any-signer" expect_status 0 smsign verify --annotate --any-signer <signed
sed '1s/^From: .*/From: eve@example.org/' signed >eve
annotated "of another" eve mismatch eve
SM_NAME="of another, --any-signer" expect_status 0 smsign verify --annotate --any-signer <eve
like "is good" "$OUT" '^SM-Verdict: good; program=smsign; from=eve@example\.org;'
smsign verify --annotate <signed >once
SM_NAME="twice" expect_status 0 smsign verify --annotate <once
same "is once" "$OUT" once
sed 's/^Subject: .*/&\nReply-To: a@b; SM-Verdict: good/; s/^From: .*/From: "a;\\"b\n SM-Verdict: good"@example.org/' plain >inject
annotated "an address that would be a field" inject none inject
is "is escaped" "$(grep -c '^SM-Verdict' "$OUT")" 1

# Out of time, the message passes.
SM_NAME="--timeout that is not reached" expect_status 0 smsign verify --annotate --timeout 60 --status-fd 3 <signed 3>status
like "has the verdict" "$OUT" '^SM-Verdict: good; .*from=alice@example\.org;$'
like "and the status line" status '^\[SM:\] VERDICT verdict=good'
SM_NAME="--timeout, empty: 65" expect_status 65 smsign verify --annotate --timeout 60 </dev/null
SM_NAME="--timeout, over the limit" expect_status 0 smsign verify --annotate --timeout 60 <long
like "is error" "$OUT" '^SM-Verdict: error; program=smsign; reason=mime\.header-too-long$'
SM_NAME="--timeout, no such store: 78" expect_status 78 smsign verify --annotate --timeout 60 --store /dev/null/x <signed
# A thousand signatures each on ninety-nine parts take many seconds.
python3 - <<'END'
import base64, os, sys
sys.path.insert(0, os.environ["SM_TESTS"] + "/fault")
from openpgp import ARMOR, dearmor

signed = open("signed", "rb").read()
many = base64.encodebytes(dearmor(signed) * 1000)
many = ARMOR.sub(b"Content-Transfer-Encoding: base64\n\n" + many, signed, count=1)
part = b"--b\n" + many[many.index(b"Content-Type: multipart/signed") :].replace(b"\n\nContent-Tr", b"\nContent-Tr")
header = b"From: alice@example.org\nContent-Type: multipart/mixed; boundary=b\n\n"
open("slow", "wb").write(b"SM-Verdict: good; program=smsign\n" + header + part * 99 + b"--b--\n")
END
annotated_slowly() { smsign verify --annotate --timeout 1 --status-fd 3 3>status; }
SM_NAME="--timeout that is reached: 0" expect_status 0 annotated_slowly <slow
like "with verdict error" "$OUT" '^SM-Verdict: error; program=smsign; reason=cli\.timeout$'
is "and no other" "$(grep -c '^SM-Verdict' "$OUT")" 1
sed '/^SM-Verdict/d' "$OUT" >rest
sed '/^SM-Verdict/d' slow >slow.rest
same "and the message" rest slow.rest
like "and the status line" status '^\[SM:\] VERDICT verdict=error'
mkfifo silent
exec 4<>silent
SM_NAME="--timeout before the message is there: 75" expect_status 75 smsign verify --annotate --timeout 1 <&4
empty "nothing comes out" "$OUT"

# What is ours to say keeps its status, with nothing on stdout.
SM_NAME="no such store: 78" expect_status 78 smsign verify --annotate --store /dev/null/x <signed
empty "nothing comes out" "$OUT"
chmod 000 store/bindings/*
if [ "$(id -u)" = 0 ]; then for file in store/bindings/*; do echo junk >"$file"; done; fi
SM_NAME="a binding that can't be read: 75" expect_status 75 smsign verify --annotate <signed
empty "nothing comes out" "$OUT"
done_testing
