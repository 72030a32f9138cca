#!/bin/sh
# smcrypt encrypt: who gets it. Recipients with and without a usable key under each policy, every one of them named; which key
# signs; what is encrypted already.
# timeout: 180
. "${0%/*}/../../lib.sh"
need_command gpg jq python3
cd "$SM_TMP" || exit 1
SM_STORE=$SM_TMP/store
export SM_STORE
gpg="gpg --batch -q --no-auto-check-trustdb --trust-model always --pinentry-mode loopback --passphrase="
fingerprint() { $gpg --with-colons -k "$1" | sed -n 's/^fpr:*\([^:]*\):/\1/p' | head -n 1; }
import() { $gpg --export "$@" | smkey import -q; }

smkey generate --no-passphrase 'Alice <alice@example.org>' >alice
smkey generate --no-passphrase 'Bob <bob@example.net>' >bob
smkey generate --no-passphrase 'Carol <carol@example.com>' >carol
alice=$(cat alice) bob=$(cat bob) carol=$(cat carol)
subkey() { smkey show --json "$1" | jq -r '.subkeys[0].fingerprint'; }
printf 'From: Alice <alice@example.org>\nTo: Bob <bob@example.net>,\n "C, c" <carol@example.com>\nCc: alice@example.org\nBcc: dave@example.org\nSubject: test\n\nhello\n' >plain.eml
grep -v '^Bcc' plain.eml >open.eml

# key_ids FILE: of its recipients, sorted.
key_ids() {
  python3 - "$1" <<'END'
import os, sys
sys.path.insert(0, os.environ["SM_TESTS"] + "/fault")
from openpgp import dearmor, packets
data = dearmor(open(sys.argv[1], "rb").read())
print(*sorted(data[body + 1 : body + 9].hex().upper() for tag, _, body, _ in packets(data) if tag == 1))
END
}
ids() { for who; do subkey "$who" | cut -c 25-; done | sort | paste -s -d ' '; }

SM_NAME="several --to" expect_status 0 smcrypt encrypt --to bob@example.net --to CAROL@example.com --status-fd 3 <open.eml 3>status
is "are the recipients" "$(key_ids "$OUT")" "$(ids bob@example.net carol@example.com)"
is "and no more" "$(grep -c '^\[SM:] RECIPIENT ' status)" 2
like "each with certificate and key" status "^\[SM:] RECIPIENT id=bob@example\.net fingerprint=$bob key=$(subkey "$bob")\$"
SM_NAME="by fingerprint" expect_status 0 smcrypt encrypt --to "$bob" <open.eml
is "is the same" "$(key_ids "$OUT")" "$(ids bob@example.net)"
SM_NAME="the same one twice" expect_status 0 smcrypt encrypt --to "$bob" --to bob@example.net --encrypt-to bob@example.net <open.eml
is "is one" "$(key_ids "$OUT")" "$(ids bob@example.net)"
SM_NAME="--encrypt-to" expect_status 0 smcrypt encrypt --to bob@example.net --encrypt-to "$alice" <open.eml
is "gets it too" "$(key_ids "$OUT")" "$(ids alice@example.org bob@example.net)"
SM_NAME="--to-headers" expect_status 0 smcrypt encrypt --to-headers <open.eml
is "is To and Cc" "$(key_ids "$OUT")" "$(ids alice@example.org bob@example.net carol@example.com)"
SM_NAME="--to-headers with a Bcc who has no key: 77" expect_status 77 smcrypt encrypt --to-headers <plain.eml
like "who is named" "$ERR" 'dave@example\.org'
SM_NAME="Bcc is taken out" expect_status 0 smcrypt encrypt --to bob@example.net <plain.eml
unlike "so" "$OUT" '^Bcc:'
SM_NAME="--keep-bcc" expect_status 0 smcrypt encrypt --keep-bcc --to bob@example.net <plain.eml
like "leaves it" "$OUT" '^Bcc: dave@example\.org$'
cp "$OUT" kept.eml
smcrypt decrypt <kept.eml >"$OUT"
is "not in what is encrypted" "$(grep -c '^Bcc' "$OUT")" 1
sed 's/^To: .*/To: bob@example.net, <carol@/' open.eml >torn.eml
SM_NAME="--to-headers with a field that can't be read: 65" expect_status 65 smcrypt encrypt --to-headers <torn.eml
printf 'From: alice@example.org\nSubject: x\n\nhello\n' >nobody.eml
SM_NAME="--to-headers of a message to nobody: 65 or 64" expect_status 65 smcrypt encrypt --to-headers <nobody.eml
SM_NAME="nobody named: 64" expect_status 64 smcrypt encrypt <open.eml
SM_NAME="a key ID is no recipient: 64" expect_status 64 smcrypt encrypt --to "$(echo "$bob" | cut -c 25-)" <open.eml
SM_NAME="nor a name: 64" expect_status 64 smcrypt encrypt --to Bob <open.eml

