#!/bin/sh
# timeout: 180
# smvault before a server that lies, breaks off, drowns it, or sends it elsewhere: the status of the contract, nothing taken that is not
# what its name says, nothing removed that was not merged.
. "${0%/*}/../lib.sh"
. "${0%/*}/../interop/lib-vault.sh"
faulty_start
device one
one=$DEVICE
started=$(state "$one")

# at NAME [FILE…]: the behaviour NAME, with these files in its folder
at() {
  mkdir -p "$VAULT_FILES/$1"
  name=$1
  shift
  for file; do cp "$file" "$VAULT_FILES/$name"; done
}
unharmed() { is "$1: the store is unharmed" "$(state "$one")" "$started"; }
refused() { # refused STATUS BEHAVIOUR [COMMAND [WHY]]: and nothing was touched, here or there
  at "$2"
  SM_NAME="$2: ${3:-list} is $1" expect_status "$1" vault "$one" "${3:-list}" "$VAULT/$2/"
  if [ -n "${4:-}" ]; then like "$2: it says why" "$ERR" "$4"; fi
}

SM_NAME="honest: push" expect_status 0 vault "$one" push "$VAULT/honest/"
version=$(stored honest)
is "honest: its name" "$version" "$ALICE.$started.pgp"
cp "$VAULT_FILES/honest/$version" .
SM_NAME="honest: pull" expect_status 0 vault "$one" pull "$VAULT/honest/"
SM_NAME="index: push" expect_status 0 vault "$one" push "$VAULT/index/"
SM_NAME="index: pull" expect_status 0 vault "$one" pull "$VAULT/index/"

# ---- statuses
for status in 401 403 404 410 301 302 308 400 405 409 413 451 501; do refused 69 status-$status; done
for status in 408 423 429 500 502 503 504 507; do refused 75 status-$status; done
vault "$one" list "$VAULT/status-401/" 2>err
like "401: what to look at" err '^smvault: hint: the user or the password'
SM_STORE=$one smvault list --cafile ca.pem "$VAULT/status-401/" 2>err
like "401 without credentials: where they come from" err '^smvault: hint: .*netrc'
vault "$one" list "$VAULT/status-302/" 2>err
like "302: where it leads" err 'a redirect to https://other\.example/login, which is not followed'
vault "$one" list "$VAULT/status-429/" 2>err
like "429: when to try again" err 'try again in 120 seconds'
vault "$one" list "$VAULT/status-404/" 2>err
like "404: make it" err '^smvault: hint: make the collection'
for status in 401 403 405 409 413; do refused 69 putstatus-$status push; done
for status in 500 503 507; do refused 75 putstatus-$status push; done

unharmed "whatever the status was"

# ---- listings
refused 69 html list 'the server tells of no files'
refused 65 endless list 'more than 16777216 bytes'
refused 65 gzip list 'encoding gzip'
refused 65 headers list 'header of the answer is too long'
refused 65 toomany list 'more than 20000'
refused 65 entity list 'document type'
unlike "entity: no file of ours is read" "$ERR" root:
unharmed "whatever the listing was"
at many "$version"
SM_NAME="10,000 other keys are listed" expect_status 0 vault "$one" list "$VAULT/many/"
is "each" "$(wc -l <"$OUT")" 10001
SM_NAME="and one of them is pulled" expect_status 0 vault "$one" pull "$VAULT/many/" "$ALICE"
at odd "$version"
SM_NAME="names that lead elsewhere" expect_status 0 vault "$one" pull "$VAULT/odd/"
is "are no names" "$(cat "$OUT")" "unchanged  $ALICE"
unlike "and not asked for" files/log 'GET .*(0000|etc|sub|elsewhere|readme)'
SM_NAME="a stall" expect_status 75 vault "$one" list --timeout 2 "$VAULT/stall/"
unharmed stall

# ---- files
refused 75 ghost pull 'keep changing'
at ghost "$version"
SM_NAME="ghost: other keys are dealt with by name" expect_status 0 vault "$one" pull "$VAULT/ghost/" "$ALICE"
for behaviour in truncated htmlfiles endlessfiles; do
  at $behaviour "$version"
  SM_NAME="$behaviour: pull" expect_status 65 vault "$one" pull "$VAULT/$behaviour/"
  like "$behaviour: the name is told" "$ERR" "^smvault: error: $version: "
  check "$behaviour: it lies there still" test -e "$VAULT_FILES/$behaviour/$version"
  SM_NAME="$behaviour: a device without the key" expect_status 65 vault "$SM_TMP/none" pull "$VAULT/$behaviour/"
  is "$behaviour: takes nothing" "$(cat "$OUT")" "absent  $ALICE"
  check "$behaviour: and stores nothing" test ! -e none/private
  unharmed $behaviour
done
at broken "$version"
SM_NAME="broken: pull" expect_status 75 vault "$one" pull "$VAULT/broken/"
unharmed broken
for behaviour in forgetful torn; do
  at $behaviour
  expected=0
  if [ $behaviour = torn ]; then expected=65; fi
  SM_NAME="$behaviour: push is $expected" expect_status $expected vault "$one" push "$VAULT/$behaviour/"
done
is "torn: the half lies there" "$(stored torn)" "$version"
SM_NAME="torn: it is not taken" expect_status 65 vault "$SM_TMP/none" pull "$VAULT/torn/"
mv files/torn files/mended
SM_NAME="a push mends it" expect_status 0 vault "$one" push "$VAULT/mended/"
same "to the byte" "$VAULT_FILES/mended/$version" "$version"

