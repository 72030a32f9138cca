#!/bin/sh
# The store when a process dies: each operation that writes it is killed at one of its writes after the other, and the key is what it
# was before, or what it is afterwards. With SM_FULL=1 before and after every write, with a passphrase and without.
# label: slow
# timeout: 900
. "${0%/*}/../lib.sh"
need_command python3 gpg openssl
if [ "${SM_SANITIZED:-OFF}" = ON ]; then skip_all "sanitizers can't be traced"; fi
kinds=unprotected
if [ "${SM_FULL:-0}" = 1 ]; then kinds="unprotected protected"; fi
mkdir "$SM_TMP/bench"
cd "$SM_TMP/bench" || exit 1
for kind in $kinds; do
  python3 -B "$SM_TESTS/fault/kills.py" ed25519 "$kind" >../report 2>&1
  is "$kind: run to the end" "$?" 0
  grep '^#' ../report
  is "$kind: the key before or the key after" "$(grep -v '^#' ../report)" ""
done
done_testing
