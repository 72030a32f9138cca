#!/bin/sh
# label: hosts
# timeout: 120
# The recipes of examples/sieve, run by dovecot-lda with Pigeonhole.
. "${0%/*}/../lib.sh"
. "${0%/*}/lib-hosts.sh"
lda=/usr/lib/dovecot/dovecot-lda
if [ ! -x $lda ] || [ ! -e /usr/lib/dovecot/modules/sieve/lib90_sieve_extprograms_plugin.so ]; then refuse "no dovecot-lda with sieve on this machine"; fi
enter
sieve_setup 10s
ln -s home/Maildir box

in_comes() {
  message=$1
  shift
  rm -f box/new/*
  sieve_config "$@"
  sieve_run <"$message"
}
goes_out() {
  rm -rf outbox/*
  sieve_config "$2"
  sieve_run <"$1"
}
# A redirect that sendmail refuses for good leaves the message in the mailbox that it came to.
# shellcheck disable=SC2034 # for lib-agents.sh
refusal=75 signed_for=announce@example.net encrypted_for=bob@example.net
. "$SM_TESTS/hosts/lib-agents.sh"
done_testing
