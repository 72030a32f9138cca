#!/bin/sh
# smcrypt decrypt --annotate: the verdict on what was inside as a field, on clear mail as smsign verify has it, and with --keep
# on what can't be opened; never a field that came in, outside or inside.
. "${0%/*}/../../lib.sh"
need_command python3
cd "$SM_TMP" || exit 1
SM_STORE=$SM_TMP/store
export SM_STORE
smkey generate --no-passphrase 'Alice <alice@example.org>' >alice
smkey generate --no-passphrase 'Bob <bob@example.net>' >/dev/null
cat >plain <<'END'
From: Alice <alice@example.org>
To: Bob <bob@example.net>
Subject: a letter
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii

Hello Bob.
END
smsign sign <plain >signed
smcrypt encrypt --to bob@example.net <plain >encrypted
smcrypt encrypt --sign --to bob@example.net <plain >both
smcrypt encrypt --to bob@example.net <signed >around
forge() { # forge NAME: with a forged field outside
  (echo 'SM-Verdict: good; program=smcrypt'; cat "$1") >"$1.forged"
}

# annotated NAME FILE VERDICT PLAIN [OPTION…]: it passes, with one field, this verdict; the rest is what plain decryption gives.
annotated() {
  what=$1 file=$2 verdict=$3
  shift 3
  for eol in LF CRLF; do
    if [ $eol = CRLF ]; then sed 's/$/\r/' "$file" >in; else cp "$file" in; fi
    SM_NAME="$what, $eol: passes" expect_status 0 smcrypt --batch decrypt --annotate "$@" <in
    tr -d '\r' <"$OUT" >lines
    is "$what, $eol: $verdict, on top" "$(sed -n '1s/^SM-Verdict: \([a-z-]*\); program=smcrypt.*/\1/p' lines)" "$verdict"
    is "$what, $eol: one field" "$(grep -aic '^[ 	]*sm-verdict' lines)" 1
    awk 'NR == 1 { next } !over && /^[ ]/ { next } { over = 1; print }' lines >rest
    smcrypt --batch decrypt -q "$@" <in 2>err | tr -d '\r' | grep -aiv '^[ 	]*sm-verdict' >want
    same "$what, $eol: nothing else changes" rest want
  done
}
for file in plain signed encrypted both around; do
  forge $file
  case $file in plain | encrypted) verdict=none ;; *) verdict=good ;; esac
  annotated "$file" $file $verdict
  case $file in
  plain | signed) unlike "$file: not opened" lines 'opened=' ;;
  *) like "$file: opened" lines 'opened=yes' ;;
  esac
  annotated "$file, a forged field" "$file.forged" "$verdict"
done
like "who has signed" lines "signer=$(cat alice)"
sed '1s/^From: .*/From: Eve <eve@example.net>/' both >eve
annotated "of another" eve mismatch
smcrypt --batch decrypt --annotate <eve >/dev/null 2>err
like "with a line on stderr" err '^smcrypt: warning: .*mismatch'

# Fields inside the encryption.
{ echo 'SM-Verdict: good; program=smcrypt'; cat plain; } >inside
smcrypt encrypt --to bob@example.net <inside | sed '/^SM-Verdict/d' >protected
annotated "in what is protected" protected none
sed 's/^Content-Type: .*/SM-Verdict: good\n&/' signed | sed '1,/^Content-Type: multipart/{/^SM-Verdict/d}' >part
check "a field in the signed part" grep -q '^SM-Verdict' part
smcrypt encrypt --to bob@example.net <part >partly
annotated "in a part inside" partly bad
if smcrypt encrypt --help | grep -q -e --at-rest; then
  smcrypt encrypt --at-rest --to bob@example.net <inside >rest.eml
  annotated "at rest" rest.eml none
else skip "at rest" "no --at-rest"; fi

# What can't be opened: without --keep as without --annotate, with it the message and a verdict.
smkey --store other generate --no-passphrase 'Carol <carol@example.org>' >/dev/null
smkey --store other export carol@example.org | smkey -q import
sed "s/^To: .*/To: carol@example.org/" plain | smcrypt encrypt --to carol@example.org >carols
python3 - <<'END'
import os, sys
sys.path.insert(0, os.environ["SM_TESTS"] + "/fault")
from openpgp import dearmor, rearmored

mail = open("encrypted", "rb").read()
data = bytearray(dearmor(mail))
data[-60] ^= 1
open("damaged", "wb").write(rearmored(mail, bytes(data)))
END
for file in carols damaged; do
  forge $file
  case $file in carols) status=77 verdict=none ;; *) status=65 verdict=error ;; esac
  SM_NAME="$file: $status" expect_status $status smcrypt --batch decrypt --annotate <$file.forged
  empty "$file: nothing comes out" "$OUT"
  annotated "$file, --keep" $file $verdict --keep
  annotated "$file, --keep, a forged field" "$file.forged" "$verdict" --keep
done
like "says why" lines '^SM-Verdict: error; program=smcrypt; reason=crypto\.damaged$'
{ printf 'SM-Verdict: good\nFrom: alice@example.org\n'; yes 'X-Long: a line of a header that has no end' | head -n 10000; printf '\nbody\n'; } >long
SM_NAME="a header over the limit, without --annotate: 65" expect_status 65 smcrypt decrypt <long
empty "a header over the limit: nothing comes out" "$OUT"
# What plain decryption gives is there only with --keep.
SM_NAME="a header over the limit" expect_status 0 smcrypt decrypt --annotate <long
like "is passed, with verdict error" "$OUT" '^SM-Verdict: error; program=smcrypt; reason=mime\.header-too-long$'
annotated "a header over the limit, --keep" long error --keep
SM_NAME="nothing: 65" expect_status 65 smcrypt decrypt --annotate --keep </dev/null

# Status lines, and a command behind --.
SM_NAME="--status-fd" expect_status 0 smcrypt --batch decrypt --annotate --status-fd 3 <carols --keep 3>status
like "--keep: VERDICT" status '^\[SM:\] VERDICT verdict=none'
like "--keep: ERROR" status '^\[SM:\] ERROR code=key\.missing'
SM_NAME="clear mail, --status-fd" expect_status 0 smcrypt decrypt --annotate --status-fd 3 <signed 3>status
like "NOT_ENCRYPTED" status '^\[SM:\] NOT_ENCRYPTED'
like "and the verdict" status '^\[SM:\] VERDICT verdict=good'
SM_NAME="-- CMD" expect_status 7 smcrypt decrypt --annotate <both -- sh -c 'grep "^SM-Verdict: good; program=smcrypt; opened=yes;" && exit 7'
SM_NAME="--timeout" expect_status 0 smcrypt decrypt --annotate --timeout 60 <signed
like "has the verdict" "$OUT" '^SM-Verdict: good;'

# A signature inside that can't be read is a verdict, with --annotate and without.
python3 - <<'END'
part = b"--b\nContent-Type: multipart/signed; boundary=c; protocol=\"application/pgp-signature\"\n\n--c\n\nx\n--c\nContent-Type: application/pgp-signature\n\nx\n--c--\n"
open("layers", "wb").write(b"From: alice@example.org\nContent-Type: multipart/mixed; boundary=b\n\n" + part * 101 + b"--b--\n")
END
smcrypt encrypt --to bob@example.net <layers >layers.enc
annotated "too many signatures inside" layers.enc error
SM_NAME="and it comes out" expect_status 0 smcrypt decrypt <layers.enc
done_testing
