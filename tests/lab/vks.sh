#!/bin/sh
# label: lab
# timeout: 240
# smvks against a validating key server (keyserver.py) over HTTPS, mail through a Postfix, and against servers that are none.
. "${0%/*}/../lib.sh"
. "$SM_TESTS/lab/lib-lab.sh"
. "$SM_TESTS/lab/lib-keyserver.sh"
lab_enter dns https
need_command jq gpg
cd "$SM_TMP" || exit 1
lab_keyserver
log=$LAB_KEYSERVER/log
# The usual server's address is one of documentation here, and no public one.
echo 'allow-private = yes' >conf
SM_STORE=$SM_TMP/store SM_CONFIG=$SM_TMP/conf
export SM_STORE SM_CONFIG

key() { smkey generate --batch --no-passphrase "$@"; }
ann=$(key 'Ann <ann@example.org>' 'Ann <ann@work.example>')
bob=$(key 'Bob <bob@example.org>')
smkey export "$ann" >ann.asc
smkey export "$bob" >bob.asc
smkey export --binary "$bob" >bob.pgp
packets() { gpg --list-packets "$1" 2>/dev/null | grep -c "^:$2"; }
subkey() { smkey show --json "$1" | jq -r '.subkeys[0].fingerprint'; }

# ---- nothing there yet
SM_NAME="an address that nobody uploaded" expect_status 2 smvks get ann@example.org
empty "nothing is printed" "$OUT"
like "but why" "$ERR" '^smvks: warning: keys\.openpgp\.org has no certificate for ann@example\.org$'
SM_NAME="quietly" expect_status 2 smvks get -q ann@example.org
empty "without a word" "$ERR"
SM_NAME="a fingerprint that nobody uploaded" expect_status 2 smvks get --json "$ann"
is "in JSON" "$(cat "$OUT")" "{\"schema\":\"smvks.get/1\",\"query\":\"$ann\",\"result\":\"absent\",\"status\":2}"

# ---- upload: found by key, without user IDs; not by address
SM_NAME="upload" expect_status 0 smvks upload ann.asc
is "says what is unpublished" "$(cat "$OUT")" "unpublished  ann@example.org
unpublished  ann@work.example"
SM_NAME="upload from stdin, binary" expect_status 0 smvks upload --json <bob.pgp
is "in JSON" "$(jq -c 'del(.token)' "$OUT")" \
  "{\"schema\":\"smvks.upload/1\",\"fingerprint\":\"$bob\",\"addresses\":[{\"address\":\"bob@example.org\",\"status\":\"unpublished\"}]}"
is "with a token" "$(jq '.token | length > 20' "$OUT")" true
for query in "$ann" "0x$ann" "$(echo "$ann" | tr A-F a-f)" "$(echo "$ann" | sed 's/..../& /g')" "$(echo "$ann" | cut -c 25-40)" "$(subkey "$ann")"; do
  SM_NAME="get $query" expect_status 0 smvks get "$query"
  cp "$OUT" found.asc
  is "a certificate, with its subkey, without user IDs" "$(packets found.asc 'public key') $(packets found.asc 'public sub') $(packets found.asc 'user ID')" "1 1 0"
  empty "in silence" "$ERR"
done
unlike "the server's comments don't get through" found.asc Comment
SM_NAME="not by an address that is not proved" expect_status 2 smvks get ann@example.org

# ---- verification, by a mail that Postfix delivers
SM_NAME="request-verify" expect_status 0 smvks request-verify ann.asc ann@example.org
is "one address is pending" "$(cat "$OUT")" "pending  ann@example.org
unpublished  ann@work.example"
SM_NAME="still not by address" expect_status 2 smvks get ann@example.org
check "the mail is there, and its link works" lab_follow ann@example.org
check "nobody else got one" test -z "$(ls "$LAB_MAIL/new")"
for query in ann@example.org ANN@Example.ORG; do
  SM_NAME="get $query" expect_status 0 smvks get "$query"
  cp "$OUT" found.asc
  is "with the user ID that was proved, and no other" "$(gpg --list-packets found.asc 2>/dev/null | grep '^:user ID')" ':user ID packet: "Ann <ann@example.org>"'
done
SM_NAME="the other address" expect_status 2 smvks get ann@work.example
: >"$log"
SM_NAME="asking again" expect_status 0 smvks request-verify --json - ANN@example.org <ann.asc
is "is needless" "$(jq -c '[.schema, .addresses[0]]' "$OUT")" '["smvks.request-verify/1",{"address":"ann@example.org","status":"published"}]'
unlike "and not asked" "$log" request-verify
SM_NAME="an address that is not in it" expect_status 77 smvks request-verify ann.asc ann@example.org eve@example.org
like "is named" "$ERR" 'no user ID with the address eve@example\.org$'
unlike "and nothing was asked" "$log" request-verify
check "both at once" lab_publish bob.asc bob@example.org
SM_NAME="get" expect_status 0 smvks get bob@example.org

