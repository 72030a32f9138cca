#!/bin/sh
# label: fast
# --help of every program and command answers 0, on stdout, within 80 columns.
. "${0%/*}/../lib.sh"
widest() { LC_ALL=C.UTF-8 wc -L <"$1"; }
for folder in "$SM_ROOT"/tools/*/; do
  program=$(basename "$folder")
  "$program" --print-options | cut -f 1 | sort -u | grep . >"$SM_TMP/commands"
  check "$program has commands" test -s "$SM_TMP/commands"
  echo >>"$SM_TMP/commands"
  while read -r command; do
    # shellcheck disable=SC2086 # "uid add" is two words
    expect_status 0 "$program" $command --help </dev/null
    check "$program $command --help fits 80 columns" test "$(widest "$OUT")" -le 80
    check "$program $command --help says something" test -s "$OUT"
    empty "$program $command --help is silent on stderr" "$ERR"
  done <"$SM_TMP/commands"
done
done_testing
