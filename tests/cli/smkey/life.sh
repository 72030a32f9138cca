#!/bin/sh
# smkey passwd, expire, revoke, revocation, uid and subkey: statuses, what is asked, what is said, and that nothing changes when
# something is refused. What others make of the keys is for tests/interop/key-life.sh.
# timeout: 240
. "${0%/*}/../../lib.sh"
cd "$SM_TMP" || exit 1
SM_STORE=$SM_TMP/store
export SM_STORE
umask 077
echo 'first words' >old
echo 'second words' >new
echo 'wrong words' >wrong
umask 022
smkey generate --batch --passphrase-file old --expires 1y 'Ann <ann@example.org>' 'Ann at work <ann@work.example>' >made
ann=$(cat made)

# Those that ask read nothing from stdin: there is nobody here.
k() { smkey "$@" --batch --passphrase-file old </dev/null; }
shown() { smkey show --json "$ann" | jq -r "$1"; }
state() { find store -type f ! -path '*/index/*' -exec sha256sum {} + | sort | sha256sum; }
# refused NAME STATUS REGEX CMD…: with that status and diagnostic, and not a byte of the store changed.
refused() {
  refused_name=$1 refused_status=$2 refused_text=$3
  shift 3
  before=$(state)
  SM_NAME="$refused_name: $refused_status" expect_status "$refused_status" "$@"
  like "$refused_name: why" "$ERR" "$refused_text"
  empty "$refused_name: nothing on stdout" "$OUT"
  is "$refused_name: nothing changed" "$(state)" "$before"
}
silent() { is "$1: silent" "$(cat "$OUT" "$ERR")" ""; }

# ---- several user IDs at birth
is "the first user ID is the primary one" "$(shown '.user_ids[] | select(.primary).text')" 'Ann <ann@example.org>'

# ---- passwd
refused "passwd, a wrong passphrase" 77 'error: wrong passphrase for key' \
  smkey passwd --batch --passphrase-file wrong --new-passphrase-file new "$ann"
refused "passwd, no new passphrase" 64 'error: there is no new passphrase and nobody to ask' k passwd "$ann"
: >nothing
refused "passwd, an empty one" 64 'error: the new passphrase that was given is empty' k passwd --new-passphrase-file nothing "$ann"
refused "passwd of what is not stored" 77 'error: no certificate' k passwd --new-passphrase-file new 0123456789ABCDEF
before=$(smkey export "$ann" | sha256sum)
expect_status 0 k passwd --new-passphrase-file new "$ann"
silent passwd
is "passwd leaves the certificate alone" "$(smkey export "$ann" | sha256sum)" "$before"
is "still closed" "$(stat -c %a "store/private/$ann.pgp")" 600
refused "the old passphrase is none any more" 77 'error: wrong passphrase' k expire "$ann" 2y
printf 'From: ann@example.org\n\nhello\n' >mail
smsign sign --batch --passphrase-file new <mail >signed
SM_NAME="the new one signs" expect_status 0 smsign verify -q <signed
smcrypt encrypt --to ann@example.org <mail >encrypted
SM_NAME="and opens the subkey" expect_status 0 smcrypt decrypt --batch --passphrase-file new <encrypted
SM_NAME="back, by descriptors" expect_status 0 smkey passwd --batch --passphrase-fd 3 --new-passphrase-fd 4 "$ann" 3<new 4<old

# ---- expire
day() { date -u -d "$1" +%Y-%m-%d; }
SM_NAME="expire" expect_status 0 k expire "$ann" 90d
silent expire
is "all keys end then" "$(shown '[(.primary, .subkeys[]).expires[0:10]] | unique | join(" ")')" "$(day '90 days')"
SM_NAME="expire never" expect_status 0 k expire "$ann" never
is "none ends" "$(shown '[(.primary, .subkeys[]).expires] | unique | tojson')" '[null]'
SM_NAME="expire on a day" expect_status 0 k expire "$ann" 2035-01-01
subkey=$(shown '.subkeys[0].fingerprint')
SM_NAME="expire --subkey" expect_status 0 k expire --subkey "$subkey" "$ann" 30d
is "it alone ends earlier" "$(shown '[(.primary, .subkeys[]).expires[0:10]] | join(" ")')" "2035-01-01 $(day '30 days')"
for when in yesterday 2001-01-01 90 90m ''; do
  refused "expire '$when'" 64 "error: not a time to come" k expire "$ann" "$when"
