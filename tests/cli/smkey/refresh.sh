#!/bin/sh
# smkey refresh and publish: what comes from the key server, what does not, what goes to it.
# timeout: 180
. "${0%/*}/../../lib.sh"
. "$SM_TESTS/cli/smkey/lib-network.sh"
need_command jq python3
cd "$SM_TMP" || exit 1
own_programs
SM_STORE=$SM_TMP/store
export SM_STORE
printf 'From: me@example.net\nTo: x@example.org\nSubject: s\n\nText\n' >mail
generate() { smkey --store "$SM_TMP/$1" generate --no-passphrase "$2"; }
export_of() { smkey --store "$SM_TMP/$1" export "$2"; }
without_user_ids() { # without_user_ids FROM TO: armored, and no user ID with its signatures in it
  python3 - "$1" "$2" <<'X'
import base64, subprocess, sys
def length(data, at):
    first = data[at]
    if first < 192: return first, at + 1
    if first < 224: return ((first - 192) << 8) + data[at + 1] + 192, at + 2
    return int.from_bytes(data[at + 1:at + 5], 'big'), at + 5
text = open(sys.argv[1]).read().split('\n\n', 1)[1].split('\n=')[0]
data, at, out, skip = base64.b64decode(text), 0, b'', False
while at < len(data):
    tag, start = data[at] & 63, at
    size, at = length(data, at + 1)
    at += size
    if tag == 13: skip = True
    elif tag != 2: skip = False
    if not skip: out += data[start:at]
armor = '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n' + base64.encodebytes(out).decode() + '-----END PGP PUBLIC KEY BLOCK-----\n'
open(sys.argv[2], 'w').write(armor)
X
}

alice=$(generate a 'Alice <alice@example.org>')
bob=$(generate b 'Bob <bob@example.org>')
carol=$(generate c 'Carol <carol@example.org>')
for one in "a $alice" "b $bob" "c $carol"; do export_of "${one% *}" "${one#* }" | smkey import -q; done

SM_NAME="neither ID nor --all: 64" expect_status 64 smkey refresh
SM_NAME="both: 64" expect_status 64 smkey refresh --all "$alice"
SM_NAME="--rate 0: 64" expect_status 64 smkey refresh --all --rate 0
SM_NAME="somebody unknown: 77" expect_status 77 smkey refresh nobody@example.org
SM_NAME="an empty store" expect_status 0 smkey --store empty refresh --all

# Nothing is on the server: that is no failure.
forget_asked
SM_NAME="absent" expect_status 0 smkey refresh --all --rate 1000
empty "says nothing" "$OUT"
empty "not on stderr either" "$ERR"
is "one smvks, asked by fingerprint" "$(asked) $(sort queries | tr '\n' ' ')" "smvks get; $(printf '%s\n' "$alice" "$bob" "$carol" | sort | tr '\n' ' ')"
orders=$(for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do
  forget_asked
  smkey refresh --all --rate 1000
  tr '\n' ' ' <queries
  echo
done | sort -u | wc -l)
check "in another order each time" test "$orders" -gt 1
forget_asked
SM_NAME="two of them, one by its address, twice" expect_status 0 smkey refresh --rate 1000 alice@example.org "$alice" "$bob"
is "are asked for once each" "$(wc -l <queries)" 2
start=$(date +%s%N)
smkey refresh --all --rate 4
took=$((($(date +%s%N) - start) / 1000000))
check "three at 4 a second take a quarter of a second at least" test $took -ge 250
SM_NAME="--json" expect_status 0 smkey refresh --json "$alice"
is "a line each" "$(jq -c . "$OUT")" '{"schema":"smkey.refresh/1","fingerprint":"'"$alice"'","result":"absent","state":"usable"}'

