#!/bin/sh
# smsign verify: each verdict with its exit status, as line 1 and in JSON, on signatures that gpg makes under any clock.
# timeout: 180
. "${0%/*}/../../lib.sh"
need_command gpg jq python3
cd "$SM_TMP" || exit 1
SM_STORE=$SM_TMP/store
export SM_STORE
gpg="gpg --batch -q --no-auto-check-trustdb --trust-model always --pinentry-mode loopback --passphrase="

# gpg_signed FROM KEY [GPG-OPTION…]: a message of this sender signed by gpg, on stdout.
gpg_signed() {
  printf 'Content-Type: text/plain\r\n\r\nhello from %s\r\n' "$1" >entity
  from=$1 key=$2
  shift 2
  rm -f entity.sig
  $gpg "$@" --local-user "$key" --armor --detach-sign --output entity.sig entity 2>gpg.err || return 1
  wrap "$from" entity.sig
}
# wrap FROM SIGNATURE-FILE…: what is in entity, with these signatures.
wrap() {
  printf 'From: %s\nSubject: test\nMIME-Version: 1.0\nContent-Type: multipart/signed; boundary=b;\n protocol="application/pgp-signature"; micalg=pgp-sha256\n\n--b\n' "$1"
  tr -d '\r' <entity
  printf '\n--b\nContent-Type: application/pgp-signature\n\n'
  shift
  cat "$@"
  printf '\n--b--\n'
}
# verdict WANT STATUS NAME: of the message in $SM_TMP/mail
verdict() {
  SM_NAME="$3: $2" expect_status "$2" smsign verify <mail
  is "$3: $1" "$(head -n 1 "$OUT")" "$1"
  is "$3: the same in JSON" "$(smsign verify --json <mail | jq -r '.verdict + " " + .schema')" "$1 smsign.verify/1"
}
import() { $gpg --export "$@" | smkey import -q; }

$gpg --quick-gen-key 'Alice <alice@example.org>' ed25519 sign never
$gpg --quick-gen-key 'Eve <eve@example.org>' ed25519 sign never
$gpg --quick-gen-key 'Stranger <stranger@example.org>' ed25519 sign never
import alice@example.org eve@example.org

# good, and how a good one turns bad
gpg_signed alice@example.org alice@example.org >mail
verdict good 0 "right, and of whom From says"
cp mail good
SM_NAME="-q is silent about it" expect_status 0 smsign verify -q <mail
empty "nothing" "$OUT"
sed 's/^hello/hallo/' good >mail
verdict bad 1 "text changed"
SM_NAME="-q says what is wrong" expect_status 1 smsign verify -q <mail
is "bad" "$(head -n 1 "$OUT")" bad
sed 's/^Subject: test/Subject: another/' good >mail
verdict good 0 "a header field that is not covered"
sed 's/$/\r/' good >mail
verdict good 0 "CRLF"
sed 's/^From: .*/From: Alice <ALICE@Example.ORG>/' good >mail
verdict good 0 "From in other letters"
(echo 'From alice@example.org Sat Nov 21 10:00:00 2026'; cat good) >mail
verdict good 0 "with an mbox line"
sed 's/^Content-Type: text\/plain/Content-Type: text\/html/' good >mail
verdict bad 1 "type changed"

# whose it is
sed 's/^From: .*/From: eve@example.org/' good >mail
verdict mismatch 1 "by another address"
sed 's/^From: .*/From: "alice@example.org" <eve@example.org>/' good >mail
verdict mismatch 1 "an address as the name"
sed '/^From: /d' good >mail
verdict mismatch 1 "without From"
sed 's/^From: .*/From: alice@example.org, eve@example.org/' good >mail
verdict mismatch 1 "two in From"
sed 's/^From: .*/&\n&/' good >mail
verdict mismatch 1 "From twice"
sed 's/^From: .*/From:/' good >mail
verdict mismatch 1 "an empty From"
sed 's/^From: .*/From: eve@example.org/' good >mail
SM_NAME="--any-signer" expect_status 0 smsign verify --any-signer <mail
is "is good by anybody who is bound" "$(head -n 1 "$OUT")" good
$gpg --quick-gen-key 'Alice too <alice@example.org>' ed25519 sign never
second=$($gpg --with-colons -k 'Alice too' 2>/dev/null | sed -n 's/^fpr:*\([^:]*\):/\1/p' | head -n 1)
import "$second"
gpg_signed alice@example.org "$second" >mail
verdict unbound 1 "by a certificate that the address is not bound to"
SM_NAME="--any-signer does not help" expect_status 1 smsign verify --any-signer <mail
gpg_signed stranger@example.org stranger@example.org >mail
verdict unknown-key 2 "by somebody unknown"

