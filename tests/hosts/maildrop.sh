#!/bin/sh
# label: hosts
# timeout: 120
# The recipes of examples/maildrop, run by maildrop.
. "${0%/*}/../lib.sh"
. "${0%/*}/lib-hosts.sh"
need_command maildrop reformail formail
enter
maildrop_setup
# shellcheck disable=SC2034 # for lib-agents.sh
unverifiable=75
. "$SM_TESTS/hosts/lib-agents.sh"
done_testing
