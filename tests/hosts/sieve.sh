#!/bin/sh
# label: hosts
# timeout: 120
# The recipes of examples/sieve, run by dovecot-lda with Pigeonhole.
. "${0%/*}/../lib.sh"
. "${0%/*}/lib-hosts.sh"
need_sieve
enter
sieve_setup
# A redirect that sendmail refuses for good leaves the message in the mailbox that it came to.
# shellcheck disable=SC2034 # for lib-agents.sh
refusal=75 signed_for=announce@example.net encrypted_for=bob@example.net
as_it_came() { grep -q forged "$1"; }
. "$SM_TESTS/hosts/lib-agents.sh"

# A user's own script behind ours that fails at run time: Dovecot then stores the message as it came. At rest there is none behind.
printf 'require "fileinto";\nfileinto "absent";\n' >user.sieve
printf 'plugin {\n  sieve = %s\n}\n' "$SM_TMP/user.sieve" >>smtools.conf
SM_NAME="incoming-at-rest, a user's script fails" expect_status 0 in_comes in.eml incoming-at-rest
only "incoming-at-rest, a user's script fails" "$(delivered)" at_rest
SM_NAME="incoming-verify, a user's script fails" expect_status 0 in_comes in.eml incoming-verify
only "which the recipe warns of" "$(delivered)" as_it_came
done_testing
