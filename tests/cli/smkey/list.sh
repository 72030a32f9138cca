#!/bin/sh
# smkey list and show: what is there, usable or not, in text and JSON.
# timeout: 120
. "${0%/*}/../../lib.sh"
need_command gpg jq
cd "$SM_TMP" || exit 1
SM_STORE=$SM_TMP/store
export SM_STORE

SM_NAME="an empty store has nothing" expect_status 0 smkey list
empty "and prints nothing" "$OUT"
SM_NAME="show: 2" expect_status 2 smkey show nobody@example.org
SM_NAME="list PATTERN: 2" expect_status 2 smkey list nobody
check "nothing was made" test ! -e store
alice=$(smkey generate --no-passphrase 'Alice <alice@example.org>')
bob=$(smkey generate --no-passphrase --expires 40d 'Bob <bob@example.net>')
# Expired, revoked, only for signing, and one for ever.
gpg="gpg --batch -q --passphrase= --no-tty --faked-system-time=20200101T000000!"
$gpg --quick-gen-key 'Past <past@example.org>' ed25519 sign 1y 2>/dev/null
gpg --batch -q --passphrase= --quick-gen-key 'Signer <signer@example.org>' ed25519 sign never 2>/dev/null
gpg --batch -q --passphrase= --quick-gen-key 'Gone <gone@example.org>' ed25519 default never 2>/dev/null
sed -n '/^:/s/^://; /BEGIN/,$p' "$GNUPGHOME"/openpgp-revocs.d/"$(gpg --batch --with-colons -k gone@example.org | sed -n 's/^fpr:*\([^:]*\):/\1/p' | head -n 1)".rev |
  gpg --batch -q --import 2>/dev/null
gpg --batch -q --no-auto-check-trustdb --export --armor | smkey import -q
is "everything is listed" "$(smkey list | wc -l)" 5
row() { smkey list "$1" | awk '{ print $2, $3, $4, $5 }'; }
day() { date -u -d "$1" +%Y-%m-%d; }
is "one of ours" "$(row alice@example.org)" "secret usable sign,encrypt $(day '730 days')"
is "expired" "$(row past@example.org)" "public expired - 2020-12-31"
is "revoked" "$(row gone@example.org)" "public revoked - never"
is "signs only, for ever" "$(row signer@example.org)" "public usable sign never"
is "--secret" "$(smkey list --secret | cut -c 1-40 | sort | tr '\n' ' ')" "$(printf '%s\n' "$alice" "$bob" | sort | tr '\n' ' ')"
is "a pattern is of a user ID, in any case" "$(smkey list ALICE@ | cut -c 1-40)" "$alice"
is "or of a fingerprint" "$(smkey list "$(echo "$alice" | cut -c 20-32 | tr A-F a-f)" | cut -c 1-40)" "$alice"
subkey=$(smkey show --json "$alice" | jq -r '.subkeys[0].fingerprint')
is "or of a subkey" "$(smkey list "$subkey" | cut -c 1-40)" "$alice"
is "it is no regular expression" "$(smkey list 'al.ce' | wc -l)" 0

SM_NAME="--expiring: one ends: 1" expect_status 1 smkey list --expiring 60d
is "it is that one" "$(cut -c 1-40 "$OUT")" "$bob"
SM_NAME="--expiring: none ends: 0" expect_status 0 smkey list --expiring 30d
empty "and nothing is printed" "$OUT"
SM_NAME="--expiring takes a day" expect_status 1 smkey list --expiring "$(day '50 days')"
SM_NAME="--expiring never: 64" expect_status 64 smkey list --expiring never
SM_NAME="-q prints nothing for 0" expect_status 0 smkey list -q
empty "nothing" "$OUT"
SM_NAME="-q prints what is wrong" expect_status 1 smkey list -q --expiring 60d
check "something" test -s "$OUT"

for id in "$alice" "$(echo "$alice" | tr A-F a-f)" "0x$alice" "$(echo "$alice" | cut -c 25-)" "$(echo "$alice" | sed 's/..../& /g')" \
  alice@example.org ALICE@EXAMPLE.ORG "$subkey" "$(echo "$subkey" | cut -c 25-)"; do
  is "show $id" "$(smkey show "$id" --json | jq -r .fingerprint)" "$alice"
done
SM_NAME="a short key ID is refused" expect_status 64 smkey show "$(echo "$alice" | cut -c 33-)"
SM_NAME="what is no ID is refused" expect_status 64 smkey show Alice
SM_NAME="unknown fingerprint: 2" expect_status 2 smkey show 0123456789ABCDEF0123456789ABCDEF01234567
empty "quietly" "$ERR"
smkey show "$alice" >shown
like "show says all" shown '^user ID +Alice <alice@example\.org>$'
like "its state" shown '^state +usable, can sign'
like "its secret key" shown '^secret key +stored, without a passphrase$'
like "its binding" shown '^bound +alice@example\.org since '
like "its subkey" shown "^subkey +$subkey\$"

# JSON: one document a line, a schema, members in a stable order, and the same on the next day.
smkey list --json >list.json
is "list --json is JSON Lines" "$(jq -c . list.json | wc -l)$(wc -l <list.json)" 55
is "with a schema" "$(jq -r .schema list.json | sort -u)" smkey.list/1
is "first" "$(cut -c 1-25 list.json | sort -u)" '{"schema":"smkey.list/1",'
is "in one order of members" "$(jq -c keys_unsorted list.json | sort -u)" \
  '["schema","fingerprint","state","usable_for","ends","secret","user_ids","bindings","primary","subkeys"]'
smkey list --json | jq -c 'del(.run)' >again.json
jq -c 'del(.run)' list.json >once.json
same "twice the same" again.json once.json
smkey show --json "$alice" >show.json
check "show --json, for another reader" python3 -m json.tool show.json /dev/null
is "its schema" "$(jq -r .schema show.json)" smkey.show/1

# Untrusted text.
printf 'x' | gpg --batch -q --passphrase= --quick-gen-key "$(printf 'Evil \033]0;title\007 <evil@example.org>')" ed25519 sign never 2>/dev/null
gpg --batch --export evil@example.org | smkey import >imported
for file in imported $(smkey list evil >listed && smkey show evil@example.org >shown && echo listed shown); do
  check "no escape sequence in $file" sh -c "test -s $file && ! LC_ALL=C grep -q \"\$(printf '[\\033\\007]')\" $file"
done
done_testing
