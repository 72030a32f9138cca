#!/bin/sh
# smkey export, delete, bindings, accept, reindex.
# timeout: 120
. "${0%/*}/../../lib.sh"
need_command gpg jq
cd "$SM_TMP" || exit 1
SM_STORE=$SM_TMP/store
export SM_STORE
alice=$(smkey generate --no-passphrase 'Alice <alice@example.org>' 'Alice at work <alice@example.com>')
bob=$(smkey generate --no-passphrase 'Bob <bob@example.net>')
gpg --batch -q --passphrase '' --quick-gen-key 'Carol <carol@example.net>' ed25519 default never 2>/dev/null
gpg --batch -q --no-auto-check-trustdb --export | smkey import -q
carol=$(smkey show --json carol@example.net | jq -r .fingerprint)

# Export.
SM_NAME="export" expect_status 0 smkey export "$alice"
like "is armored" "$OUT" '^-----BEGIN PGP PUBLIC KEY BLOCK-----$'
cp "$OUT" alice.asc
count() { gpg --batch --with-colons --show-keys "$1" 2>/dev/null | grep -c "^$2:"; }
is "gpg reads it" "$(count alice.asc pub) $(count alice.asc sub) $(count alice.asc uid) $(count alice.asc sec)" "1 1 2 0"
SM_NAME="--binary" expect_status 0 smkey export --binary "$alice"
gpg --batch --dearmor <alice.asc >alice.gpg
same "the same without armor" "$OUT" alice.gpg
SM_NAME="several are one block" expect_status 0 smkey export "$alice" bob@example.net
is "with both" "$(grep -c BEGIN "$OUT") $(count "$OUT" pub)" "1 2"
SM_NAME="--all" expect_status 0 smkey export --all
is "are all" "$(count "$OUT" pub)" 3
SM_NAME="--address" expect_status 0 smkey export --address ALICE@example.com "$alice"
is "has only those user IDs" "$(gpg --show-keys --with-colons "$OUT" 2>/dev/null | grep -c '^uid.*at work')" 1
is "one" "$(count "$OUT" uid)" 1
SM_NAME="--address that it has not: 77" expect_status 77 smkey export --address x@example.com "$alice"
SM_NAME="--minimal" expect_status 0 smkey export --minimal "$alice"
is "is whole" "$(count "$OUT" uid) $(count "$OUT" sub)" "2 1"
SM_NAME="--secret" expect_status 0 smkey export --secret "$alice"
like "is a private key" "$OUT" '^-----BEGIN PGP PRIVATE KEY BLOCK-----$'
SM_NAME="--secret to a file" expect_status 0 smkey export --secret --all -o secret.asc
is "is closed to others" "$(stat -c %a secret.asc)" 600
SM_STORE=$SM_TMP/second expect_status 0 smkey import secret.asc
is "comes back whole" "$(SM_STORE=$SM_TMP/second smkey list --secret | wc -l)" 2
SM_NAME="--secret of what is only a certificate: 77" expect_status 77 smkey export --secret "$carol"
SM_NAME="nothing named: 64" expect_status 64 smkey export
SM_NAME="--all and one: 64" expect_status 64 smkey export --all "$alice"
SM_NAME="--secret --minimal: 64" expect_status 64 smkey export --secret --minimal "$alice"
SM_NAME="unknown: 77" expect_status 77 smkey export nobody@example.org
SM_NAME="one of two unknown: 77" expect_status 77 smkey export "$alice" nobody@example.org
empty "and nothing comes out" "$OUT"

# Bindings and accept.
SM_NAME="bindings" expect_status 0 smkey bindings
is "all, sorted" "$(awk '{ print $1, $2, $3 }' "$OUT")" "alice@example.com $alice generate
alice@example.org $alice generate
bob@example.net $bob generate
carol@example.net $carol import"
like "with a time" "$OUT" '[0-9]{4}-[0-9]{2}-[0-9]{2}'
SM_NAME="--json" expect_status 0 smkey bindings --json Bob@Example.NET
is "is one document" "$(jq -c '[keys_unsorted, .schema, .address, .fingerprint, .source, .conflicts]' "$OUT")" \
  "[[\"schema\",\"address\",\"fingerprint\",\"source\",\"first_seen\",\"conflicts\"],\"smkey.bindings/1\",\"bob@example.net\",\"$bob\",\"generate\",[]]"
