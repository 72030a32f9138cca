#!/bin/sh
# What goes out of a process: each operation with a secret key under strace, its writes, arguments and environment searched for the
# numbers of every key, for passphrases and what is made of them; then all files that it leaves. With SM_FULL=1 for every kind.
# label: slow
# timeout: 600
. "${0%/*}/../lib.sh"
. "${0%/*}/lib-searched.sh"
need_command python3 strace gpg openssl
need_root
if [ "${SM_SANITIZED:-OFF}" = ON ]; then skip_all "sanitizers can't be traced"; fi
searched writes.py "nothing secret where it does not belong" 'ed25519:unprotected nistp256:protected' \
  'ed25519:protected nistp256:unprotected rsa3072:unprotected rsa3072:protected'
done_testing
