#!/bin/sh
# label: fast
# The examples of Autocrypt Level 1: fields, gossip, drafts and the Setup Message with the code that its text gives.
. "${0%/*}/../lib.sh"
skip_suites autocrypt-level1
need_command jq gpg
cd "$SM_TMP" || exit 1
examples=$SM_SUITES/autocrypt-level1/doc/appendix
SM_STORE=$SM_TMP/store
export SM_STORE
alice=EB85BB5FA33A75E15E944E63F231550C4F47E38E

for file in example-simple-autocrypt example-gossip; do
  rm -rf store
  SM_NAME="$file" expect_status 0 smkey autocrypt import --json <"$examples/$file.eml"
  is "$file: the sender's certificate" "$(jq -c '[.what, .result, .secret, .prefer_encrypt]' "$OUT")" \
    "[\"$alice\",\"new\",false,\"mutual\"]"
  is "$file: nobody else's" "$(smkey list --json | jq -s length)" 1
  SM_NAME="$file binds nothing" expect_status 2 smkey bindings alice@autocrypt.example
  smkey export --binary "$alice" >ours
  gpg --batch --dearmor <"$examples/alice@autocrypt.example.pub.asc" >theirs 2>/dev/null
  same "$file: as it is published" ours theirs
done
rm -rf store
for file in example-draft example-draft-cleartext example-gossip-cleartext; do
  SM_NAME="$file" expect_status 0 smkey autocrypt import <"$examples/$file.eml"
  is "$file: nothing for a sender" "$(cat "$OUT")" "skipped  message  autocrypt.no-header"
done

echo 1742-0185-6197-1303-7016-8412-3581-4441-0597 >code
rm -rf store
SM_NAME="Setup Message" expect_status 0 smkey autocrypt import --batch --passphrase-file code <"$examples/example-setup-message.eml"
is "its key" "$(cat "$OUT")" "new  $alice  secret  alice@autocrypt.example"
is "bound to its owner" "$(smkey bindings alice@autocrypt.example | awk '{ print $2 }')" "$alice"
smkey export --secret --binary "$alice" >ours
gpg --batch --dearmor <"$examples/example-setup-message-cleartext.key" >theirs 2>/dev/null
same "as the cleartext beside it" ours theirs

# With their keys their encrypted examples open, and the gossip in them is left alone.
SM_NAME="the draft opens" expect_status 0 smcrypt decrypt <"$examples/example-draft.eml"
like "its text" "$OUT" 'store it as a draft for now'
smkey import -q "$examples/bob@autocrypt.example.sec.asc"
SM_NAME="gossip opens" expect_status 0 smcrypt decrypt <"$examples/example-gossip.eml"
like "its text" "$OUT" 'I wanted to introduce the two of you'
is "what it says of Carol is not taken" "$(smkey list | grep -c carol)" 0
done_testing
