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
. "$SM_TESTS/hosts/lib-agents.sh"
done_testing
