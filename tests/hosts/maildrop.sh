#!/bin/sh
# label: hosts
# timeout: 120
# The recipes of examples/maildrop, run by maildrop.
. "${0%/*}/../lib.sh"
. "${0%/*}/lib-hosts.sh"
need_command maildrop reformail formail
enter
for name in incoming-verify incoming-at-rest outgoing-sign outgoing-encrypt; do
  recipe maildrop/$name.mailfilter >$name.mailfilter
  chmod 600 $name.mailfilter
done
maildir box

in_comes() {
  message=$1
  shift
  rm -f box/new/*
  echo 'ME="alice@example.org"' >mailfilter
  for name; do echo "include \"$SM_TMP/$name.mailfilter\"" >>mailfilter; done
  echo "to \"$SM_TMP/box\"" >>mailfilter
  chmod 600 mailfilter
  as_user maildrop "$SM_TMP/mailfilter" <"$message"
}
goes_out() {
  rm -rf outbox/*
  as_user maildrop "$SM_TMP/$2.mailfilter" <"$1"
}
# shellcheck disable=SC2034 # for lib-agents.sh
unverifiable=75

. "$SM_TESTS/hosts/lib-agents.sh"
done_testing
