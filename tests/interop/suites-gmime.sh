#!/bin/sh
# label: fast
# gmime's OpenPGP data: one inline signature, by DSA and SHA-1, which proves nothing any more. In its mail there is a text behind
# the signature that nobody signed.
. "${0%/*}/../lib.sh"
. "${0%/*}/lib-suites.sh"
skip_suites gmime
suite=$SM_SUITES/gmime/tests/data/pgp
export SM_STORE="$SM_TMP/store"

expect_status 0 smkey import "$suite/gmime.gpg.pub"
verdict "signed and something behind it" "$suite/signed-message.txt" partial
SM_NAME="as JSON" expect_status 1 smsign verify --json <"$suite/signed-message.txt"
like "the signature is weak" "$OUT" '"signatures":\[\{"verdict":"weak"'
{
  sed '/^\r*$/q' "$suite/signed-message.txt"
  cat "$suite/signed-message.txt.openpgp-block"
} >"$SM_TMP/block.eml"
verdict "nothing but the signed block" "$SM_TMP/block.eml" weak
verdict "an encrypted mail" "$suite/encrypted-message.txt" none
SM_NAME="text beside what is encrypted: nothing is opened" expect_status 0 smcrypt --batch decrypt --status-fd 3 \
  <"$suite/encrypted-message.txt" 3>"$SM_TMP/status"
same "it passes" "$OUT" "$suite/encrypted-message.txt"
like "and says that it does" "$SM_TMP/status" '^\[SM:\] NOT_ENCRYPTED'
done_testing
