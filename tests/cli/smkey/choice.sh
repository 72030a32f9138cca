#!/bin/sh
# timeout: 120
# Which key signs and which encrypts: certificates of every kind, ours alone. interop/key-choice asks gpg and sq, too.
. "${0%/*}/../../lib.sh"
. "${0%/*}/../../interop/lib-python.sh"
need_command python3
tap key_choice.py "$SM_TMP/choice"
done_testing
