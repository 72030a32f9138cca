#!/bin/sh
# What a process leaves in its memory: each operation with a secret key is stopped where it has called exit_group, and all that it
# could write to is searched for the numbers of every key, in many forms, for passphrases and what is made of them. With SM_FULL=1
# for every kind of key.
# label: slow
# timeout: 600
. "${0%/*}/../lib.sh"
need_command python3 gpg openssl
need_root
if [ "${SM_SANITIZED:-OFF}" = ON ]; then skip_all "sanitizers keep what is given back"; fi
kinds='ed25519:protected nistp256:unprotected'
if [ "${SM_FULL:-0}" = 1 ]; then kinds="ed25519:unprotected $kinds nistp256:protected rsa3072:unprotected rsa3072:protected"; fi
mkdir "$SM_TMP/bench"
cd "$SM_TMP/bench" || exit 1
at_exit 'gpgconf --homedir "$SM_TMP/bench/gnupg" --kill all 2>/dev/null || :'
for kind in $kinds; do
  python3 -B "$SM_TESTS/fault/remains.py" "${kind%:*}" "${kind#*:}" >../report 2>&1
  is "$kind: run to the end" "$?" 0
  grep '^#' ../report
  is "$kind: nothing secret outside locked pages" "$(grep -v '^#' ../report)" ""
done
done_testing