done
refused "expire in 199 years" 64 "error: not a time to come" k expire "$ann" 199y
refused "expire of an unknown subkey" 77 'error: .* has no subkey' k expire --subkey 0123456789ABCDEF "$ann" 1y
refused "expire of a short subkey ID" 64 'error' k expire --subkey 01234567 "$ann" 1y

# ---- user IDs
SM_NAME="uid add" expect_status 0 k uid add "$ann" 'Ännchen <aennchen@example.org>'
silent "uid add"
is "the primary one stays" "$(shown '.user_ids[] | select(.primary).text')" 'Ann <ann@example.org>'
is "it carries the expiry" "$(shown '.primary.expires[0:10]')" 2035-01-01
like "its address is bound" "$(smkey bindings aennchen@example.org >b && echo b)" " $ann +uid-add "
before=$(state)
SM_NAME="uid add, again" expect_status 0 k uid add "$ann" 'Ännchen <aennchen@example.org>'
is "changes nothing" "$(state)" "$before"
refused "uid add with a control character" 64 'error: not a user ID' k uid add "$ann" "$(printf 'a\tb <a@example.org>')"
smkey generate --no-passphrase eve@example.org >eve
SM_NAME="uid add of a bound address" expect_status 0 k uid add "$ann" 'Ann <eve@example.org>'
like "says whose it stays" "$ERR" "warning: eve@example.org stays bound to $(cat eve); smkey accept eve@example.org $ann changes that"
SM_NAME="uid primary, by its address" expect_status 0 k uid primary "$ann" ann@work.example
is "it is the primary one" "$(shown '[.user_ids[] | select(.primary).text] | join("|")')" 'Ann at work <ann@work.example>'
refused "uid primary of none" 77 'error: .* has no user ID' k uid primary "$ann" nobody@example.org
refused "uid revoke asks" 64 "error: this can't be undone and nobody can be asked" k uid revoke "$ann" ann@work.example
SM_NAME="uid revoke" expect_status 0 k uid revoke --yes "$ann" ann@work.example
silent "uid revoke"
is "it is revoked" "$(shown '[.user_ids[] | select(.revoked).text] | join("|")')" 'Ann at work <ann@work.example>'
is "another one is primary" "$(shown '[.user_ids[] | select(.primary).revoked] | tojson')" '[false]'
is "the expiry stays" "$(shown '.primary.expires[0:10]')" 2035-01-01
before=$(state)
SM_NAME="uid revoke, again" expect_status 0 k uid revoke --yes "$ann" ann@work.example
is "nothing changes" "$(state)" "$before"
refused "uid add of a revoked one" 64 'error: the key has the user ID .*, revoked' k uid add "$ann" 'Ann at work <ann@work.example>'
refused "uid primary of a revoked one" 77 'error: .* has no valid user ID' k uid primary "$ann" 'Ann at work <ann@work.example>'
refused "the last user ID can't be revoked" 77 'error: it is the only valid user ID' smkey uid revoke --yes --batch eve@example.org eve@example.org

# ---- subkeys
SM_NAME="subkey add" expect_status 0 k subkey add "$ann"
like "prints the fingerprint" "$OUT" '^[0-9A-F]{40}$'
fresh=$(cat "$OUT")
is "and nothing else" "$(wc -l <"$OUT")$(cat "$ERR")" 1
is "it encrypts, and ends with the primary key" \
  "$(shown ".subkeys[] | select(.fingerprint == \"$fresh\") | [.algorithm, (.uses | join(\"+\")), .expires[0:10]] | join(\" \")")" "cv25519 encrypt 2035-01-01"
smcrypt encrypt --to ann@example.org <mail | smcrypt decrypt --batch --passphrase-file old >plain
like "mail goes to it and comes back" plain '^hello$'
for algo in ed25519 nistp256; do
  SM_NAME="subkey add --usage sign --algo $algo" expect_status 0 k subkey add --usage sign --algo $algo "$ann"
  is "it signs" "$(shown ".subkeys[] | select(.fingerprint == \"$(cat "$OUT")\") | [.algorithm, (.uses | join(\"+\"))] | join(\" \")")" "$algo sign"
