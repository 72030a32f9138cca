#!/bin/sh
# timeout: 300
# Hard MIME of other people's suites: no command dies, each keeps to its statuses and its form of diagnostics, and what is not
# encrypted comes back byte for byte.
. "${0%/*}/../lib.sh"
. "${0%/*}/lib-python.sh"
skip_suites torture python-email gmime stalwart-crypto notmuch johnny memoryhole protected-headers
need_command python3
export SM_STORE="$SM_TMP/store"
expect_status 0 smkey generate --no-passphrase "Zoe <zoe@example.org>"
tap hard_mime.py zoe@example.org "$(cat "$OUT")"
done_testing
