#!/bin/sh
# timeout: 600
# Mail goes to gosop (GopenPGP) and comes from it: every kind of key, operation and mail, in both directions.
. "${0%/*}/../lib.sh"
. "${0%/*}/lib-python.sh"
need_command python3 gpg sq gosop
tap exchange.py gosop "$SM_TMP/exchange"
done_testing