# Expiry, subkeys, a revocation: from certificates without user IDs.
ends() { smkey show --json "$1" | jq -c '[.. | .expires? | strings] | unique'; }
before=$(ends "$alice")
sleep 1
smkey --store a expire "$alice" 5y
sub=$(smkey --store a subkey add "$alice")
export_of a "$alice" >new.asc
without_user_ids new.asc "vks/$alice"
SM_NAME="without user IDs" expect_status 0 smkey refresh --json --rate 1000 "$alice"
is "is an update" "$(jq -r '.result + " " + .state' "$OUT")" "updated usable"
check "the new end is here" test "$(ends "$alice")" != "$before"
SM_NAME="the new subkey is used" expect_status 0 smcrypt encrypt --to alice@example.org --status-fd 2 <mail
like "it encrypts" "$ERR" "RECIPIENT .*key=$sub"
SM_NAME="again" expect_status 0 smkey refresh --json --rate 1000 "$alice"
is "is unchanged" "$(jq -r .result "$OUT")" unchanged
smkey --store b revoke --reason compromised --yes "$bob"
export_of b "$bob" >revoked.asc
without_user_ids revoked.asc "vks/$bob"
SM_NAME="before" expect_status 0 smcrypt encrypt --to bob@example.org <mail
SM_NAME="a revocation" expect_status 0 smkey refresh --all --rate 1000
empty "silently" "$OUT"
empty "not on stderr either" "$ERR"
SM_NAME="is known from then on: 77" expect_status 77 smcrypt encrypt --to bob@example.org <mail
like "and said" "$ERR" 'revoked'
# Later the server, or somebody's file, has it without the revocation: it is not lost.
python3 - "$bob" <<'X'
import base64, sys
def length(data, at):
    first = data[at]
    if first < 192: return first, at + 1
    if first < 224: return ((first - 192) << 8) + data[at + 1] + 192, at + 2
    return int.from_bytes(data[at + 1:at + 5], 'big'), at + 5
data = base64.b64decode(open('revoked.asc').read().split('\n\n', 1)[1].split('\n=')[0])
at, out = 0, b''
while at < len(data):
    tag, start = data[at] & 63, at
    size, body = length(data, at + 1)
    at = body + size
    if not (tag == 2 and data[body + 1] == 0x20): out += data[start:at]
assert out != data
open('vks/' + sys.argv[1], 'w').write('-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n' + base64.encodebytes(out).decode() + '-----END PGP PUBLIC KEY BLOCK-----\n')
X
SM_NAME="served without it" expect_status 0 smkey refresh --rate 1000 "$bob"
SM_NAME="it stays revoked" expect_status 77 smcrypt encrypt --to bob@example.org <mail
SM_NAME="imported without it" expect_status 0 smkey import "vks/$bob"
SM_NAME="it stays revoked" expect_status 77 smcrypt encrypt --to bob@example.org <mail

# A user ID that comes this way is not taken, even if it is right.
smkey --store c uid add "$carol" 'Carol <dora@example.org>'
export_of c "$carol" >"vks/$carol"
SM_NAME="a new user ID" expect_status 0 smkey refresh --rate 1000 "$carol"
SM_NAME="does not come in: 77" expect_status 77 smcrypt encrypt --to dora@example.org <mail

# What is wrong with one leaves the others.
state() { find store -type f ! -path '*/index/*' -exec sha256sum {} + | sort; }
state >unharmed
export_of a "$alice" >"vks/$carol"
SM_NAME="another certificate: 65" expect_status 65 smkey refresh --rate 1000 --json "$carol"
like "names both" "$ERR" "$carol: the answer is another certificate, $alice"
is "in JSON" "$(jq -r .result "$OUT")" failed
echo garbage >"vks/$carol"
SM_NAME="garbage: 65" expect_status 65 smkey refresh --rate 1000 --all
smkey --store c export --secret "$carol" >"vks/$carol"
SM_NAME="a secret key: 65" expect_status 65 smkey refresh --rate 1000 "$carol"
export_of a "$alice" >"vks/$carol"
export_of c "$carol" >>"vks/$carol"
SM_NAME="two certificates: 65" expect_status 65 smkey refresh --rate 1000 "$carol"
rm "vks/$carol"
echo 'not JSON' >"vks/$carol.raw"
SM_NAME="no JSON: 75" expect_status 75 smkey refresh --rate 1000 "$carol"
echo '{"query": "another", "result": "absent"}' >"vks/$carol.raw"
SM_NAME="an answer to something else: 75" expect_status 75 smkey refresh --rate 1000 "$carol"
rm "vks/$carol.raw"
echo 69 >"vks/$carol.exit"
SM_NAME="smvks ends: its status" expect_status 69 smkey refresh --rate 1000 "$carol"
rm "vks/$carol.exit"
state >after
same "nothing changed by any of that" after unharmed

