#!/bin/sh
# label: interop
# timeout: 300
# smvault and a real nginx, with WebDAV and without: devices in turns, a conflict settled both ways, what is refused, and that nothing
# secret is seen in the arguments of a process.
. "${0%/*}/../lib.sh"
. "${0%/*}/lib-vault.sh"
need_command gpg strace
vault_start
device one
device two
one=$SM_TMP/one two=$SM_TMP/two three=$SM_TMP/three

# add DEVICE NAME: a change, a user ID
add() { smkey --store "$1" uid add --passphrase-file "$PASSPHRASE" "$ALICE" "$2 <$2@example.org>" >/dev/null; }
has() { smkey --store "$1" show "$ALICE" | grep -q "<$2@example.org>"; }
# both NAME: the two devices are in the same state, which is the only one in the vault
both() {
  is "$1: both agree" "$(state "$one")" "$(state "$two")"
  is "$1: and so does the vault" "$(stored "$where")" "$ALICE.$(state "$one").pgp"
}

for where in dav index open keys; do
  url=$VAULT/$where/
  SM_NAME="$where: push" expect_status 0 vault "$one" push "$url"
  is "$where: it says so" "$(cat "$OUT")" "pushed  $ALICE"
  SM_NAME="$where: again" expect_status 0 vault "$one" push "${url%/}"
  is "$where: nothing to do" "$(cat "$OUT")" "unchanged  $ALICE"
  add "$one" "one-$where"
  add "$two" "two-$where"
  for device in "$one" "$two" "$one"; do
    SM_NAME="$where: pull of ${device##*/}" expect_status 0 vault "$device" pull "$url"
    empty "$where: silent on stderr" "$ERR"
  done
  both "$where"
  check "$where: one has the other's change" has "$one" "two-$where"
  check "$where: and the other way round" has "$two" "one-$where"
  SM_NAME="$where: pull again" expect_status 0 vault "$one" pull --json "$url"
  is "$where: does nothing" "$(jq -c 'del(.schema)' "$OUT")" \
    "{\"fingerprint\":\"$ALICE\",\"result\":\"unchanged\",\"bound\":true,\"merged\":1,\"added\":false,\"removed\":0,\"refused\":[]}"
  SM_NAME="$where: list" expect_status 0 vault "$one" list --json "$url"
  is "$where: what it says" "$(jq -c '[.fingerprint, .here, .versions, .size]' "$OUT")" \
    "[\"$ALICE\",true,1,$(smkey --store "$one" export --secret --binary "$ALICE" | wc -c)]"
  check "$where: and when" test "$(date -d "$(jq -r .newest "$OUT")" +%s)" -gt "$(($(date +%s) - 600))"
  rm -rf "$three"
  SM_NAME="$where: a new device" expect_status 0 vault "$three" pull "$url"
  is "$where: whose addresses are not bound" "$(cat "$OUT")" "new  $ALICE  not bound"
  is "$where: really" "$(smkey --store "$three" bindings)" ""
  is "$where: is in the same state" "$(state "$three")" "$(state "$one")"
  rm -rf "$three"
  SM_NAME="$where: one that knows the fingerprint" expect_status 0 vault "$three" pull "$url" "0x$ALICE"
  is "$where: has them bound" "$(cat "$OUT")" "new  $ALICE"
  like "$where: by import" "$(smkey --store "$three" bindings alice@example.org >bound; echo bound)" "$ALICE  import"
  SM_NAME="$where: an ID that is nowhere" expect_status 77 vault "$one" pull "$url" 0123456789ABCDEF
  SM_NAME="$where: forget without a word" expect_status 64 vault "$one" forget "$url" "$ALICE"
  check "$where: forgets nothing" test -n "$(stored $where)"
  echo foreign >"$VAULT_FILES/$where/notes.txt"
  SM_NAME="$where: forget" expect_status 0 vault "$three" forget --yes "$url" alice@example.org
  is "$where: nothing is left" "$(stored $where)" ""
  check "$where: but what is none of ours" test -e "$VAULT_FILES/$where/notes.txt"
  SM_NAME="$where: forget again" expect_status 77 vault "$three" forget --yes "$url" "$ALICE"
  SM_NAME="$where: an empty vault" expect_status 0 vault "$one" pull "$url"
  empty "$where: has nothing" "$OUT"
done