# Recipients that can't be encrypted to.
old="--faked-system-time=20200101T000000!"
# shellcheck disable=SC2086 # options
{
  $gpg $old --quick-gen-key 'Past <past@example.org>' rsa2048 default 1y 2>err
  $gpg --quick-gen-key 'Signs <signs@example.org>' ed25519 sign never 2>err
  $gpg --quick-gen-key 'Gone <gone@example.org>' ed25519 default never 2>err
}
sed 's/^://' "$GNUPGHOME/openpgp-revocs.d/$(fingerprint gone@example.org).rev" >rev
$gpg --import rev
import past@example.org signs@example.org gone@example.org
smkey generate --no-passphrase unread@example.org >/dev/null
smkey accept torn@example.org unread@example.org
file=$(grep -l torn@example.org store/bindings/*)
echo nonsense >"$file"

# policy POLICY STATUS RECIPIENT REASON
policy() {
  SM_NAME="$3, $1: $2" expect_status "$2" smcrypt encrypt --to bob@example.net --to "$3" ${1:+--missing-key "$1"} --status-fd 3 <open.eml 3>status
  if [ "$2" = 0 ]; then
    same "$3, $1: all of it in clear" "$OUT" open.eml
    like "$3, $1: says so" status '^\[SM:] SENT_CLEAR$'
  else
    empty "$3, $1: nothing comes out" "$OUT"
    like "$3, $1: named" "$ERR" "^smcrypt: error: .*$3"
    like "$3, $1: an error line" status '^\[SM:] ERROR code='
    unlike "$3, $1: not sent in clear" status SENT_CLEAR
  fi
  if [ -n "$4" ]; then like "$3, $1: MISSING_KEY" status "^\[SM:] MISSING_KEY recipient=$3 reason=$4"; fi
}
for who in nobody@example.org:no%20certificate past@example.org:expired signs@example.org:no%20encryption%20key; do
  policy '' 77 "${who%%:*}" "${who#*:}"
  policy fail 77 "${who%%:*}" "${who#*:}"
  policy defer 75 "${who%%:*}" "${who#*:}"
  policy pass 0 "${who%%:*}" "${who#*:}"
done
for how in fail defer pass; do
  policy $how 77 gone@example.org ''
  policy $how 75 torn@example.org ''
done
SM_NAME="what can't be read can be forgotten" expect_status 0 smkey bindings --yes --forget torn@example.org
SM_NAME="every address is named" expect_status 77 smcrypt encrypt --to nobody@example.org --to past@example.org --to bob@example.net --to signs@example.org <open.eml
like "in one line" "$ERR" 'nobody@example\.org.*past@example\.org.*signs@example\.org'
unlike "but not who has a key" "$ERR" 'bob@'
SM_NAME="revoked beats missing, and pass" expect_status 77 smcrypt encrypt --missing-key pass --to nobody@example.org --to gone@example.org <open.eml
SM_NAME="--encrypt-to without a key counts too" expect_status 77 smcrypt encrypt --to bob@example.net --encrypt-to nobody@example.org <open.eml
SM_NAME="--missing-key is one of three: 64" expect_status 64 smcrypt encrypt --missing-key ignore --to bob@example.net <open.eml
# A conflict, as search and refresh record it.
smkey generate --no-passphrase torn2@example.org >/dev/null
conflicting=$(grep -l carol@example.com store/bindings/*)
echo "conflict: $bob wkd 2026-01-01T00:00:00Z" >>"$conflicting"
SM_NAME="a conflict is shown" expect_status 0 smkey bindings carol@example.com
like "with what was found" "$OUT" "conflict +$bob +wkd"
for how in fail defer pass; do policy $how 77 carol@example.com ''; done
SM_NAME="accept settles it" expect_status 0 smkey accept carol@example.com "$carol"
SM_NAME="so" expect_status 0 smcrypt encrypt --to carol@example.com <open.eml
# Bound to a certificate that is gone: not another one that claims the address.
smkey generate --no-passphrase 'Bob again <bob@example.net>' >/dev/null 2>&1
find store/pgp.cert.d -name "$(echo "$bob" | cut -c 3- | tr A-F a-f)" -exec mv {} away \;
SM_NAME="bound to what is gone: 77" expect_status 77 smcrypt encrypt --to bob@example.net --missing-key pass <open.eml
mv away "store/pgp.cert.d/$(echo "$bob" | cut -c 1-2 | tr A-F a-f)/$(echo "$bob" | cut -c 3- | tr A-F a-f)"
SM_NAME="and back" expect_status 0 smcrypt encrypt --to bob@example.net <open.eml
is "it is the one that was bound" "$(key_ids "$OUT")" "$(ids "$bob")"

# Which key signs.
signer() { # signer WANT FILE WORD…
  want=$1 file=$2
  shift 2
  smcrypt encrypt --sign --to alice@example.org "$@" <"$file" >encrypted 2>err
  smcrypt decrypt --status-fd 3 <encrypted 3>status >/dev/null 2>&1
  is "signed by ${want:-nobody}: $*" "$(sed -n 's/.* certificate=\([0-9A-F]*\).*/\1/p' status)" "$want"
}
signer "$alice" open.eml
signer "$carol" open.eml --key "$carol"
signer "$carol" open.eml --key carol@example.com
sed 's/^From: .*/From: bob@example.net/' open.eml >from-bob.eml
signer "$bob" from-bob.eml
smkey generate --no-passphrase 'Twin <twin@example.org>' >twin
smkey generate --no-passphrase 'Twin <twin@example.org>' >/dev/null 2>&1
sed 's/^From: .*/From: twin@example.org/' open.eml >from-twin.eml
signer "$(cat twin)" from-twin.eml
smkey bindings -q --yes --forget twin@example.org
SM_NAME="two secret keys for From, none bound: 77" expect_status 77 smsign sign <from-twin.eml
sed 's/^From: .*/From: past@example.org/' open.eml >from-past.eml
SM_NAME="no secret key for From: 77" expect_status 77 smsign sign <from-past.eml
like "the hint" "$ERR" '^smsign: hint: .*--key'
grep -v '^From' open.eml >from-nobody.eml
SM_NAME="no From: 77" expect_status 77 smsign sign <from-nobody.eml
printf 'default-key = %s\n' "$carol" >conf
for file in from-twin.eml from-past.eml from-nobody.eml; do signer "$carol" $file --config conf; done
signer "$alice" open.eml --config conf
$gpg --export-secret-keys past@example.org | smkey import -q
SM_NAME="an expired one: 77" expect_status 77 smsign sign <from-past.eml
$gpg --export-secret-keys gone@example.org | smkey import -q
SM_NAME="a revoked one: 77" expect_status 77 smsign sign --key gone@example.org <open.eml
SM_NAME="one that is not there: 77" expect_status 77 smsign sign --key nobody@example.org <open.eml
import alice@example.org 2>/dev/null
SM_NAME="one whose secret key is not there: 77" expect_status 77 smsign sign --key signs@example.org <open.eml
SM_NAME="--key without --sign: 64" expect_status 64 smcrypt encrypt --key "$alice" --to bob@example.net <open.eml
SM_NAME="an empty output with each of them" expect_status 77 smcrypt encrypt --sign --to bob@example.net <from-nobody.eml
empty "nothing" "$OUT"

