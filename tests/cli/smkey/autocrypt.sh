#!/bin/sh
# smkey autocrypt: the field that header writes, what import takes from a message and what it leaves.
# timeout: 120
. "${0%/*}/../../lib.sh"
need_command gpg jq
cd "$SM_TMP" || exit 1
SM_STORE=$SM_TMP/store
export SM_STORE
fresh() { rm -rf store; }
gpg="gpg --batch -q --no-auto-check-trustdb"
keydata() { sed -n '/keydata=/,$p' "$1" | sed 's/.*keydata=//' | tr -d ' \r\n' | base64 -d; }
packets() { gpg --list-packets "$1" 2>/dev/null | sed -n 's/^:\([A-Za-z ]*\) packet:.*/\1/p' | tr '\n' ','; }
mail_of() { printf 'From: %s\n' "$1"; cat "$2"; printf '\nhello\n'; }

# ---- header
alice=$(smkey generate --no-passphrase 'Alice <alice@example.org>' 'Alice Work <alice@example.com>')
SM_NAME="header of an address" expect_status 0 smkey autocrypt header Alice@Example.org
cp "$OUT" field
empty "says nothing else" "$ERR"
is "begins so" "$(head -n 1 field)" "Autocrypt: addr=alice@example.org; keydata="
is "all other lines continue it" "$(sed 1d field | grep -cv '^ [A-Za-z0-9+/=]*$')" 0
check "no line is longer than 78" awk 'length > 78 { bad = 1 } END { exit bad }' field
keydata field >minimal
is "it is the primary key, a user ID and a subkey, each with one signature" "$(packets minimal)" \
  "public key,user ID,signature,public sub key,signature,"
$gpg --import minimal 2>/dev/null
is "gpg knows it" "$($gpg --with-colons -k "$alice" | grep -c '^uid:.*Alice <alice@example.org>')" 1
is "and no other user ID" "$($gpg --with-colons -k "$alice" | grep -c '^uid:')" 1
printf 'hello\n' | gpg --batch -q --trust-model always -r "$alice" -e >cipher 2>/dev/null
check "and encrypts to it" test -s cipher
SM_NAME="header of the other address" expect_status 0 smkey autocrypt header alice@example.com
keydata "$OUT" >work
like "has that user ID" work 'Alice Work <alice@example.com>'

SM_NAME="of an address that nobody has: 77" expect_status 77 smkey autocrypt header bob@example.org
empty "nothing on stdout" "$OUT"
SM_NAME="no address: 64" expect_status 64 smkey autocrypt header "$alice"
SM_NAME="without one: 64" expect_status 64 smkey autocrypt header
# A certificate that the address was bound to without having such a user ID.
smkey accept carol@example.org "$alice"
SM_NAME="a certificate without such a user ID: 77" expect_status 77 smkey autocrypt header carol@example.org
smkey -q generate --no-passphrase --algo rsa4096 'Big <big@example.org>' >fingerprint
smkey autocrypt header big@example.org >field.big
check "RSA of 4096 bits is well below 10 KiB" test "$(wc -c <field.big)" -lt 5120
$gpg --passphrase '' --quick-gen-key 'Frank <frank@example.org>' ed25519 default never 2>/dev/null
$gpg --export frank@example.org | smkey import -q
frank=$($gpg --with-colons -k frank@example.org | sed -n 's/^fpr:*\([^:]*\):/\1/p' | head -n 1)
$gpg --passphrase '' --quick-add-key "$frank" cv25519 encrypt never 2>/dev/null
$gpg --passphrase '' --quick-add-key "$frank" ed25519 sign never 2>/dev/null
$gpg --export frank@example.org | smkey import -q
smkey autocrypt header frank@example.org >field.frank
keydata field.frank >minimal
is "of several subkeys the one that encrypts" "$(packets minimal)" "public key,user ID,signature,public sub key,signature,"
newest=$(smkey show --json "$frank" | jq -r '[.subkeys[] | select(.uses | index("encrypt"))] | max_by(.created) | .fingerprint')
$gpg --with-colons --show-keys minimal >listed
like "the newest of them" listed "^fpr:*$newest:"
if command -v sq >/dev/null; then
  # Its certificates have a direct-key signature besides.
  sq key generate --userid 'Sequoia <sequoia@example.org>' --export sq.key 2>/dev/null
  sq key extract-cert sq.key | smkey import -q
  SM_NAME="a certificate from sq" expect_status 0 smkey autocrypt header sequoia@example.org
  keydata "$OUT" >minimal
  is "is cut to five packets too" "$(packets minimal)" "public key,user ID,signature,public sub key,signature,"