SM_NAME="no listing" expect_status 69 vault "$one" push "$VAULT/plain/"
like "what is needed" "$ERR" '^smvault: hint: it needs WebDAV with PROPFIND .*, or an index in JSON'
SM_NAME="no folder" expect_status 69 vault "$one" push "$VAULT/absent/"
SM_NAME="no folder below one" expect_status 69 vault "$one" push "$VAULT/dav/absent/"
like "make it" "$ERR" '^smvault: hint: make the collection'
SM_NAME="no credentials" expect_status 69 env SM_STORE="$one" smvault push --cafile ca.pem "$VAULT/dav/"
printf 'machine localhost login alice password wrong\n' >wrong
chmod 600 wrong
SM_NAME="wrong ones" expect_status 69 env SM_STORE="$one" smvault push --cafile ca.pem --credentials wrong "$VAULT/dav/"
is "and nothing was put" "$(stored dav)" ""
cp credentials "$HOME/.netrc"
SM_NAME="the .netrc is the default" expect_status 0 env SM_STORE="$one" smvault push --cafile ca.pem "$VAULT/dav/"
SM_NAME="its user by name" expect_status 0 env SM_STORE="$one" smvault list --cafile ca.pem "https://alice@localhost:$VAULT_PORT/dav/"
SM_NAME="another user" expect_status 69 env SM_STORE="$one" smvault list --cafile ca.pem "https://bob@localhost:$VAULT_PORT/dav/"
rm "$HOME/.netrc"

# ---- what GnuPG says of a version
SM_NAME="gpg imports a version" expect_status 0 gpg --batch -q --import "$VAULT_FILES/dav/$(stored dav)"
like "with its secret key" "$(gpg --batch --with-colons -K "$ALICE" >gpg.out 2>/dev/null; echo gpg.out)" '^sec:'

# ---- two passphrases
where=dav url=$VAULT/dav/
SM_NAME="the other device is up to date" expect_status 0 vault "$two" pull "$url"
vault "$one" pull "$url" >/dev/null
before=$(state "$two")
old=$(stored dav)
echo 'quite another passphrase' >new
smkey --store "$one" passwd "$ALICE" --passphrase-file "$PASSPHRASE" --new-passphrase-file new >/dev/null
SM_NAME="pull beside the old passphrase" expect_status 77 vault "$one" pull "$url"
like "names the version" "$ERR" "^smvault: error: $old: its secret key has another passphrase"
like "and both ways out" "$ERR" "^smvault: hint: .*smvault forget .* smvault push .*smkey delete --secret .* smvault pull"
SM_NAME="the first way: forget" expect_status 0 vault "$one" forget --yes "$url" "$ALICE"
SM_NAME="and push" expect_status 0 vault "$one" push "$url" "$ALICE"
smkey --store "$SM_TMP/four" generate --passphrase-file "$PASSPHRASE" 'Carol <carol@example.org>' >carol
vault "$SM_TMP/four" push "$url" >/dev/null
add "$two" unpushed
before=$(state "$two")
lying=$(stored dav)
SM_NAME="the other device has the old one" expect_status 77 vault "$two" pull --status-fd 3 "$url" 3>status
like "and the code for it" status '^\[SM:\] ERROR code=store\.secret-conflict$'
is "its key is as it was" "$(state "$two")" "$before"
is "and so is the vault" "$(stored dav)" "$lying"
check "the other key was pulled all the same" smkey --store "$two" show "$(cat carol)" >/dev/null
smkey --store "$two" delete --secret --yes "$ALICE" >/dev/null
SM_NAME="the second way: delete, and pull" expect_status 0 vault "$two" pull "$url" "$ALICE"
is "now both have the new passphrase" "$(state "$one")" "$(state "$two")"
vault "$one" forget --yes "$url" "$(cat carol)" >/dev/null

