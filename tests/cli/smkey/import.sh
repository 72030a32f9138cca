#!/bin/sh
# smkey import: what gpg and sq export, several at once, damaged and of version 6 among them; which addresses are bound.
# timeout: 120
. "${0%/*}/../../lib.sh"
need_command gpg jq python3
cd "$SM_TMP" || exit 1
SM_STORE=$SM_TMP/store
export SM_STORE
fresh() { rm -rf store; }
results() { awk '{ print $1 }' "$OUT" | tr '\n' ' '; }
bound() { smkey bindings "$1" | awk '{ print $2 }'; }

gpg="gpg --batch -q --no-auto-check-trustdb"
gpg_key() { $gpg --passphrase "${3:-}" --quick-gen-key "$1" "$2" default never 2>/dev/null; }
fingerprint() { $gpg --with-colons -k "$1" | sed -n 's/^fpr:*\([^:]*\):/\1/p' | head -n 1; }
gpg_key 'Alice <alice@example.org>' ed25519
gpg_key 'Bob <bob@example.net>' rsa2048
gpg_key 'Carol <carol@example.com>' nistp256 sesame
alice=$(fingerprint alice@example.org) bob=$(fingerprint bob@example.net) carol=$(fingerprint carol@example.com)
for name in alice bob carol; do
  $gpg --export "$name" >$name.gpg
  $gpg --export --armor "$name" >$name.asc
done
$gpg --export-secret-keys --armor alice@example.org >alice.sec
$gpg --pinentry-mode loopback --passphrase sesame --export-secret-keys carol@example.com >carol.sec

# Forms of input.
for file in alice.gpg alice.asc; do
  fresh
  SM_NAME="$file from a file" expect_status 0 smkey import $file
  is "its line" "$(cat "$OUT")" "new  $alice  Alice <alice@example.org>"
  SM_NAME="again, from stdin" expect_status 0 smkey import <$file
  is "unchanged" "$(cat "$OUT")" "unchanged  $alice  Alice <alice@example.org>"
done
fresh
{ echo 'a letter with keys in it'; cat alice.asc; echo 'and another one'; cat bob.asc; echo 'the end'; } >letter
SM_NAME="armored ones between other text" expect_status 0 smkey import letter
is "both" "$(results)" "new new "
fresh
cat alice.gpg bob.gpg >both.gpg
SM_NAME="several files, several in one" expect_status 0 smkey import both.gpg carol.asc alice.asc
is "each has a line" "$(results)" "new new new unchanged "
is "all are there" "$(smkey list | wc -l)" 3
sed 's/$/\r/' alice.asc >crlf.asc
SM_NAME="CRLF" expect_status 0 smkey import crlf.asc
SM_NAME="-q says nothing" expect_status 0 smkey import -q crlf.asc
empty "nothing" "$OUT"
SM_NAME="--json" expect_status 0 smkey import --json crlf.asc bob.asc
is "one document a line" "$(jq -c '[.schema, .what, .result, .secret]' "$OUT" | tr '\n' ' ')" \
  "[\"smkey.import/1\",\"$alice\",\"unchanged\",false] [\"smkey.import/1\",\"$bob\",\"unchanged\",false] "

# What is none.
for text in '' 'hello' '-----BEGIN PGP PUBLIC KEY BLOCK-----'; do
  printf %s "$text" >nothing
  SM_NAME="no key in '$text': 65" expect_status 65 smkey import nothing
done
SM_NAME="a file that is not there: 66" expect_status 66 smkey import alice.asc absent.asc
SM_NAME="a directory: 66" expect_status 66 smkey import .

# Good ones are taken even if others are damaged.
python3 - <<'END'
import sys, os
sys.path.insert(0, os.environ["SM_TESTS"] + "/fault")
from openpgp import armor, packet

with open("alice.gpg", "rb") as a, open("bob.gpg", "rb") as b:
    alice, bob = a.read(), b.read()
v6 = packet(6, b"\x06\x66\x00\x00\x00\x1b\x00\x00\x00\x20" + bytes(range(32))) + packet(13, b"Six <six@example.org>")
v3 = packet(6, b"\x03\x30\x00\x00\x00\x00\x00\x01\x00\x08\xff\x00\x02\x03") + packet(13, b"Three <three@example.org>")
broken = bytearray(bob)
broken[40] ^= 1  # in the key: no self-signature fits any more
write = lambda name, data: open(name, "wb").write(data)
write("six.gpg", v6)
write("alice-six-bob.gpg", alice + v6 + bob)
write("six.asc", armor(v6, b"PUBLIC KEY BLOCK"))
write("alice-six-bob.asc", armor(alice + v6 + bob, b"PUBLIC KEY BLOCK"))
write("three.gpg", v3 + alice)
write("cut.gpg", alice + bob[:300])
write("broken.gpg", bytes(broken) + alice)
write("junk.gpg", alice + b"\x99\xff\xff" + b"x" * 40)
one = armor(bob, b"PUBLIC KEY BLOCK")
write("sum.asc", one.replace(b"\n=", b"\n=A", 1)[:-1] + b"-\n" + armor(alice, b"PUBLIC KEY BLOCK") + b"\n")
END
for file in six.gpg six.asc; do
  fresh
  SM_NAME="$file alone is skipped with a word" expect_status 0 smkey import $file
  like "the word" "$OUT" '^skipped  .*(version|unsupported|v6)'