done
smsign sign --batch --passphrase-file old <mail >signed
smsign verify --json <signed >verdict
is "the newest signing subkey is used" "$(jq -r .verdict verdict)" good
refused "subkey revoke asks" 64 "error: this can't be undone" k subkey revoke "$ann" "$fresh"
SM_NAME="subkey revoke" expect_status 0 k subkey revoke --yes "$ann" "$fresh"
silent "subkey revoke"
is "it is revoked" "$(shown ".subkeys[] | select(.fingerprint == \"$fresh\") | [.state, .reason] | join(\" \")")" "revoked none"
refused "a revoked subkey can't be extended" 77 'error: the subkey .* is revoked' k expire --subkey "$fresh" "$ann" 2y
SM_NAME="expire leaves it revoked" expect_status 0 k expire "$ann" 2036-01-01
is "the others are extended" "$(shown '[.subkeys[] | select(.state == "usable").expires[0:10]] | unique | join(" ")')" 2036-01-01
SM_NAME="revoke --subkey with a reason" expect_status 0 k revoke --yes --subkey "$subkey" --reason superseded "$ann"
is "it says so" "$(shown ".subkeys[] | select(.fingerprint == \"$subkey\") | .reason")" superseded

# ---- export and import
smkey export --secret --binary "$ann" >secret.pgp
smkey --store other import secret.pgp >/dev/null
smkey --store other export --secret --binary "$ann" >secret2.pgp
same "another store with the same key writes the same bytes" secret2.pgp secret.pgp
smkey --store other passwd --batch --passphrase-file old --new-passphrase-file new "$ann"
smkey --store other export --secret "$ann" >changed.asc
refused "import of the same key under another passphrase" 77 'error: another secret key of' smkey import -q changed.asc
smkey --store third import secret.pgp >/dev/null
smkey --store third subkey add --batch --passphrase-file old "$ann" >added
smkey --store third export --secret "$ann" >more.asc
SM_NAME="import of a subkey made elsewhere" expect_status 0 smkey import more.asc
like "is an update" "$OUT" "^updated +$ann +secret "
is "its secret part is here" "$(smkey export --secret --binary "$ann" | sha256sum)" "$(smkey --store third export --secret --binary "$ann" | sha256sum)"

# ---- revocation, revoke
refused "revocation without a reason" 64 'error: no --reason is given' k revocation "$ann"
before=$(state)
SM_NAME="revocation" expect_status 0 k revocation --reason compromised --message 'laptop stolen' "$ann"
cp "$OUT" revocation.asc
like "is armored" revocation.asc '^-----BEGIN PGP PUBLIC KEY BLOCK-----$'
is "changes nothing" "$(state)" "$before"
smkey --store third import revocation.asc >/dev/null
is "import applies it" "$(smkey --store third show --json "$ann" | jq -r '[.state, .primary.reason] | join(" ")')" "revoked compromised"
refused "revoke without a reason" 64 'error: no --reason is given' k revoke --yes "$ann"
refused "revoke asks" 64 "error: this can't be undone" k revoke --reason retired "$ann"
refused "a message with a line end" 64 'error: a message must be text' k revoke --yes --reason none --message "$(printf 'a\nb')" "$ann"
SM_NAME="revoke" expect_status 0 k revoke --yes --reason retired --message 'gone fishing' "$ann"
silent revoke
is "it is revoked" "$(shown '[.state, .primary.reason] | join(" ")')" "revoked retired"
before=$(state)
SM_NAME="revoke for another soft reason" expect_status 0 k revoke --yes --reason superseded "$ann"
is "changes nothing" "$(state)" "$before"
SM_NAME="revoke as compromised" expect_status 0 k revoke --yes --reason compromised "$ann"
is "the graver reason counts" "$(shown .primary.reason)" compromised
for command in "expire $ann 1y" "uid primary $ann ann@example.org" "subkey add $ann"; do
  # shellcheck disable=SC2086 # words
  refused "${command%%"$ann"*}of a revoked key" 77 'error: .* is revoked, which is final' k $command
done
SM_NAME="passwd of a revoked key" expect_status 0 k passwd --new-passphrase-file new "$ann"

# ---- a key whose secret part is elsewhere
smkey export eve@example.org >eve.asc
smkey --store public import eve.asc >/dev/null
SM_NAME="no secret key: 77" expect_status 77 smkey --store public expire --batch eve@example.org 1y
like "says so" "$ERR" 'error: the secret key of .* is not stored here'
done_testing
