#!/bin/sh
# label: fast
# notmuch's corpora: what is plain PGP/MIME to the test suite's key opens and verifies; what is broken stays shut.
. "${0%/*}/../lib.sh"
. "${0%/*}/lib-suites.sh"
skip_suites notmuch
suite=$SM_SUITES/notmuch/test
export SM_STORE="$SM_TMP/store"

expect_status 0 smkey import "$suite/openpgp4-secret-key.asc"
for name in simple-signed-mail signed-protected-header; do verdict "$name" "$suite/corpora/protected-headers/$name.eml" good; done
# NAME VERDICT SUBJECT: the Subject of what comes out, "-" for none.
while read -r name verdict subject; do
  decrypts "$name" "$suite/corpora/$name" "$verdict"
  is "$name: Subject" "$(outer "$OUT" | sed -n 's/^Subject: //p')" "${subject#-}"
  is "$name: other fields stay" "$(outer "$OUT" | grep -v ^Subject:)" "$(outer "$suite/corpora/$name" | grep -v ^Subject:)"
  unlike "$name: nothing is encrypted any more" "$OUT" '^-----BEGIN PGP MESSAGE'
done <<'LIST'
crypto/basic-encrypted.eml none Here is the password
crypto/encrypted-signed.eml good Lyrics
crypto/encrypted-rfc822-attachment none testing encrypted rfc822 attachments
protected-headers/encrypted-message-with-forwarded-attachment.eml none This is the cryptographic envelope subject
protected-headers/encrypted-signed-not-masked.eml good Rhinoceros dinner
protected-headers/encrypted-signed.eml good Rhinoceros dinner
protected-headers/misplaced-protected-header.eml none Subject Unavailable
protected-headers/nested-rfc822-message.eml none Subject Unavailable
protected-headers/no-protected-header-attribute.eml none Subject Unavailable
protected-headers/protected-header.eml none This is a protected header
protected-headers/protected-with-legacy-display.eml good Interrupting Cow
protected-headers/subjectless-protected-header.eml none -
mangling/mixed-up.eml none Here is the password
LIST
SM_NAME="mixed up: recognised as encrypted" expect_status 0 smcrypt encrypt --to test_suite@notmuchmail.org --status-fd 3 \
  <"$suite/corpora/mangling/mixed-up.eml" 3>"$SM_TMP/status"
same "mixed up: passes" "$OUT" "$suite/corpora/mangling/mixed-up.eml"
like "mixed up: and says so" "$SM_TMP/status" '^\[SM:\] ALREADY_ENCRYPTED'
SM_NAME="to somebody else's key" expect_status 77 smcrypt --batch decrypt <"$suite/corpora/crypto/simple-encrypted"
empty "to somebody else's key: nothing comes out" "$OUT"
SM_NAME="damaged" expect_status 65 smcrypt --batch decrypt <"$suite/corpora/protected-headers/phony-protected-header-bad-encryption.eml"
empty "damaged: nothing comes out" "$OUT"
done_testing