# Encrypted already.
smcrypt encrypt --to alice@example.org <open.eml >encrypted.eml
SM_NAME="encrypted already" expect_status 0 smcrypt encrypt --sign --to bob@example.net --status-fd 3 <encrypted.eml 3>status
same "passes unchanged" "$OUT" encrypted.eml
is "says so" "$(cat status)" '[SM:] ALREADY_ENCRYPTED'
SM_NAME="even if nobody has a key" expect_status 0 smcrypt encrypt --to nobody@example.org <encrypted.eml
sed 's/$/\r/' encrypted.eml >crlf.eml
SM_NAME="CRLF too" expect_status 0 smcrypt encrypt --to bob@example.net <crlf.eml
same "unchanged" "$OUT" crlf.eml
sed '/^-----BEGIN/,/^-----END/d; s/^Version: 1/hello/' encrypted.eml >pretends.eml
SM_NAME="what only says that it is encrypted" expect_status 0 smcrypt encrypt --to bob@example.net --status-fd 3 <pretends.eml 3>status
unlike "is not believed" status ALREADY
smsign sign <open.eml >signed.eml
SM_NAME="what is signed is encrypted" expect_status 0 smcrypt encrypt --to bob@example.net <signed.eml
cp "$OUT" both.eml
smcrypt decrypt <both.eml >again.eml
SM_NAME="and is good afterwards" expect_status 0 smsign verify <again.eml
done_testing
