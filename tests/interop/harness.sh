#!/bin/sh
# label: fast
# The judge of the exchange finds fault with each thing that RFC 3156 forbids: a mail of ours is taken as it is and refused with
# one change.
. "${0%/*}/../lib.sh"
. "${0%/*}/lib-python.sh"
need_command python3
export SM_STORE="$SM_TMP/store"
expect_status 0 smkey generate --no-passphrase "Zoe <zoe@example.org>"
tap harness.py zoe@example.org
done_testing
