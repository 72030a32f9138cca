#!/bin/sh
# What a process leaves in its memory: each operation with a secret key is stopped where it has called exit_group, and all that it
# could write to is searched for the numbers of every key, in many forms, for passphrases and what is made of them. With SM_FULL=1
# for every kind of key.
# label: slow
# timeout: 600
. "${0%/*}/../lib.sh"
. "${0%/*}/lib-searched.sh"
need_command python3 gpg openssl
need_root
if [ "${SM_SANITIZED:-OFF}" = ON ]; then skip_all "sanitizers keep what is given back"; fi
searched remains.py "nothing secret outside locked pages" 'ed25519:protected nistp256:unprotected' \
  'ed25519:unprotected nistp256:protected rsa3072:unprotected rsa3072:protected'
done_testing
