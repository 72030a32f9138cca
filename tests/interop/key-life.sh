#!/bin/sh
# timeout: 900
# Each operation on a key of each kind: afterwards gpg, sq and ours agree what the key is, and what it is good for.
. "${0%/*}/../lib.sh"
. "${0%/*}/lib-python.sh"
need_command python3 gpg gpgconf sq sqv
tap key_life.py "$SM_TMP/life"
done_testing
