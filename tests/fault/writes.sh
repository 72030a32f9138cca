#!/bin/sh
# What goes out of a process: each operation with a secret key under strace, its writes, arguments and environment searched for the
# numbers of every key, for passphrases and what is made of them; then all files that it leaves. With SM_FULL=1 for every kind.
# label: slow
# timeout: 600
. "${0%/*}/../lib.sh"
need_command python3 strace gpg openssl
need_root
if [ "${SM_SANITIZED:-OFF}" = ON ]; then skip_all "sanitizers can't be traced"; fi
kinds='ed25519:unprotected nistp256:protected'
if [ "${SM_FULL:-0}" = 1 ]; then kinds="$kinds ed25519:protected nistp256:unprotected rsa3072:unprotected rsa3072:protected"; fi
mkdir "$SM_TMP/bench"
cd "$SM_TMP/bench" || exit 1
at_exit 'gpgconf --homedir "$SM_TMP/bench/gnupg" --kill all 2>/dev/null || :'
for kind in $kinds; do
  python3 -B "$SM_TESTS/fault/writes.py" "${kind%:*}" "${kind#*:}" >../report 2>&1
  is "$kind: run to the end" "$?" 0
  grep '^#' ../report
  is "$kind: nothing secret where it does not belong" "$(grep -v '^#' ../report)" ""
done
done_testing
