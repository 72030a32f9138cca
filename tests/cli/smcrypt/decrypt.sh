#!/bin/sh
# smcrypt decrypt: passphrases and passwords, what is not encrypted, --keep, --max-message, and messages made to deceive or
# to exhaust.
# timeout: 240
. "${0%/*}/../../lib.sh"
need_command gpg python3
cd "$SM_TMP" || exit 1
SM_STORE=$SM_TMP/store
export SM_STORE
gpg="gpg --batch -q --no-auto-check-trustdb --trust-model always --pinentry-mode loopback --passphrase="
echo sesame >secret
echo wrong >wrong
: >empty
smkey generate --no-passphrase 'Alice <alice@example.org>' >alice
smkey generate --passphrase-file secret 'Bob <bob@example.net>' >bob
smkey export alice@example.org bob@example.net | $gpg --import
printf 'From: Alice <alice@example.org>\nTo: bob@example.net\nSubject: test\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\nhello \303\244\n' >plain.eml
smcrypt encrypt --to bob@example.net <plain.eml >to-bob.eml
smcrypt encrypt --to alice@example.org --sign <plain.eml >to-alice.eml
smcrypt encrypt --to bob@example.net --to alice@example.org <plain.eml >to-both.eml

# wrap: OpenPGP data on stdin, as an encrypted mail.
wrap() {
  printf 'From: Alice <alice@example.org>\nSubject: test\nMIME-Version: 1.0\nContent-Type: multipart/encrypted; boundary=b;\n protocol="application/pgp-encrypted"\n\n--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n\n--b\nContent-Type: application/octet-stream\n\n'
  cat
  printf '\n--b--\n'
}
refused() { # refused STATUS NAME FILE WORD…: nothing comes out, one text for damage
  want=$1 name=$2 file=$3
  shift 3
  SM_NAME="$name: $want" expect_status "$want" smcrypt decrypt --batch "$@" <"$file"
  empty "$name: nothing comes out" "$OUT"
  if [ "$want" = 65 ]; then is "$name: the one text" "$(cat "$ERR")" "smcrypt: error: the encrypted message is damaged"; fi
}
opened() {
  name=$1 file=$2
  shift 2
  SM_NAME="$name: 0" expect_status 0 smcrypt decrypt --batch "$@" <"$file"
  like "$name: opened" "$OUT" '^hello'
}

# Passphrases.
opened "a key without a passphrase" to-both.eml
same "what went in comes out" "$OUT" plain.eml
refused 77 "no passphrase" to-bob.eml
opened "from a file" to-bob.eml --passphrase-file secret
printf 'sesame' >no-newline
opened "without a newline" to-bob.eml --passphrase-file no-newline
printf 'sesame\r\nsecond line\n' >crlf
opened "the first line of a file with CRLF" to-bob.eml --passphrase-file crlf
SM_NAME="from a descriptor" expect_status 0 smcrypt decrypt --batch --passphrase-fd 5 <to-bob.eml 5<secret
refused 77 "wrong" to-bob.eml --passphrase-file wrong
refused 77 "empty" to-bob.eml --passphrase-file empty
refused 66 "a file that is not there" to-bob.eml --passphrase-file absent
opened "a passphrase that is not needed" to-alice.eml --passphrase-file wrong
opened "keys without one come first" to-both.eml --passphrase-file wrong
mkdir credentials
cp secret "credentials/$(cat bob)"
SM_NAME="CREDENTIALS_DIRECTORY" expect_status 0 env CREDENTIALS_DIRECTORY="$SM_TMP/credentials" smcrypt decrypt --batch <to-bob.eml
cp wrong "credentials/$(cat bob)"
SM_NAME="CREDENTIALS_DIRECTORY, wrong: 77" expect_status 77 env CREDENTIALS_DIRECTORY="$SM_TMP/credentials" smcrypt decrypt --batch <to-bob.eml
SM_NAME="an option comes before it" expect_status 0 env CREDENTIALS_DIRECTORY="$SM_TMP/credentials" smcrypt decrypt --batch --passphrase-file secret <to-bob.eml
SM_NAME="a wrong one never falls through: 77" expect_status 77 sh -c "cp secret credentials/$(cat bob) && CREDENTIALS_DIRECTORY=credentials exec smcrypt decrypt --batch --passphrase-file wrong" <to-bob.eml
smkey generate --no-passphrase stranger@example.org >/dev/null
smcrypt encrypt --to stranger@example.org <plain.eml >to-stranger.eml
smkey delete --secret --yes stranger@example.org >/dev/null
refused 77 "no secret key" to-stranger.eml

