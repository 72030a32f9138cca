#!/bin/sh
# label: hosts
# timeout: 120
# The recipes of examples/procmail, run by procmail.
. "${0%/*}/../lib.sh"
. "${0%/*}/lib-hosts.sh"
need_command procmail formail
enter
procmail_setup
. "$SM_TESTS/hosts/lib-agents.sh"
done_testing
