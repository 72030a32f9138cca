#!/bin/sh
# timeout: 120
# Every example in the README and the manual pages runs, in order, each document on a machine of its own, and answers 0. Those
# that build or install are run by quickstart.sh.
. "${0%/*}/../lib.sh"
. "${0%/*}/lib-examples.sh"

for document in "$SM_ROOT/README.md" "$SM_ROOT"/man/*; do
  name=${document##*/}
  here=$SM_TMP/$name
  mkdir "$here"
  machine "$here"
  blocks "$document" "$here/block"
  check "$name has examples" test -e "$here/block.01"
  for block in "$here"/block.*; do
    if [ ! -e "$block" ] || grep -qE '^(\./|cmake )' "$block"; then continue; fi
    # shellcheck disable=SC2016 # the inner shell expands them
    SM_NAME="$name: $(head -n 1 "$block")" expect_status 0 env PATH="$here/bin:$PATH" sh -c 'cd "$1" && sh -e "$2"' sh "$here" "$block" </dev/null
    answers "$here"
  done
  if [ -e "$here/outbox" ]; then check "$name: what sendmail got is a message" grep -q '^From: ' "$here/outbox"; fi
done
done_testing