SM_NAME="an address that is not bound: 2" expect_status 2 smkey bindings x@example.org
SM_NAME="what is no address: 64" expect_status 64 smkey bindings "$bob"
SM_NAME="accept" expect_status 0 smkey accept bob@example.net "$carol"
is "binds" "$(smkey bindings bob@example.net | awk '{ print $2, $3 }')" "$carol accept"
SM_NAME="accept what is not stored: 77" expect_status 77 smkey accept bob@example.net 0123456789ABCDEF0123456789ABCDEF01234567
SM_NAME="accept for what is no address: 64" expect_status 64 smkey accept bob "$carol"
is "the binding stays" "$(smkey bindings bob@example.net | awk '{ print $2 }')" "$carol"
smkey accept bob@example.net "$bob"
SM_NAME="--forget asks, and nobody answers: 64" expect_status 64 smkey bindings --batch --forget bob@example.net
is "nothing is forgotten" "$(smkey bindings bob@example.net | awk '{ print $2 }')" "$bob"
SM_NAME="--forget --yes" expect_status 0 smkey bindings --forget bob@example.net --yes
SM_NAME="is forgotten" expect_status 2 smkey bindings bob@example.net
SM_NAME="--forget what is not bound: 2" expect_status 2 smkey bindings --forget bob@example.net --yes

# Reindex.
smkey bindings >before.bindings
(cd store && find pgp.cert.d private bindings -type f -exec cksum {} + | sort) >before.files
smkey list >before.list
# shellcheck disable=SC2016
for damage in 'rm -rf store/index' 'find store/index -type f -exec sh -c "echo x >\"\$1\"" sh {} \;' ':'; do
  sh -c "$damage"
  SM_NAME="reindex after: $damage" expect_status 0 smkey reindex
  is "quietly" "$(cat "$OUT" "$ERR")" ""
  is "found by address" "$(smkey show --json carol@example.net | jq -r .fingerprint)" "$carol"
done
(cd store && find pgp.cert.d private bindings -type f -exec cksum {} + | sort) >after.files
same "touches nothing else" after.files before.files
rm -rf store/index
SM_NAME="without an index all is found too" expect_status 0 smkey show carol@example.net

# Delete.
SM_NAME="delete asks, and nobody answers: 64" expect_status 64 smkey delete --batch carol@example.net
check "it is there" smkey show -q "$carol"
SM_NAME="a certificate with its secret key: not without --secret" expect_status 64 smkey delete --yes "$alice"
check "it is there" smkey show -q "$alice"
SM_NAME="delete" expect_status 0 smkey delete --yes carol@example.net
is "names what was bound" "$(cat "$OUT")" "unbound carol@example.net
deleted $carol"
SM_NAME="it is gone" expect_status 2 smkey show "$carol"
SM_NAME="its binding too" expect_status 2 smkey bindings carol@example.net
SM_NAME="delete --secret" expect_status 0 smkey delete --yes --secret "$alice"
is "names both addresses" "$(grep -c '^unbound alice@example' "$OUT")" 2
SM_NAME="the certificate is gone" expect_status 2 smkey show "$alice"
is "nothing of it is left" "$(find store -name "*$(echo "$alice" | cut -c 3- | tr A-F a-f)*" -o -name "$alice*")" ""
SM_NAME="what is not there: 77" expect_status 77 smkey delete --yes "$alice"
SM_NAME="delete -q says nothing" expect_status 0 smkey delete -q --yes --secret "$bob"
is "nothing" "$(cat "$OUT" "$ERR")" ""
is "the store is empty" "$(smkey list; smkey bindings)" ""
done_testing