done
for file in alice-six-bob.gpg alice-six-bob.asc three.gpg; do
  fresh
  SM_NAME="$file: others are taken" expect_status 0 smkey import $file
  check "alice came" smkey show "$alice" -q
  like "one was skipped" "$OUT" '^skipped'
done
fresh
smkey import -q alice-six-bob.gpg
check "what stands behind it too" smkey show "$bob" -q
for file in cut.gpg broken.gpg junk.gpg sum.asc; do
  fresh
  SM_NAME="$file: 65" expect_status 65 smkey import $file
  check "alice came all the same" smkey show "$alice" -q
  is "and nobody else is usable" "$(smkey list | awk '$3 == "usable" { print $1 }')" "$alice"
done
fresh
SM_NAME="a damaged file before a good one: 65" expect_status 65 smkey import junk.gpg carol.gpg
check "the good one came" smkey show "$carol" -q

# Secret keys.
fresh
SM_NAME="a secret key from gpg" expect_status 0 smkey import alice.sec
like "is said to be one" "$OUT" "^new  $alice  secret  Alice"
SM_NAME="again" expect_status 0 smkey import alice.sec
like "unchanged" "$OUT" '^unchanged '
SM_NAME="a protected one" expect_status 0 smkey import carol.sec
like "stays protected" "$(smkey show carol@example.com >shown && echo shown)" 'with a passphrase'
printf 'From: carol@example.com\n\nhello\n' >mail
echo sesame >secret
SM_NAME="and signs with it" expect_status 0 smsign sign --passphrase-file secret --batch <mail
cp "$OUT" signed
SM_NAME="which is good" expect_status 0 smsign verify <signed
echo wrong >secret
SM_NAME="a wrong passphrase: 77" expect_status 77 smsign sign --passphrase-file secret --batch <mail
SM_NAME="none: 77" expect_status 77 smsign sign --batch <mail
# The same key in another state is not replaced.
$gpg --passphrase other --pinentry-mode loopback --passwd alice@example.org 2>/dev/null
$gpg --pinentry-mode loopback --passphrase other --export-secret-keys alice@example.org >alice2.sec
if cmp -s alice2.sec alice.sec; then not_ok "gpg changed nothing"; fi
smkey export --secret alice@example.org >before
$gpg --pinentry-mode loopback --passphrase other --quick-add-key "$alice" ed25519 sign never 2>/dev/null
$gpg --pinentry-mode loopback --passphrase other --export-secret-keys alice@example.org >alice3.sec
SM_NAME="a secret key in another state: 77" expect_status 77 smkey import alice3.sec
smkey export --secret alice@example.org >after
same "it is as it was" after before

# Merging: a certificate that comes with less loses nothing, with more gains it.
fresh
smkey import -q alice.gpg
$gpg --passphrase '' --pinentry-mode loopback --quick-add-uid bob@example.net 'Bob Two <bob2@example.net>' 2>/dev/null
$gpg --export bob@example.net >bob2.gpg
smkey import -q bob.gpg
SM_NAME="a further user ID" expect_status 0 smkey import bob2.gpg
is "updated" "$(results)" "updated "
SM_NAME="the older state" expect_status 0 smkey import bob.gpg
is "changes nothing" "$(results)" "unchanged "
is "both user IDs are there" "$(smkey show --json "$bob" | jq '.user_ids | length')" 2
# Revocation certificates: gpg's own, with the colon in front taken away.
sed 's/^://' "$GNUPGHOME/openpgp-revocs.d/$bob.rev" >bob.rev
SM_NAME="a revocation certificate" expect_status 0 smkey import bob.rev
is "is applied" "$(smkey show --json "$bob" | jq -r .state)" revoked
SM_NAME="again" expect_status 0 smkey import bob.rev
is "unchanged" "$(results)" "unchanged "
fresh
sed 's/^://' "$GNUPGHOME/openpgp-revocs.d/$carol.rev" >carol.rev
SM_NAME="a revocation certificate of a stranger" expect_status 0 smkey import carol.rev
is "is skipped" "$(results)" "skipped "
fresh
SM_NAME="certificate and revocation at once, in any order" expect_status 0 smkey import carol.rev carol.gpg carol.rev
is "revoked" "$(smkey show --json "$carol" | jq -r .state)" revoked

