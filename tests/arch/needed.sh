#!/bin/sh
# label: fast
# A program loads the C and C++ run time and what its needed.txt names, no less and no more: "system: librnp" holds with
# SM_RNP=system, "static: …" with static, a bare name with both. With static the C++ run time is inside.
. "${0%/*}/../lib.sh"
need_command readelf
if [ "$SM_SANITIZED" = ON ]; then skip_all "instrumented programs ignore --as-needed"; fi
for list in "$SM_ROOT"/tools/*/needed.txt; do
  program=${list%/needed.txt}
  program=${program##*/}
  { sed -n "s/#.*//; s/^$SM_RNP: *//p" "$list"; grep -vE '^(#|[a-z]+:|$)' "$list"; } | sort -u >"$SM_TMP/want"
  runtime='lib(c|m)|ld-linux.*'
  if [ "$SM_RNP" = system ]; then runtime="$runtime|libstdc\+\+|libgcc_s"; fi
  readelf -d "$SM_BIN/$program" | sed -n 's/.*(NEEDED).*\[\(.*\)\.so.*/\1/p' | grep -vxE "$runtime" | sort >"$SM_TMP/got"
  is "$program ($SM_RNP)" "$(cat "$SM_TMP/got")" "$(cat "$SM_TMP/want")"
done
# A program without a list would go unseen.
for folder in "$SM_ROOT"/tools/*/; do check "${folder#"$SM_ROOT"/} declares what it needs" test -f "$folder/needed.txt"; done
done_testing
