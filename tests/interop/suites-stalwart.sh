#!/bin/sh
# label: fast
# Stalwart's list of what is encrypted already. Its first line says what Stalwart thinks; two of the messages really are, in text,
# and pass. Those whose body is a word, whatever their header claims, and those that are only signed are readable: they are
# encrypted.
. "${0%/*}/../lib.sh"
skip_suites stalwart-crypto
export SM_STORE="$SM_TMP/store"
cd "$SM_TMP" || exit 1
expect_status 0 smkey generate --no-passphrase 'Zoe <zoe@example.org>'
awk 'BEGIN { n = 1 } /^!!!/ { n++; next } { print > ("mail" n) }' "$SM_SUITES/stalwart-crypto/tests/resources/crypto/is_encrypted.txt"
count=0
for file in mail*; do
  count=$((count + 1))
  SM_NAME="$file: 0" expect_status 0 smcrypt encrypt --at-rest --to zoe@example.org --status-fd 3 <"$file" 3>status
  if grep -q 'BEGIN PGP MESSAGE' "$file"; then
    same "$file passes" "$OUT" "$file"
    like "$file: ALREADY_ENCRYPTED" status '^\[SM:\] ALREADY_ENCRYPTED'
  else
    like "$file is encrypted" "$OUT" '^Content-Type: multipart/encrypted'
    cp "$OUT" sealed
    SM_NAME="$file comes back" expect_status 0 smcrypt decrypt --batch <sealed
    same "$file comes back as it was" "$OUT" "$file"
  fi
done
is "messages" $count 15
done_testing
