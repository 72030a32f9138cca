# shellcheck shell=sh
# Stand-ins for the programs that ask the network, for what a real one can't be made to say. own_programs copies the programs under
# test into $SM_TMP/bin, where they look for one another first, and puts that before everything else in PATH.
#
# smwkd: `get -- ADDR` writes $SM_TMP/wkd/ADDR and ends with the status in $SM_TMP/wkd/ADDR.status (0, or 2 without a file) and the code
# of an error in $SM_TMP/wkd/ADDR.code.
# smvks: `get --json -` answers each line from $SM_TMP/vks/QUERY (a certificate, armored) or $SM_TMP/vks/QUERY.json (the members behind
# "query"); what it is given by `upload` is left in $SM_TMP/vks/upload.
# Each writes the words it was given to $SM_TMP/asked, and each query of smvks to $SM_TMP/queries.
own_programs() {
  mkdir -p "$SM_TMP/bin" "$SM_TMP/wkd" "$SM_TMP/vks"
  for sm_program in smkey smcrypt; do cp "$SM_BIN/$sm_program" "$SM_TMP/bin/"; done
  cat >"$SM_TMP/bin/smwkd" <<'SMWKD'
#!/bin/sh
echo "smwkd $*" >>"$SM_TMP/asked"
for address; do :; done
status=2
if [ -e "$SM_TMP/wkd/$address" ]; then status=0; fi
if [ -e "$SM_TMP/wkd/$address.status" ]; then status=$(cat "$SM_TMP/wkd/$address.status"); fi
if [ "$status" = slow ]; then exec sleep 60; fi
if [ "$status" -ge 64 ]; then
  echo "smwkd: error: stand-in ends with $status" >&2
  echo "[SM:] ERROR code=$(cat "$SM_TMP/wkd/$address.code" 2>/dev/null || echo net.stand-in)" >&2
fi
if [ "$status" = 0 ]; then cat "$SM_TMP/wkd/$address"; fi
exit "$status"
SMWKD
  cat >"$SM_TMP/bin/smvks" <<'SMVKS'
#!/bin/sh
echo "smvks $*" >>"$SM_TMP/asked"
document() { jq -cn --arg query "$1" --rawfile file "$2" "{schema: \"smvks.get/1\", query: \$query} + $3"; }
case " $* " in
*" get "*)
  while read -r query; do
    echo "$query" >>"$SM_TMP/queries"
    if [ -e "$SM_TMP/vks/$query" ]; then
      document "$query" "$SM_TMP/vks/$query" '{result: "found", status: 0, certificate: $file}'
    elif [ -e "$SM_TMP/vks/$query.json" ]; then
      document "$query" "$SM_TMP/vks/$query.json" '($file | fromjson)'
    elif [ -e "$SM_TMP/vks/$query.raw" ]; then
      cat "$SM_TMP/vks/$query.raw"
    elif [ -e "$SM_TMP/vks/$query.exit" ]; then
      exit "$(cat "$SM_TMP/vks/$query.exit")"
    else
      document "$query" /dev/null '{result: "absent", status: 2}'
    fi
  done
  ;;
*" upload "*)
  cat >"$SM_TMP/vks/upload"
  cat "$SM_TMP/vks/upload.json"
  ;;
*)
  cat >"$SM_TMP/vks/request"
  cat "$SM_TMP/vks/request.json"
  ;;
esac
SMVKS
  chmod +x "$SM_TMP/bin/smwkd" "$SM_TMP/bin/smvks"
  PATH=$SM_TMP/bin:$PATH
}

# forget_asked · asked: what the stand-ins were asked since, without the options.
forget_asked() { rm -f "$SM_TMP/asked" "$SM_TMP/queries"; }
asked() { sed 's/ -[^ ]*//g' "$SM_TMP/asked" 2>/dev/null | tr '\n' ';'; }

# gone PID: the process has ended, whoever is to bury it.
gone() {
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    case $(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$1/status" 2>/dev/null) in '' | Z) return 0 ;; esac
    sleep 0.1
  done
  return 1
}