# keys and time
# shellcheck disable=SC2086 # options
old="--faked-system-time=20200601T120000!"
$gpg $old --quick-gen-key 'Past <past@example.org>' ed25519 sign 1y 2>gpg.err
gpg_signed past@example.org past@example.org $old >mail
import past@example.org
verdict good 0 "signed before the key expired"
like "with a note" "$OUT" 'expired later'
# gpg signs with no expired key: the expiry is made shorter afterwards, by a self-signature of earlier.
$gpg $old --quick-gen-key 'Short <short@example.org>' ed25519 sign 10y 2>gpg.err
gpg_signed short@example.org short@example.org --faked-system-time=20230601T120000! >mail
$gpg --faked-system-time=20200701T120000! --quick-set-expire "$($gpg --with-colons -k short@example.org | sed -n 's/^fpr:*\([^:]*\):/\1/p')" 1y 2>gpg.err
import short@example.org
verdict expired-key 1 "signed when the key had expired"
gpg_signed alice@example.org alice@example.org --default-sig-expire=1d --faked-system-time=20400101T000000! >mail
verdict bad 1 "from the future"
$gpg $old --quick-gen-key 'Dora <dora@example.org>' ed25519 sign never 2>gpg.err
import dora@example.org
gpg_signed dora@example.org dora@example.org --default-sig-expire=1d $old >mail
verdict expired-key 1 "the signature expired"
gpg_signed dora@example.org dora@example.org --faked-system-time=20190101T000000! --ignore-time-conflict >mail
verdict bad 1 "older than its key"

# revoked: gpg asks, so reasons are given as answers.
revoke() { # revoke WHO REASON
  fpr=$($gpg --with-colons -k "$1" | sed -n 's/^fpr:*\([^:]*\):/\1/p' | head -n 1)
  rm -f rev
  printf 'y\n%s\n\ny\n' "$2" | gpg --no-tty --command-fd 0 --pinentry-mode loopback --passphrase-file /dev/null $old2 --output rev --gen-revoke "$fpr" >/dev/null 2>gpg.err
  $gpg --import rev 2>gpg.err
  import "$1"
}
old2="--faked-system-time=20220101T000000!"
for who in key-compromised-1 key-superseded-2 key-retired-3 key-unknown-0; do
  $gpg $old --quick-gen-key "X <$who@example.org>" ed25519 sign never 2>gpg.err
  gpg_signed $who@example.org $who@example.org $old >before
  gpg_signed $who@example.org $who@example.org --faked-system-time=20230601T120000! >after
  revoke $who@example.org ${who##*-}
  cp before mail
  case $who in
  *superseded* | *retired*)
    verdict good 0 "$who: signed before"
    like "with a note" "$OUT" 'later'
    ;;
  *) verdict revoked-key 1 "$who: signed before" ;;
  esac
  cp after mail
  verdict revoked-key 1 "$who: signed after"
done

# weak
gpg_signed alice@example.org alice@example.org --digest-algo SHA1 --allow-weak-digest-algos >mail
if [ "$($gpg --list-packets <entity.sig | sed -n 's/.*digest algo \([0-9]*\),.*/\1/p')" = 2 ]; then
  verdict weak 1 "SHA-1"
else skip "SHA-1" "gpg refuses"; fi
cat >params <<'END'
%no-protection
Key-Type: RSA
Key-Length: 1024
Name-Email: rsa@example.org
Expire-Date: 0
%commit
END
$gpg --gen-key params 2>gpg.err
sed 's/RSA/DSA/; s/rsa/dsa/' params >params.dsa # with SHA-1 in its self-signature, which is right only when it is old
$gpg --faked-system-time=20100601T120000! --gen-key params.dsa 2>gpg.err
import dsa@example.org rsa@example.org
gpg_signed dsa@example.org dsa@example.org --faked-system-time=20100701T120000! >mail
verdict weak 1 "DSA of 1024 bits"
gpg_signed rsa@example.org rsa@example.org --digest-algo SHA256 >mail
verdict weak 1 "RSA of 1024 bits"