# sq.
if command -v sq >/dev/null; then
  sq key generate --userid 'Sequoia <sequoia@example.org>' --export sq.key 2>/dev/null
  sq key extract-cert sq.key >sq.cert
  fresh
  SM_NAME="a certificate from sq" expect_status 0 smkey import sq.cert
  is "can do both" "$(smkey show --json sequoia@example.org | jq -r '.usable_for | join(",")')" sign,encrypt
  SM_NAME="its secret key" expect_status 0 smkey import sq.key
  is "new" "$(results)" "new "
  printf 'From: sequoia@example.org\n\nhello\n' >mail
  SM_NAME="signs" expect_status 0 smsign sign <mail
else skip "certificates from sq" "no sq"; fi

# Which addresses are bound.
gpg_key 'Alice Again <alice@example.org>' ed25519
second=$($gpg --with-colons -k 'Alice Again' | sed -n 's/^fpr:*\([^:]*\):/\1/p' | head -n 1)
$gpg --export "$second" >second.gpg
fresh
smkey import -q alice.gpg
is "a free address is bound to the only claimant" "$(bound alice@example.org)" "$alice"
SM_NAME="another certificate claims it later" expect_status 0 smkey import second.gpg
is "the binding stays" "$(bound alice@example.org)" "$alice"
fresh
smkey import -q alice.gpg second.gpg
SM_NAME="two at once bind nothing" expect_status 2 smkey bindings alice@example.org
fresh
smkey import -q --no-bind alice.gpg
SM_NAME="--no-bind binds nothing" expect_status 2 smkey bindings alice@example.org
smkey import -q second.gpg
SM_NAME="one that lies in the store counts" expect_status 2 smkey bindings alice@example.org
SM_NAME="encrypting to it is ambiguous: 64" expect_status 64 smcrypt encrypt --to alice@example.org <mail
like "both are named" "$ERR" "$alice.*$second|$second.*$alice"
SM_NAME="accept settles it" expect_status 0 smkey accept alice@example.org "$second"
is "so" "$(bound alice@example.org)" "$second"
fresh
smkey import -q --no-bind second.gpg
smkey import -q alice.sec
is "a secret key binds its own address, whoever else claims it" "$(bound alice@example.org)" "$alice"
fresh
smkey import -q second.gpg
smkey import -q alice.sec
is "unless it is bound" "$(bound alice@example.org)" "$second"
fresh
smkey import -q alice.asc second.gpg alice.sec
is "a secret key among certificates of the same address" "$(bound alice@example.org)" "$alice"
fresh
smkey import -q bob2.gpg
is "every address of a certificate" "$(smkey bindings | awk '{ print $1 }' | tr '\n' ' ')" "bob2@example.net bob@example.net "

# Several inputs.
eve=$(smkey --store eve generate --no-passphrase 'Eve <eve@example.org>')
smkey --store eve revocation --reason none "$eve" >eve.rev
smkey --store eve export "$eve" >eve.asc
fresh
SM_NAME="a revocation before its certificate" expect_status 0 smkey import eve.rev eve.asc
like "is applied" "$(smkey show "$eve" >shown; echo shown)" '^state +revoked'
fresh
SM_NAME="a file that is not there" expect_status 66 smkey import -v eve.asc not-there alice.asc
like "what came before it is told" "$OUT" "new +$eve"
like "and what comes behind it" "$OUT" "new +$alice"
is "and bound" "$(bound eve@example.org) $(bound alice@example.org)" "$eve $alice"
fresh
SM_NAME="- is stdin" expect_status 0 smkey import - <eve.asc
is "bound" "$(bound eve@example.org)" "$eve"
fresh
# gpg's certification for itself alone does not leave the machine.
gpg --batch --quiet --import eve.asc
$gpg --yes --local-user "$second" --quick-lsign-key "$eve" >/dev/null 2>&1
gpg --batch --export-options export-local-sigs --export "$eve" >local.gpg
smkey import -q local.gpg
gpg --list-packets local.gpg >packets
like "it came" packets 'not exportable'
unlike "and is not given out" "$(smkey export "$eve" | gpg --list-packets >packets; echo packets)" 'not exportable'
# A file in the store that is no certificate.
mkdir -p "$SM_STORE/pgp.cert.d/aa"
echo junk >"$SM_STORE/pgp.cert.d/aa/$(printf '%038d' 0)"
SM_NAME="all but what is damaged" expect_status 0 smkey export --all
like "with a warning" "$ERR" 'left out'
gpg --batch --show-keys "$OUT" >shown
like "the rest is whole" shown "$eve"
done_testing
