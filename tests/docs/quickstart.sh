#!/bin/sh
# label: slow
# timeout: 1200
# The README's commands that build and install, here, where most may be built already, and that they need no network a second time.
. "${0%/*}/../lib.sh"
. "${0%/*}/lib-examples.sh"
cd "$SM_ROOT" || exit 1
blocks README.md "$SM_TMP/block"
export DESTDIR="$SM_TMP/root"
for block in "$SM_TMP"/block.*; do
  if ! grep -qE '^(\./|cmake )' "$block"; then continue; fi
  SM_NAME="README.md: $(cat "$block")" expect_status 0 sh -e "$block"
  if grep -q quickstart "$block"; then
    like "the mail is good" "$OUT" '^\[SM:\] VERDICT verdict=good '
    like "its attachment is the same" "$OUT" '^same$'
    like "what was changed is refused" "$OUT" '^status 65$'
    like "a TLSA record is made" "$OUT" '^_25\._tcp\.mx\.example\.org\. 3600 IN TLSA 3 1 1 [0-9a-f]{64}$'
  fi
done
for program in smkey smsign smcrypt smvault smdane smwkd smvks smmtasts; do
  check "$program is installed" test -x "$DESTDIR/usr/local/bin/$program"
  check "its page too" test -f "$DESTDIR/usr/local/share/man/man1/$program.1"
  check "its completion too" test -f "$DESTDIR/usr/local/share/bash-completion/completions/$program"
done
unset DESTDIR
need_offline
# shellcheck disable=SC2086 # a command and its options
SM_NAME="a second time without the network" expect_status 0 $SM_OFFLINE ./examples/quickstart.sh
done_testing
