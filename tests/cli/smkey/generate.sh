#!/bin/sh
# smkey generate: every algorithm, lifetimes, passphrases, user IDs, and what is stored and bound.
# timeout: 120
. "${0%/*}/../../lib.sh"
cd "$SM_TMP" || exit 1
SM_STORE=$SM_TMP/store
export SM_STORE

SM_NAME="a key without a passphrase" expect_status 0 smkey generate --no-passphrase 'Alice <alice@example.org>'
like "prints the fingerprint" "$OUT" '^[0-9A-F]{40}$'
is "and nothing else" "$(wc -l <"$OUT")$(cat "$ERR")" 1
alice=$(cat "$OUT")
is "private/ is closed" "$(stat -c %a store/private)" 700
is "its files too" "$(stat -c %a store/private/* | sort -u)" 600
is "a secret key and a revocation certificate" "$(echo store/private/*)" "store/private/$alice.pgp store/private/$alice.rev"
like "its address is bound" "$(smkey bindings alice@example.org >b && echo b)" "^alice@example\.org +$alice +generate "

# algorithm, primary, its uses, subkey
while read -r algo primary subkey; do
  expect_status 0 smkey generate --no-passphrase --algo "$algo" "$algo@example.org"
  smkey show --json "$algo@example.org" >shown
  is "$algo" "$(jq -r '[.primary.algorithm, (.primary.uses | join("+")), .subkeys[0].algorithm, (.subkeys[0].uses | join("+")),
    (.subkeys | length), (.usable_for | join("+"))] | @tsv' shown | tr '\t' ' ')" "$primary certify+sign $subkey encrypt 1 sign+encrypt"
  printf 'From: %s@example.org\n\nhello\n' "$algo" >mail
  smcrypt encrypt --sign --to "$algo@example.org" <mail | smcrypt decrypt --status-fd 3 3>status >/dev/null
  like "$algo signs and encrypts" status '^\[SM:] VERDICT verdict=good '
done <<'LIST'
ed25519 ed25519 cv25519
rsa3072 rsa3072 rsa3072
rsa4096 rsa4096 rsa4096
nistp256 nistp256 nistp256
nistp384 nistp384 nistp384
nistp521 nistp521 nistp521
LIST
SM_NAME="another algorithm is refused" expect_status 64 smkey generate --no-passphrase --algo dsa x@example.org

# Lifetimes: in days from now, or no end.
day() { date -u -d "$1" +%Y-%m-%d; }
while read -r expires want; do
  expect_status 0 smkey generate --no-passphrase --expires "$expires" "in-$expires@example.org"
  smkey show --json "in-$expires@example.org" >shown
  case $want in null) end=null ;; *) end=$(day "$want") ;; esac
  is "--expires $expires" "$(jq -r '[(.primary, .subkeys[0]) | (.expires // "null")[0:10]] | unique | join(" ")' shown)" "$end"
done <<'LIST'
90d 90 days
12w 84 days
18mo 540 days
2y 730 days
never null
2035-01-01 2035-01-01
LIST
is "two years by default" "$(smkey show --json alice@example.org | jq -r '.ends[0:10]')" "$(day '730 days')"
for expires in 90m 0d -1d 2001-01-01 tomorrow '' 90 1000y 2035-02-30; do
  SM_NAME="--expires '$expires' is refused" expect_status 64 smkey generate --no-passphrase "--expires=$expires" bad@example.org
done

# Passphrases.
SM_NAME="no source of a passphrase and nobody to ask: 64" expect_status 64 smkey generate --batch c@example.org
like "the hint says how" "$ERR" '^smkey: hint: .*--no-passphrase'
echo 'correct horse' >secret
chmod 600 secret
SM_NAME="a passphrase from a file" expect_status 0 smkey generate --batch --passphrase-file secret carol@example.org
is "the key is protected" "$(smkey show carol@example.org | grep -c 'with a passphrase')" 1
SM_NAME="a passphrase from a descriptor" expect_status 0 smkey generate --batch --passphrase-fd 3 dave@example.org 3<secret
check "it is not in the store" sh -c '! grep -qr "correct horse" store'
: >empty
SM_NAME="an empty passphrase is no passphrase: 64" expect_status 64 smkey generate --batch --passphrase-file empty e@example.org
SM_NAME="a passphrase file that isn't there: 66" expect_status 66 smkey generate --batch --passphrase-file absent e@example.org
printf 'From: carol@example.org\n\nhello\n' >mail
SM_NAME="it signs with its passphrase" expect_status 0 smsign sign --batch --passphrase-file secret <mail

# User IDs.
SM_NAME="several user IDs" expect_status 0 smkey generate --no-passphrase 'Erin <erin@example.org>' 'Erin <erin@example.net>' erin@example.com
is "the first one is listed" "$(smkey list erin | sed 's/.*  //')" 'Erin <erin@example.org>'
is "each is bound" "$(smkey bindings | grep -c '^erin@')" 3
smkey bindings alice@example.org >before
SM_NAME="a second key for an address that is bound" expect_status 0 smkey generate --no-passphrase 'Alice <alice@example.org>'
smkey bindings alice@example.org >after
same "the binding stays" after before
SM_NAME="addresses are bound in lower case" expect_status 0 smkey generate --no-passphrase 'F <Frank@Example.ORG>'
SM_NAME="and found in any" expect_status 0 smkey bindings fRANK@example.org
is "UTF-8 is fine" "$(smkey generate --no-passphrase 'Jürgen Müller <jm@example.org>' >/dev/null && smkey list jm@ | sed 's/.*  //')" 'Jürgen Müller <jm@example.org>'
SM_NAME="no user ID: 64" expect_status 64 smkey generate --no-passphrase
refused() {
  n=$(echo store/private/*)
  SM_NAME="user ID with $1: refused" expect_status 64 smkey generate --no-passphrase "$2"
  is "nothing was made" "$(echo store/private/*)" "$n"
}
SM_NAME="the same user ID twice" expect_status 64 smkey generate --no-passphrase 'Ann <ann@example.org>' 'Ann <ann@example.org>'
refused "a line feed" "$(printf 'A\nB <x@example.org>')"
refused "an escape character" "$(printf 'A \033[2J <x@example.org>')"
refused "bad UTF-8" "$(printf 'M\374ller <x@example.org>')"
refused "a C1 control character" "$(printf 'A\302\233 <x@example.org>')"
refused "129 bytes" "$(printf '%0114d<x@example.org>' 0)"
refused "nothing in it" ''
done_testing