else skip "a certificate from sq" "no sq"; fi
revoked=$(smkey generate --no-passphrase 'Dan <dan@example.org>')
smkey import -q store/private/"$revoked".rev
SM_NAME="of a revoked certificate: 77" expect_status 77 smkey autocrypt header dan@example.org

# ---- import: the sender's certificate
fresh
mail_of 'Alice <ALICE@example.org>' field >mail
SM_NAME="import from a message" expect_status 0 smkey autocrypt import <mail
is "its line" "$(cat "$OUT")" "new  $alice  Alice <alice@example.org>"
SM_NAME="it binds nothing" expect_status 2 smkey bindings alice@example.org
sed 's/$/\r/' mail >mail.crlf
SM_NAME="again, with CRLF" expect_status 0 smkey autocrypt import <mail.crlf
is "unchanged" "$(cat "$OUT")" "unchanged  $alice  Alice <alice@example.org>"
SM_NAME="-q says nothing" expect_status 0 smkey autocrypt import -q <mail
empty "nothing" "$OUT"
SM_NAME="--json" expect_status 0 smkey autocrypt import --json <mail
is "the same for programs" "$(jq -c '[.schema, .what, .result, .address, .prefer_encrypt]' "$OUT")" \
  "[\"smkey.autocrypt-import/1\",\"$alice\",\"unchanged\",\"alice@example.org\",\"nopreference\"]"

skipped() { # NAME CODE: what is on stdin is left
  SM_NAME="$1" expect_status 0 smkey autocrypt import
  like "says why: $2" "$OUT" "^skipped  .*$2\$"
  is "and takes nothing" "$(smkey list | wc -l)" 0
}
fresh
printf 'From: alice@example.org\n\nhello\n' >bare
skipped "a message without the field" autocrypt.no-header <bare
mail_of 'bob@example.org' field >m
skipped "a field of another address than From" autocrypt.address <m
mail_of 'alice@example.org, bob@example.org' field >m
skipped "two authors" autocrypt.from <m
{ cat field field; } >two
mail_of 'alice@example.org' two >m
skipped "two valid fields" autocrypt.several <m
sed 's/; keydata/; strict=1; keydata/' mail >m
skipped "a critical attribute" autocrypt.critical-attribute <m
sed 's/keydata=$/keydata=!/' mail >m
skipped "bad base64" autocrypt.keydata <m
{ echo 'Content-Type: multipart/report; boundary=x'; cat mail; } >m
skipped "a report" autocrypt.report <m
{ echo 'Auto-Submitted: auto-replied'; cat mail; } >m
skipped "an automatic reply" autocrypt.auto-replied <m
sed 's/^Autocrypt:/Autocrypt-Gossip:/' mail >m
skipped "gossip in a clear message" autocrypt.no-header <m
{ printf 'Autocrypt: addr=alice@example.org; keydata=\n'; head -c 9000 /dev/urandom | base64 | sed 's/^/ /'; } >long
mail_of alice@example.org long >m
skipped "a field of more than 10 KiB" autocrypt.too-long <m
{ printf 'Autocrypt: addr=alice@example.org; keydata=\n'; head -c 600 /dev/zero | base64 | sed 's/^/ /'; } >junk
mail_of alice@example.org junk >m
SM_NAME="keydata that is no certificate" expect_status 0 smkey autocrypt import <m
like "is skipped" "$OUT" '^skipped  alice@example.org  '
sed 's/; keydata/; _later=1; prefer-encrypt=mutual; keydata/' mail >m
SM_NAME="attributes that may be there" expect_status 0 smkey autocrypt import --json <m
is "are taken" "$(jq -r '.result + " " + .prefer_encrypt' "$OUT")" "new mutual"
# A secret key that somebody mails is no sender's certificate.
fresh
eve=$(smkey --store eve generate --no-passphrase 'Eve <eve@example.org>')
{ printf 'Autocrypt: addr=eve@example.org; keydata=\n'; smkey --store eve export --secret --binary "$eve" | base64 | sed 's/^/ /'; } >secret
mail_of eve@example.org secret >m
skipped "a secret key in keydata" autocrypt.keydata <m
SM_NAME="an empty message: 65" expect_status 65 smkey autocrypt import </dev/null

