#!/bin/sh
# label: hosts
# timeout: 120
# The recipes of examples/procmail, run by procmail.
. "${0%/*}/../lib.sh"
. "${0%/*}/lib-hosts.sh"
need_command procmail formail
enter
for name in incoming-verify incoming-at-rest outgoing-sign outgoing-encrypt; do recipe procmail/$name.rc >$name.rc; done
maildir box

# in_comes FILE RECIPE…: as a mail server starts procmail, with these recipes in the order given.
in_comes() {
  message=$1
  shift
  rm -f box/new/*
  echo 'ME=alice@example.org' >procmailrc
  for name; do echo "INCLUDERC=$SM_TMP/$name.rc" >>procmailrc; done
  as_user procmail -t -f bob@example.net "DEFAULT=$SM_TMP/box/" "SM_STORE=$SM_STORE" "TMPDIR=$SM_TMP/tmp" "$SM_TMP/procmailrc" <"$message"
}
goes_out() { # goes_out FILE RECIPE
  rm -rf outbox/*
  as_user procmail -m "SM_STORE=$SM_STORE" "TMPDIR=$SM_TMP/tmp" "$SM_TMP/$2.rc" <"$1"
}

. "$SM_TESTS/hosts/lib-agents.sh"
done_testing