# ---- many in one process, on one connection
printf '%s\n' ann@example.org "$bob" nobody@example.org '' "  $(echo "$ann" | cut -c 25-40)  " 'what is this' 01234567 >queries
: >"$log"
SM_NAME="get -" expect_status 65 smvks get - --json <queries
is "answers each, in order" "$(jq -r '[.query, .result, .status] | join(" ")' "$OUT")" "ann@example.org found 0
$bob found 0
nobody@example.org absent 2
$(echo "$ann" | cut -c 25-40) found 0
what is this failed 65
01234567 failed 65"
empty "in JSON alone" "$ERR"
is "on one connection" "$(cut -d ' ' -f 1 "$log" | sort -u | wc -l)" 1
jq -j 'select(.result == "found").certificate' "$OUT" >json.asc
SM_NAME="in armor" expect_status 65 smvks get - <queries
same "the same" "$OUT" json.asc
is "what failed is said on stderr" "$(grep -c '^smvks: warning: ' "$ERR")" 3
SM_NAME="gpg reads it" expect_status 0 gpg --quiet --import json.asc
head -n 3 queries >some
SM_NAME="an absent one among others" expect_status 2 smvks get - <some
SM_NAME="none" expect_status 0 smvks get - </dev/null
# Each answer comes before the next question: as a program that drives it would.
mkfifo asked answered
smvks get - --json <asked >answered 2>"$ERR" &
exec 5>asked 6<answered
for query in "$ann" nobody@example.org bob@example.org; do
  echo "$query" >&5
  read -r line <&6
  is "at once: $query" "$(printf '%s\n' "$line" | jq -r .query)" "$query"
done
exec 5>&-
wait $!
is "and its status" $? 2

# ---- the same server by programs of others, which speak HKP: it is what it says
need_command sq
SM_NAME="sq finds what we published" expect_status 0 sq keyserver --server hkps://keys.secure.test get bob@example.org
cp "$OUT" sq.asc
smvks get bob@example.org >ours.asc
for file in sq.asc ours.asc; do gpg --list-packets $file 2>/dev/null | grep -v '^#' >$file.packets; done
same "the same" sq.asc.packets ours.asc.packets
idn=$(printf 'gus@b\303\274cher.example')
gus=$(key "Gus <$idn>")
smkey export "$gus" >gus.asc
SM_NAME="sq uploads" expect_status 0 sq keyserver --server hkps://keys.secure.test send gus.asc
SM_NAME="we find it" expect_status 0 smvks get "$gus"

# ---- a domain that is no ASCII: asked for as A-labels, in whatever form the user ID has it
SM_NAME="a receipt has A-labels" expect_status 0 smvks upload gus.asc
is "as the server compares" "$(cat "$OUT")" 'unpublished  gus@xn--bcher-kva.example'
SM_NAME="request-verify in UTF-8" expect_status 0 smvks request-verify gus.asc "$idn"
check "a mail to it" lab_follow gus@xn--bcher-kva.example
for query in "$idn" gus@xn--bcher-kva.example; do
  SM_NAME="get $query" expect_status 0 smvks get "$query"
  is "it is Gus's" "$(gpg --show-keys --with-colons "$OUT" | awk -F: '/^fpr/ { print $10; exit }')" "$gus"
done
like "asked as A-labels" "$log" ' GET /vks/v1/by-email/gus%40xn--bcher-kva\.example 200$'

# ---- revoked
smkey revoke --batch --yes "$bob" --reason compromised
smkey export "$bob" >bob.asc
SM_NAME="upload of a revoked one" expect_status 0 smvks upload bob.asc
is "says so" "$(cat "$OUT")" "revoked  bob@example.org"
SM_NAME="by its address it is gone" expect_status 2 smvks get bob@example.org
SM_NAME="by its fingerprint not" expect_status 0 smvks get "$bob"
check "with the revocation" sh -c "gpg --list-packets '$OUT' 2>/dev/null | grep -q 'sigclass 0x20'"
SM_NAME="verification is not asked for" expect_status 77 smvks request-verify bob.asc bob@example.org
like "with a reason" "$ERR" 'is revoked$'

# ---- later
echo '2 60 by-fingerprint' >"$LAB_KEYSERVER/limit"
yes "$ann" | head -n 4 >queries
SM_NAME="a rate limit" expect_status 75 smvks get - --json <queries
is "is not an absence" "$(jq -r '[.result, .status, .code // "-"] | join(" ")' "$OUT")" "found 0 -
found 0 -
later 75 vks.rate-limit
later 75 vks.rate-limit"
SM_NAME="alone" expect_status 75 smvks get "$ann"
like "says when" "$ERR" '^smvks: error: https://keys\.openpgp\.org/vks/v1/by-fingerprint/[0-9A-F]*: the server answered 429, and says to try again in 60 seconds$'
rm "$LAB_KEYSERVER/limit"
echo 120 >"$LAB_KEYSERVER/maintenance"
SM_NAME="maintenance: get" expect_status 75 smvks get --json ann@example.org
is "later" "$(jq -r '.result + " " + .code' "$OUT")" "later vks.maintenance"
SM_NAME="maintenance: upload" expect_status 75 smvks upload ann.asc
like "with the server's words" "$ERR" 'answered 503, and says to try again in 120 seconds: We are mending our shelves$'
SM_NAME="a status line" expect_status 75 smvks upload --status-fd 1 ann.asc
like "has the code" "$OUT" '^\[SM:\] ERROR code=vks\.maintenance$'
: >"$LAB_KEYSERVER/maintenance"
SM_NAME="without a time" expect_status 75 smvks get "$ann"
like "says that" "$ERR" 'the server answered 503$'
rm "$LAB_KEYSERVER/maintenance"

# ---- nothing leaves that must not
: >"$log"
smkey export --secret --batch "$ann" >secret.asc
smkey export --secret --binary --batch "$ann" >secret.pgp
for file in secret.asc secret.pgp; do
  SM_NAME="a secret key: $file" expect_status 77 smvks upload "$file"
  like "is refused" "$ERR" '^smvks: error: there is a secret key in it: nothing was sent$'
  SM_NAME="request-verify $file" expect_status 77 smvks request-verify "$file" ann@example.org
done
cat ann.asc bob.asc >two.asc
SM_NAME="two certificates" expect_status 65 smvks upload two.asc
empty "the server was not asked" "$log"

done_testing