# ---- import: a Setup Message, made by gpg as others make it
code=1742-0185-6197-1303-7016-8412-3581-4441-0597
smkey --store other generate --no-passphrase 'Grace <grace@example.org>' >fingerprint
grace=$(cat fingerprint)
smkey --store other export --secret "$grace" | sed '1a Autocrypt-Prefer-Encrypt: mutual' >payload
gpg --batch -q --pinentry-mode loopback --passphrase "$code" --cipher-algo AES128 --s2k-count 65536 -c -o cipher.gpg payload
gpg --batch -q --enarmor <cipher.gpg | sed 's/ARMORED FILE/MESSAGE/; /^Comment/d; 1a Passphrase-Format: numeric9x4\nPassphrase-Begin: 17' >block
setup_mail() { # FROM TO
  printf 'From: %s\nTo: %s\nAutocrypt-Setup-Message: v1\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n--b\n' "$1" "$2"
  printf 'Content-Type: application/autocrypt-setup\nContent-Disposition: attachment; filename=setup.html\n\n<pre>\n'
  cat block
  printf '</pre>\n--b--\n'
}
setup_mail grace@example.org grace@example.org >setup
fresh
echo "${code%7}8" >wrong
SM_NAME="a wrong code: 77" expect_status 77 smkey autocrypt import --batch --passphrase-file wrong <setup
echo 1234 >wrong
SM_NAME="no code at all: 77" expect_status 77 smkey autocrypt import --batch --passphrase-file wrong <setup
like "says so" "$ERR" 'no Setup Code'
SM_NAME="nobody to ask: 77" expect_status 77 smkey autocrypt import --batch <setup
is "nothing was taken" "$(smkey list | wc -l)" 0
echo "$code" | tr - ' ' >code
SM_NAME="a Setup Message with its code" expect_status 0 smkey autocrypt import --batch --passphrase-file code <setup
is "its line" "$(cat "$OUT")" "new  $grace  secret  Grace <grace@example.org>"
is "binds the address of its owner" "$(smkey bindings grace@example.org | awk '{ print $2 }')" "$grace"
printf 'From: grace@example.org\n\nhello\n' >mail
SM_NAME="it signs" expect_status 0 smsign sign <mail
SM_NAME="again" expect_status 0 smkey autocrypt import --json --batch --passphrase-file code <setup
is "unchanged" "$(jq -r '.result + " " + .prefer_encrypt' "$OUT")" "unchanged mutual"
fresh
smkey import -q <<END
$(smkey --store eve generate --no-passphrase 'Other Grace <grace@example.org>' >fingerprint && smkey --store eve export "$(cat fingerprint)")
END
SM_NAME="where the address is bound to somebody else" expect_status 0 smkey autocrypt import --batch --passphrase-file code <setup
is "that stays" "$(smkey bindings grace@example.org | awk '{ print $2 }')" "$(cat fingerprint)"
setup_mail grace@example.org henry@example.org >m
SM_NAME="a Setup Message to somebody else: 65" expect_status 65 smkey autocrypt import --batch --passphrase-file code <m
sed 's/^Autocrypt-Setup-Message: v1/Autocrypt-Setup-Message: v2/' setup >m
SM_NAME="of another version: 65" expect_status 65 smkey autocrypt import --batch --passphrase-file code <m
grep -v '^[a-zA-Z0-9+/=]\{60,\}$' setup >m
SM_NAME="damaged: 65" expect_status 65 smkey autocrypt import --batch --passphrase-file code <m
done_testing