# What is not what its name says, under each name that lies about it.
mkdir files/lies
lie() { cp "$2" "files/lies/$1.$(sha256sum <"$2" | cut -d ' ' -f 1).pgp"; }
smkey --store other generate --no-passphrase 'Mallory <mallory@example.org>' >mallory
smkey --store other export --secret --binary "$(cat mallory)" >mallory.key
smkey --store other export --binary "$(cat mallory)" >mallory.cert
cat "$version" mallory.cert >with-another
printf '<html>log in</html>' >page
: >nothing
lie "$ALICE" page
lie "$ALICE" nothing
lie "$ALICE" mallory.key
lie "$ALICE" with-another
lie "$ALICE" mallory.cert
lie "$(cat mallory)" mallory.key
cp "$version" "files/lies/$ALICE.$(sha256sum <page | cut -d ' ' -f 1).pgp" # a right key under a wrong digest
ls files/lies >before
# The first that is refused decides: they come in the order of their names.
status=65
if [ "$(printf '%s\n' "$ALICE" "$(cat mallory)" | LC_ALL=C sort | head -n 1)" != "$ALICE" ]; then status=77; fi
SM_NAME="lies: pull" expect_status $status vault "$SM_TMP/none" pull --json "$VAULT/lies/"
is "lies: each is told apart" "$(jq -r '.refused[].reason' "$OUT" | sort | uniq -c | awk '{ print $1, $2 }')" "5 vault.damaged
1 vault.unprotected"
check "lies: nothing was stored" test ! -e none/private
ls files/lies >after
same "lies: nothing was removed" after before
unharmed lies

# ---- TLS
SM_NAME="an authority that is not trusted" expect_status 75 smvault list --credentials credentials "$VAULT/honest/"
like "says so" "$ERR" 'certificate does not verify'
like "and what to do" "$ERR" '^smvault: hint: --cafile'
echo 'no certificate' >text
expect_status 66 smvault list --cafile text "$VAULT/honest/"
printf 'default login alice password secret\n' >default
chmod 600 default
before=$(grep -vc CONNECT files/log)
SM_NAME="a host that the certificate does not name" expect_status 75 smvault list --cafile ca.pem --credentials default --proxy "$PROXY" https://other.example/honest/
like "says so" "$ERR" 'certificate does not verify'
is "it was asked nothing" "$(grep -vc CONNECT files/log)" "$before"

# ---- a proxy
SM_NAME="through a proxy" expect_status 0 smvault list --cafile ca.pem --credentials credentials --proxy "$PROXY" "$VAULT/honest/"
like "it was asked" files/log "^CONNECT localhost:$VAULT_PORT "
before=$(grep -c CONNECT files/log)
SM_NAME="the environment's" expect_status 0 env https_proxy="$PROXY" smvault list --cafile ca.pem --credentials credentials --proxy env "$VAULT/honest/"
is "once more" "$(grep -c CONNECT files/log)" $((before + 1))
SM_NAME="not unasked" expect_status 0 env https_proxy="$PROXY" smvault list --cafile ca.pem --credentials credentials "$VAULT/honest/"
is "not again" "$(grep -c CONNECT files/log)" $((before + 1))
SM_NAME="a name that only the proxy knows" expect_status 0 smvault list --cafile ca.pem --credentials default --proxy "$PROXY" https://dav.example.org/honest/
before=$(grep -c '^DNS' files/log)
SM_NAME="which asks for it itself" expect_status 0 smvault list --cafile ca.pem --credentials default --proxy "$PROXY" --resolver "$RESOLVER" https://dav.example.org/honest/
is "no query leaves the machine" "$(grep -c '^DNS' files/log)" "$before"
SM_NAME="a proxy that is not there" expect_status 75 smvault list --cafile ca.pem --credentials default --proxy socks5h://127.0.0.1:1 https://dav.example.org/honest/

# ---- a resolver
named=https://dav.example.org:$VAULT_PORT/honest/
SM_NAME="--resolver" expect_status 0 smvault list --cafile ca.pem --credentials default --resolver "$RESOLVER" "$named"
like "is asked for the name" files/log '^DNS dav\.example\.org 1$'
before=$(grep -c '^DNS' files/log)
SM_NAME="-4" expect_status 0 smvault list --cafile ca.pem --credentials default --resolver "$RESOLVER" -4 "$named"
is "asks for IPv4 alone" "$(grep '^DNS' files/log | sed "1,${before}d")" "DNS dav.example.org 1"
SM_NAME="-6" expect_status 75 smvault list --cafile ca.pem --credentials default --resolver "$RESOLVER" -6 "$named"
like "where there is none" "$ERR" 'dav\.example\.org has no address in the DNS'
SM_NAME="a name that is not there" expect_status 75 smvault list --cafile ca.pem --credentials default --resolver "$RESOLVER" https://dav.example.net/honest/
SM_NAME="an international name" expect_status 75 smvault list --credentials default --resolver "$RESOLVER" "$(printf 'https://B\303\274cher.example.net/')"
like "is asked for in ASCII" files/log '^DNS xn--bcher-kva\.example\.net '
before=$(grep -c '^DNS' files/log)
SM_NAME="localhost is never asked for" expect_status 0 smvault list --cafile ca.pem --credentials credentials --resolver "$RESOLVER" "$VAULT/honest/"
is "really" "$(grep -c '^DNS' files/log)" "$before"
expect_status 64 smvault list --resolver dns.example.org "$named"
SM_NAME="a resolver that is not there" expect_status 75 smvault list --credentials default --timeout 8 --resolver 127.0.0.1@1 "$named"
done_testing