# several signatures: the first that applies
gpg_signed alice@example.org alice@example.org >/dev/null
mv entity.sig alice.sig
gpg_signed alice@example.org stranger@example.org >/dev/null
mv entity.sig stranger.sig
printf 'Content-Type: text/plain\r\n\r\nhello from alice@example.org\r\n' >entity
wrap alice@example.org alice.sig stranger.sig >mail
verdict good 0 "one good and one unknown"
wrap alice@example.org stranger.sig alice.sig >mail
verdict good 0 "in the other order"
is "both are in the JSON" "$(smsign verify --json <mail | jq -r '[.layers[0].signatures[].verdict] | join(",")')" unknown-key,good
echo 'something else' >other
$gpg --local-user eve@example.org --armor --detach-sign --output eve.sig other
wrap alice@example.org alice.sig eve.sig >mail
verdict bad 1 "one good and one wrong"

# partial, none
printf 'From: alice@example.org\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=o\n\n--o\n' >mail
sed '1,/^MIME-Version/d' good >>mail
printf '\n--o\nContent-Type: text/plain\n\na footer of a list\n--o--\n' >>mail
verdict partial 1 "in a list's message"
sed 's/^--b--$/--b\nContent-Type: text\/plain\n\nmore\n--b--/' good >mail
verdict partial 1 "three parts"
printf 'From: alice@example.org\n\nhello\n' >mail
verdict none 2 "not signed"
printf 'hello\n' >mail
verdict none 2 "no header at all"
smkey generate --no-passphrase Bob@example.net >/dev/null
smcrypt encrypt --to bob@example.net <good >mail
verdict none 2 "encrypted, not opened"

# error
sed '/^-----BEGIN/,/^-----END/s/^[A-Za-z0-9+\/]\{20,\}$/nonsense/' good >mail
verdict error 65 "a signature that is none"
sed '/^-----BEGIN/,/^-----END/d' good >mail
verdict error 65 "without a signature in its part"
: >mail
SM_NAME="empty: 65" expect_status 65 smsign verify <mail
is "empty: error" "$(cat "$OUT")" error
(printf 'From: alice@example.org\nX: '; head -c 300000 /dev/zero | tr '\0' x; printf '\n\nhello\n') >mail
SM_NAME="a header that is too long: 65" expect_status 65 smsign verify <mail
is "error" "$(head -n 1 "$OUT")" error

# status lines, JSON
SM_NAME="--status-fd" expect_status 0 smsign verify --status-fd 3 <good 3>status
like "VERDICT" status '^\[SM:] VERDICT verdict=good from=alice@example\.org$'
like "SIGNATURE" status '^\[SM:] SIGNATURE verdict=good scope=message form=multipart/signed certificate=[0-9A-F]{40} key_id=[0-9A-F]{16} hash=sha[0-9]+ created=20'
smsign verify --json <good >one
smsign verify --json <good >two
same "JSON: twice the same" one two
check "JSON that others read" python3 -m json.tool one /dev/null
is "members in order" "$(jq -c 'keys_unsorted' one)" '["schema","verdict","from","header","layers"]'
is "of a signature" "$(jq -c '.layers[0].signatures[0] | keys_unsorted' one)" \
  '["verdict","note","key_id","key","certificate","user_ids","algorithm","hash","created","expires"]'
begin=$(jq .layers[0].covered.begin one) end=$(jq .layers[0].covered.end one)
tail -c +$((begin + 1)) good | head -c $((end - begin)) | sed 's/$/\r/' >covered
printf '\r\n' >eol
is "covered bytes are those that gpg signed" "$($gpg --status-fd 1 --verify alice.sig covered 2>/dev/null | grep -c GOODSIG)$(tail -c 2 covered | cmp - eol && echo eol)" 1eol
done_testing
