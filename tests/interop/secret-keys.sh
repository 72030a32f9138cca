#!/bin/sh
# timeout: 600
# Secret keys from gpg and sq, and back to them: ours opens what they export, all agree what it is, and use it crosswise.
. "${0%/*}/../lib.sh"
. "${0%/*}/lib-python.sh"
need_command python3 gpg gpgconf sq
tap secret_keys.py "$SM_TMP/keys"
done_testing
