#!/bin/sh
# timeout: 300
# Which key of a certificate signs and which encrypts: ours, gpg and sq on the same certificates, and why they differ where they do.
. "${0%/*}/../lib.sh"
. "${0%/*}/lib-python.sh"
need_command python3 gpg sq
tap key_choice.py "$SM_TMP/choice" gpg sq
done_testing
