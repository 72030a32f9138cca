#!/bin/sh
# timeout: 120
# Every example in the README and the manual pages runs, in order, each document on a machine of its own, answers 0, and prints
# what the page shows. Those that build or install are run by quickstart.sh.
. "${0%/*}/../lib.sh"
# In keyrings of its own, or, in a chroot, those of a user who has nothing in them.
if unshare -Ur true 2>/dev/null; then own_keyrings; fi
. "${0%/*}/lib-examples.sh"
need_command gpg jq

# A fingerprint of fiction, as the pages print it; where an example types it, the real one takes its place.
example=9C8D7E6F5D4E0A8C5B0E8F9C7A6B5C4D3E2F1A0B

for document in "$SM_ROOT/README.md" "$SM_ROOT"/man/*; do
  name=${document##*/}
  here=$SM_TMP/$name
  mkdir "$here"
  machine "$here"
  if ! grep -q "smkey.* generate.*'Alice " "$document"; then
    alice "$here"
    answers "$here"
  fi
  blocks "$document" "$here/block"
  for block in "$here"/block.??*; do
    case $block in
    *.file)
      file=$(sed -n '1s/^# ~/home/p' "$block")
      mkdir -p "$here/${file%/*}"
      cp "$block" "$here/$file"
      continue
      ;;
    *.shown) continue ;;
    esac
    if grep -qE '^(\./|cmake )' "$block"; then continue; fi
    sed "s/$example/$(cat "$SM_TMP/bob-new")/" "$block" >"$here/script"
    SM_NAME="$name: $(head -n 1 "$block")" expect_status 0 \
      env PATH="$here/bin:$PATH" sh -c 'cd "$1" && exec sh -e script 2>&1' sh "$here" </dev/null
    if [ -e "$block.shown" ]; then check "$name: it prints what is shown" shows "$OUT" "$block.shown"; fi
    answers "$here"
  done
  check "$name has examples" test -e "$here/script"
  if grep -q '^[^.].*sendmail' "$here"/block.??; then
    check "$name: sendmail got a message" grep -q '^From: ' "$here/outbox"
    check "$name: and its arguments" grep -qx -e '-i -t' "$here/outbox.arguments"
  fi
done
done_testing