# Later means later; so do failures in a row.
rm vks/*
failing() { for one in "$alice" "$bob" "$carol"; do echo "$1" >"vks/$one.json"; done; }
failing '{"result": "later", "status": 75, "error": "too many"}'
forget_asked
SM_NAME="the server says later: 75" expect_status 75 smkey refresh --rate 1000 --all
is "it is asked no more" "$(wc -l <queries)" 1
like "and says of how many" "$ERR" 'too many; 2 more were not asked for'
dora=$(generate d 'Dora <dora@example.org>')
export_of d "$dora" | smkey import -q
failing '{"result": "failed", "status": 75, "error": "no route"}'
echo '{"result": "failed", "status": 75, "error": "no route"}' >"vks/$dora.json"
forget_asked
SM_NAME="three failures in a row: 75" expect_status 75 smkey refresh --rate 1000 --all
is "are the last" "$(wc -l <queries)" 3
failing '{"result": "refused", "status": 69, "error": "forbidden"}'
rm "vks/$dora.json"
SM_NAME="refused: 69" expect_status 69 smkey refresh --rate 1000 --all
is "each is asked for" "$(grep -c forbidden "$ERR")" 3
rm vks/*

# --timeout, and nothing left behind.
mv bin/smvks bin/real
printf '#!/bin/sh\necho $$ >"$SM_TMP/pid"\nexec sleep 60\n' >bin/smvks
chmod +x bin/smvks
SM_NAME="--timeout: 75" expect_status 75 smkey refresh --timeout 1 "$alice"
check "smvks is gone too" gone "$(cat pid)"
mv bin/real bin/smvks

# Publish.
me=$(smkey generate --no-passphrase 'Me <me@example.net>' 'Me at work <me@example.com>' 'No address')
echo '{"schema": "smvks.upload/1", "fingerprint": "'"$me"'", "addresses": [{"address": "me@example.com", "status": "unpublished"}, {"address": "me@example.net", "status": "published"}], "token": "t"}' >vks/upload.json
echo '{"schema": "smvks.request-verify/1", "fingerprint": "'"$me"'", "addresses": [{"address": "me@example.com", "status": "pending"}, {"address": "me@example.net", "status": "published"}], "token": "t"}' >vks/request.json
SM_NAME="of somebody else: 77" expect_status 77 smkey publish "$alice"
SM_NAME="an address that it has not: 77" expect_status 77 smkey publish --address x@example.net "$me"
check "nothing was sent so far" test ! -e vks/upload
forget_asked
SM_NAME="publish" expect_status 0 smkey publish --server https://keys.example "$me"
is "says what of each" "$(cat "$OUT")" "pending  me@example.com
published  me@example.net"
is "uploads, and asks for what is not published yet" "$(asked)" "smvks upload;smvks request-verify me@example.com;"
like "to that server" asked '^smvks .*--server=https://keys.example.* upload'
smkey --store published import -q vks/upload
is "what is sent has the addresses" "$(smkey --store published list --json | jq -r '[.user_ids[] | .text // .user_id] | sort | join(",")')" "Me <me@example.net>,Me at work <me@example.com>"
unlike "and nothing secret" vks/upload PRIVATE
same "the same to both" vks/request vks/upload
SM_NAME="one address" expect_status 0 smkey publish --json --address ME@example.net "$me"
smkey --store published2 import -q vks/upload
is "sends that user ID alone" "$(smkey --store published2 list --json | jq -r '[.user_ids[] | .text // .user_id] | join(",")')" "Me <me@example.net>"
is "as JSON" "$(jq -c . "$OUT")" '{"schema":"smkey.publish/1","fingerprint":"'"$me"'","addresses":[{"address":"me@example.com","status":"unpublished"},{"address":"me@example.net","status":"published"}]}'
unlike "without the token" "$OUT" token
SM_NAME="-q" expect_status 0 smkey publish -q "$me"
empty "says nothing" "$OUT"
echo nonsense >vks/upload.json
SM_NAME="an answer that can't be read: 65" expect_status 65 smkey publish "$me"
done_testing