# Passwords.
$gpg --passphrase sesame --armor --symmetric <plain.eml 2>/dev/null | wrap >password.eml
opened "a password" password.eml --passphrase-file secret
refused 77 "a wrong password" password.eml --passphrase-file wrong
refused 77 "no password" password.eml
$gpg --passphrase sesame --armor --symmetric --encrypt -r alice@example.org <plain.eml 2>/dev/null | wrap >either.eml
opened "a key or a password" either.eml

# What is not encrypted.
passes() {
  SM_NAME="$1 passes: 0" expect_status 0 smcrypt decrypt --status-fd 3 <"$2" 3>status
  same "$1 passes as it is" "$OUT" "$2"
  is "$1: NOT_ENCRYPTED" "$(head -n 1 status)" '[SM:] NOT_ENCRYPTED'
}
passes "clear text" plain.eml
smsign sign <plain.eml >signed.eml
passes "signed" signed.eml
sed 's/$/\r/' plain.eml >crlf.eml
passes "CRLF" crlf.eml
printf 'no header at all' >bare.eml
passes "no header" bare.eml
head -c 100000 /dev/urandom >random.eml
passes "noise" random.eml
printf 'From x\nA: b\r\nC\000: d\n\n\n\r\r\n\000' >mixed.eml
passes "mixed line ends and NUL" mixed.eml
{ printf 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=o\n\n--o\n'; cat to-alice.eml; printf '\n--o--\n'; } >inside.eml
passes "encrypted inside another structure" inside.eml

# --keep.
for file in to-bob.eml to-stranger.eml; do
  SM_NAME="--keep $file: 0" expect_status 0 smcrypt decrypt --batch --keep --status-fd 3 <$file 3>status
  same "--keep $file: unchanged" "$OUT" $file
  like "--keep $file: says why" status '^\[SM:] ERROR code=key\.'
done
sed 's/^\([A-Za-z0-9+\/]\{40\}\).\(.*\)/\1A\2/' to-alice.eml >damaged.eml
refused 65 "damaged" damaged.eml
SM_NAME="--keep damaged: 0" expect_status 0 smcrypt decrypt --keep --status-fd 3 <damaged.eml 3>status
same "--keep damaged: unchanged" "$OUT" damaged.eml
like "--keep damaged: says why" status '^\[SM:] ERROR code=crypto\.damaged'
SM_NAME="--keep of nothing: 65" expect_status 65 smcrypt decrypt --keep <empty
opened "--keep what can be opened" to-alice.eml --keep

# Structure.
sed '/^-----BEGIN/,/^-----END/d' to-alice.eml >hollow.eml
refused 65 "no data" hollow.eml
sed '/^-----END/d' to-alice.eml >unended.eml
refused 65 "armor without its end" unended.eml
head -n 40 to-alice.eml | sed '/^=/,$d' >torn.eml
refused 65 "the file ends in the armor" torn.eml
SM_NAME="no verdict line without a signature" expect_status 0 smcrypt decrypt --status-fd 3 <to-both.eml 3>status
is "none" "$(sed -n 's/.*verdict=\([a-z-]*\).*/\1/p' status)" none
empty "and quiet" "$ERR"
opened "signed by whom From says" to-alice.eml
empty "is quiet" "$ERR"
sed 's/^From: .*/From: eve@example.org/' to-alice.eml >mismatch.eml
SM_NAME="a verdict that is not good: 0 all the same" expect_status 0 smcrypt decrypt --status-fd 3 <mismatch.eml 3>status
like "in the status lines" status '^\[SM:] VERDICT verdict=mismatch from=eve@example\.org$'
like "and on stderr" "$ERR" '^smcrypt: warning: .*mismatch'

# No integrity protection.
$gpg --rfc2440 --armor --encrypt -r alice@example.org <plain.eml 2>/dev/null | wrap >unprotected.eml
if $gpg --rfc2440 --encrypt -r alice@example.org <plain.eml 2>/dev/null | $gpg --list-packets 2>/dev/null | grep -q 'tag=9'; then
  refused 65 "no integrity protection" unprotected.eml
else skip "no integrity protection" "gpg adds it"; fi

# Bombs and nests: gpg encrypts packets as they are given.
SIZE=64
if [ "${SM_FULL:-0}" = 1 ]; then SIZE=1024; fi
python3 - "$SIZE" <<'END'
import bz2, os, sys, zlib
sys.path.insert(0, os.environ["SM_TESTS"] + "/fault")
from openpgp import packet

MIB = 1 << 20
size = int(sys.argv[1]) * MIB


def literal(body):
    return packet(11, b"b\0\0\0\0\0" + body)


def compressed(kind, parts):
    squeeze = {1: zlib.compressobj(9, zlib.DEFLATED, -15), 2: zlib.compressobj(9), 3: bz2.BZ2Compressor(9)}[kind]
    return packet(8, bytes([kind]) + b"".join(squeeze.compress(part) for part in parts) + squeeze.flush())


def zeros():
    yield b"\xcb\xff" + (6 + size).to_bytes(4, "big") + b"b\0\0\0\0\0"
    for _ in range(size // MIB):
        yield bytes(MIB)


text = b"Content-Type: text/plain\r\n\r\nhello\r\n"
for kind, name in ((1, "zip"), (2, "zlib"), (3, "bzip2")):
    open("bomb-" + name, "wb").write(compressed(kind, zeros()))
    open("small-" + name, "wb").write(compressed(kind, [literal(text)]))
for depth in (6, 200):
    nest = literal(text)
    for _ in range(depth):
        nest = compressed(1, [nest])
    open("nest-%d" % depth, "wb").write(nest)
# One bomb in another, each of a modest ratio by itself.
open("russian", "wb").write(compressed(1, [compressed(1, zeros())]))
open("two", "wb").write(literal(text) + literal(text))
open("none", "wb").write(b"")
END
encrypted() { $gpg --no-literal --compress-algo none --armor --encrypt -r alice@example.org <"$1" 2>err | wrap >"$1.eml"; }
# limited NAME FILE: refused, in little memory
limited() {
  python3 "$SM_TESTS/fault/peak.py" smcrypt decrypt --batch <"$2" >"$OUT" 2>"$ERR" 3>peak
  read -r status kib <peak
  is "$1: 65" "$status" 65
  empty "$1: nothing comes out" "$OUT"
  echo "# $1: $kib KiB"
  if [ "${SM_SANITIZED:-OFF}" = ON ]; then return; fi
  check "$1: in 32 MiB" test "$kib" -le 32768
}
for kind in zip zlib bzip2; do
  encrypted small-$kind
  opened "compressed by $kind" small-$kind.eml
  encrypted bomb-$kind
  limited "a bomb by $kind" bomb-$kind.eml
done
encrypted russian
limited "a bomb in a bomb" russian.eml
encrypted nest-6
opened "six layers" nest-6.eml
encrypted nest-200
limited "two hundred layers" nest-200.eml
encrypted none
refused 65 "nothing inside" none.eml
# Only one literal packet is a message (RFC 9580 section 10.3); RNP reads no further.
encrypted two
opened "two literal packets" two.eml
is "are not strung together" "$(grep -c hello "$OUT")" 1

# --max-message.
{ sed '/^$/q' plain.eml; head -c 200000 /dev/zero | tr '\0' x | fold -w 70; } >larger.eml
smcrypt encrypt --to alice@example.org <larger.eml >larger.enc
refused 65 "longer than --max-message" larger.enc --max-message 100k
SM_NAME="within --max-message" expect_status 0 smcrypt decrypt --max-message 1M <larger.enc
same "comes out" "$OUT" larger.eml
for size in -1 x 1Q ''; do SM_NAME="--max-message=$size: 64" expect_status 64 smcrypt decrypt "--max-message=$size" <larger.enc; done
done_testing