# ---- keys without a passphrase
smkey --store open generate --no-passphrase 'Dave <dave@example.org>' >dave
SM_NAME="an unprotected key is refused" expect_status 77 vault "$SM_TMP/open" push "$url"
is "which stdout says" "$(cat "$OUT")" "refused  $(cat dave)"
like "and stderr" "$ERR" 'not protected by a passphrase'
# One subkey alone: the primary of one store, the subkey of another, of the same key.
gpg --batch -q --passphrase '' --quick-gen-key 'Erin <erin@example.org>' ed25519 default never 2>/dev/null
erin=$(gpg --batch --with-colons -k erin@example.org | sed -n 's/^fpr:*\([^:]*\):/\1/p' | head -n 1)
gpg --batch -q --passphrase '' --quick-add-key "$erin" cv25519 encr never 2>/dev/null
gpg --batch -q --export-secret-keys "$erin" >erin.open
cp erin.open erin.work
smkey --store erin -q import erin.work
smkey --store erin passwd "$erin" --new-passphrase-file new >/dev/null 2>&1
smkey --store erin export --secret --binary "$erin" >erin.closed
python3 - erin.closed erin.open erin.mixed <<'PYTHON'
import sys

def packets(path):
    data, at = open(path, "rb").read(), 0
    while at < len(data):
        begin, tag = at, data[at]
        at += 1
        if tag & 0x40:
            kind, first = tag & 0x3F, data[at]
            at += 1
            if first < 192:
                size = first
            elif first < 224:
                size, at = ((first - 192) << 8) + data[at] + 192, at + 1
            else:
                size, at = int.from_bytes(data[at:at + 4], "big"), at + 4
        else:
            kind, width = tag >> 2 & 15, 1 << (tag & 3)
            size, at = int.from_bytes(data[at:at + width], "big"), at + width
        at += size
        yield kind, data[begin:at]

open_subkey = next(raw for kind, raw in packets(sys.argv[2]) if kind == 7)
with open(sys.argv[3], "wb") as out:
    for kind, raw in packets(sys.argv[1]):
        out.write(open_subkey if kind == 7 else raw)
PYTHON
smkey --store erin-mixed -q import erin.mixed
SM_NAME="the key that is all protected is pushed" expect_status 0 vault "$SM_TMP/erin" push "$url"
vault "$one" forget --yes "$url" "$erin" >/dev/null
SM_NAME="one with a single open subkey is refused" expect_status 77 vault "$SM_TMP/erin-mixed" push "$url"
like "the subkey is named" "$ERR" "the secret key [0-9A-F]{40} is not protected"
unlike "not the primary" "$ERR" "the secret key $erin is not"
is "nothing of it lies there" "$(stored dav | grep -c "$erin")" 0
before=$(stored dav)
smkey --store "$SM_TMP/open" import -q alice.key
SM_NAME="of several, the good ones are pushed" expect_status 77 vault "$SM_TMP/open" push "$url"
is "each with its outcome" "$(sort "$OUT")" "$(printf 'pushed  %s\nrefused  %s\n' "$ALICE" "$(cat dave)" | sort)"
vault "$one" forget --yes "$url" "$ALICE" >/dev/null
vault "$one" push "$url" >/dev/null

# ---- what others can see
strace -f -s 100000 -e trace=execve,openat,open,creat,memfd_create,linkat,renameat,renameat2 -o trace env SM_STORE="$one" \
  smvault pull --cafile ca.pem --credentials credentials --batch "$url" >/dev/null 2>&1
add "$two" seen >/dev/null 2>&1 || smkey --store "$two" uid add --passphrase-file new "$ALICE" 'seen <seen@example.org>' >/dev/null
vault "$two" push "$url" >/dev/null
strace -f -s 100000 -e trace=execve,openat,open,creat,memfd_create -o trace.merge env SM_STORE="$one" \
  smvault pull --cafile ca.pem --credentials credentials --batch "$url" >out 2>&1
like "a pull that merges" out "^updated  $ALICE"
check "smkey was run" grep -q 'execve("[^"]*/smkey", ' trace.merge
unlike "no password stands in an argument or the environment of any process" trace.merge 'execve.*user.?\\?"s secret'
unlike "nor does it in the first" trace 'execve.*s secret'
is "nothing was written outside the store" \
  "$(grep -hE 'O_WRONLY|O_RDWR|O_CREAT|creat\(|memfd' trace trace.merge | grep -vE "\"$one/|/dev/(null|tty|urandom)|ENOENT" | head -n 3)" ""
# Secrets in their pages: both stores, and what of the key is known to be secret.
check "the arguments of smkey name the key alone" sh -c "grep 'execve(\"[^\"]*/smkey\"' trace.merge | grep -qE '\"export\", \"--secret\", \"--binary\", \"$ALICE\"'"
done_testing
