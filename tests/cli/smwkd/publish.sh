#!/bin/sh
# timeout: 120
# smwkd publish: which files, with what in them, and what is left alone.
. "${0%/*}/../../lib.sh"
SM_STORE=$SM_TMP/store
export SM_STORE
out=$SM_TMP/www
folder=$out/.well-known/openpgpkey/example.org
name() { smwkd hash "$1" | cut -d ' ' -f 1; }
files() { (cd "$folder" && find . -type f | sort | tr '\n' ' '); }
state() { (cd "$out" && find . -printf '%p %m %i %T@ %s\n' | sort); }
expect_status 77 smwkd publish --domain example.org --out "$out"
like "nothing to publish is an error" "$ERR" '^smwkd: error: no certificate has a valid user ID in example.org$'
check "and makes nothing" test ! -e "$out"
alice=$(smkey generate --no-passphrase "Alice <Alice@Example.org>" "Alice at work <alice@example.net>" "Alice <info@example.org>")
bob=$(smkey generate --no-passphrase bob@sub.example.org)
umask 077
expect_status 0 smwkd publish --domain Example.ORG --out "$out"
umask 022
is "one file an address of the domain, and a policy" "$(files)" "$(printf './hu/%s\n' "$(name alice@example.org)" "$(name info@example.org)" | sort | tr '\n' ' ')./policy "
is "files are 0644" "$(find "$out" -type f ! -perm 644)" ""
is "folders are 0755" "$(find "$out" -type d ! -perm 755)" ""
empty "the policy is empty" "$folder/policy"
smkey export --binary --address alice@example.org "$alice" >"$SM_TMP/want"
same "each with its own user ID alone" "$folder/hu/$(name alice@example.org)" "$SM_TMP/want"
smkey export --binary --address info@example.org "$alice" >"$SM_TMP/want"
same "the other likewise" "$folder/hu/$(name info@example.org)" "$SM_TMP/want"

state >"$SM_TMP/before"
expect_status 0 smwkd publish --domain example.org --out "$out/"
state >"$SM_TMP/after"
same "again: nothing is touched" "$SM_TMP/after" "$SM_TMP/before"
expect_status 0 smwkd publish --json --domain example.org --out "$out"
is "JSON" "$(jq -c '[.schema, .method, .addresses, .certificates, .added, .changed, .removed, .unchanged]' <"$OUT")" '["smwkd.publish/1","advanced",2,1,0,0,0,2]'

# What is not ours stays; what is ours, and no longer wanted, goes.
echo mine >"$folder/hu/index.html"
mkdir "$folder/hu/folder"
echo mine >"$folder/hu/folder/file"
echo mailbox-only >"$folder/policy"
echo mine >"$folder/other"
mkdir -p "$out/.well-known/openpgpkey/example.com/hu"
stale=$(name gone@example.org)
echo old >"$folder/hu/$stale"
cp "$folder/hu/$stale" "$out/.well-known/openpgpkey/example.com/hu/"
ln -s /etc/passwd "$folder/hu/$(name link@example.org)"
smkey generate --no-passphrase dora@example.org >"$SM_TMP/dora"
inode=$(stat -c %i "$folder/hu/$(name alice@example.org)")
expect_status 0 smwkd publish -v --domain example.org --out "$out"
like "what it did" "$ERR" '3 addresses, 1 added, 0 changed, 2 removed'
for file in hu/index.html hu/folder/file other; do is "$file stays" "$(cat "$folder/$file")" mine; done
is "the policy stays" "$(cat "$folder/policy")" mailbox-only
check "what is of nobody goes" test ! -e "$folder/hu/$stale"
check "a link goes" test ! -L "$folder/hu/$(name link@example.org)"
check "what it leads to stays" test -s /etc/passwd
check "another domain's stays" test -e "$out/.well-known/openpgpkey/example.com/hu/$stale"
is "what is the same stays the same file" "$(stat -c %i "$folder/hu/$(name alice@example.org)")" "$inode"
is "nothing else is left" "$(find "$folder" -mindepth 1 -maxdepth 1 | sort | tr '\n' ' ')" "$folder/hu $folder/other $folder/policy "

# After somebody who was killed.
mkdir "$folder/.smwkd-next"
echo half >"$folder/.smwkd-next/$stale"
echo mine >"$folder/.smwkd-next/kept"
expect_status 0 smwkd publish --domain example.org --out "$out"
check "what a killed one left is gone" test ! -e "$folder/.smwkd-next"
is "but what was not ours" "$(cat "$folder/hu/kept")" mine

# A reader never sees less than all of it.
rm -f "$SM_TMP/stop"
(
  while [ ! -e "$SM_TMP/stop" ]; do
    if ! cat "$folder/hu/$(name alice@example.org)" >/dev/null 2>&1; then echo missing >>"$SM_TMP/missing"; fi
  done
) &
reader=$!
for round in 1 2 3 4 5; do
  smkey generate --no-passphrase "user$round@example.org" >>"$SM_TMP/users"
  smwkd publish --domain example.org --out "$out" || not_ok "publish, round $round"
done
: >"$SM_TMP/stop"
wait $reader
check "a reader beside it missed nothing" test ! -e "$SM_TMP/missing"

# Several certificates of an address, the usable first.
smkey revoke --yes --reason superseded "$(cat "$SM_TMP/dora")"
dora=$(smkey generate --no-passphrase dora@example.org)
expect_status 0 smwkd publish --domain example.org --out "$out"
{ smkey export --binary "$dora" && smkey export --binary "$(cat "$SM_TMP/dora")"; } >"$SM_TMP/want"
same "both of dora's in one file" "$folder/hu/$(name dora@example.org)" "$SM_TMP/want"

# By name; by the other method.
expect_status 0 smwkd publish --domain example.org --method direct --out "$SM_TMP/direct" "$alice"
is "the direct layout" "$(cd "$SM_TMP/direct" && find . -type f | sort | tr '\n' ' ')" \
  "$(printf './.well-known/openpgpkey/hu/%s\n' "$(name alice@example.org)" "$(name info@example.org)" | sort | tr '\n' ' ')./.well-known/openpgpkey/policy "
expect_status 77 smwkd publish --domain example.org --out "$SM_TMP/named" "$alice" "$bob"
like "one without a user ID there is named" "$ERR" "$bob has no valid user ID in example.org"
check "nothing is made then" test ! -e "$SM_TMP/named"
smkey uid revoke "$alice" 'Alice <info@example.org>' --yes
expect_status 0 smwkd publish --domain example.org --method direct --out "$SM_TMP/direct" "$alice"
check "a revoked user ID is not published" test ! -e "$SM_TMP/direct/.well-known/openpgpkey/hu/$(name info@example.org)"

expect_status 0 smwkd publish --domain example.com --out "$out" --allow-empty
is "with --allow-empty what was goes" "$(ls "$out/.well-known/openpgpkey/example.com/hu")" ""
expect_status 64 smwkd publish --out "$out"
expect_status 64 smwkd publish --domain example.org
expect_status 64 smwkd publish --domain 'example org' --out "$out"
rm -rf "$folder/hu" && ln -s /tmp "$folder/hu"
expect_status 64 smwkd publish --domain example.org --out "$out"
like "a link in the place of the folder is not followed" "$ERR" 'something else than a folder'
done_testing
