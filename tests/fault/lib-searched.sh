# shellcheck shell=sh
# searched SCRIPT WHAT KINDS MORE: runs the Python script, which does every operation with a secret key, for each KEY:PROTECTION of
# KINDS, with SM_FULL=1 of MORE too. What it prints that is no comment is a find.
searched() {
  mkdir "$SM_TMP/bench"
  cd "$SM_TMP/bench" || exit 1
  at_exit 'gpgconf --homedir "$SM_TMP/bench/gnupg" --kill all 2>/dev/null || :'
  kinds=$3
  if [ "${SM_FULL:-0}" = 1 ]; then kinds="$kinds $4"; fi
  for kind in $kinds; do
    python3 -B "$SM_TESTS/fault/$1" "${kind%:*}" "${kind#*:}" >../report 2>&1
    is "$kind: run to the end" "$?" 0
    grep '^#' ../report
    is "$kind: $2" "$(grep -v '^#' ../report)" ""
  done
}
