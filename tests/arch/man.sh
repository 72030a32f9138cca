#!/bin/sh
. "${0%/*}/../lib.sh"
need_command mandoc
cd "$SM_ROOT/man" || exit 1
for page in *; do
  # A reference to another of our pages is found here, not among the installed ones.
  mandoc -T lint "$page" 2>&1 | while read -r line; do
    case $line in
    *"referenced manual not found: Xr "*)
      reference=${line##*: Xr }
      name=${reference% *}
      if [ ! -f "$name.${reference#* }" ]; then echo "$line"; fi
      ;;
    *) echo "$line" ;;
    esac
  done >"$SM_TMP/found"
  is "$page" "$(cat "$SM_TMP/found")" ""
done
for program in "$SM_ROOT"/tools/*/; do
  program=${program%/}
  check "${program##*/}(1) exists" test -f "${program##*/}.1"
done
done_testing
