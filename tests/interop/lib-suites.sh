# shellcheck shell=sh
# Helpers for the suites in $SM_SUITES.

# decrypts NAME FILE VERDICT [OPTION…]: status 0, the verdict about what is inside; the message stays in $OUT, the status lines
# in $SM_TMP/status.
decrypts() {
  sm_what=$1 sm_file=$2 sm_verdict=$3
  shift 3
  SM_NAME="$sm_what is decrypted" expect_status 0 decrypt_with_status "$@" <"$sm_file"
  like "$sm_what: verdict $sm_verdict" "$SM_TMP/status" "^\[SM:\] VERDICT .*verdict=$sm_verdict( |\$)"
}
decrypt_with_status() { smcrypt --batch decrypt --status-fd 3 "$@" 3>"$SM_TMP/status"; }

# verdict NAME FILE VERDICT: what smsign verify says, its status, and that verify --annotate says the same.
verdict() {
  case $3 in
  good) sm_expected=0 ;;
  none | unknown-key) sm_expected=2 ;;
  error) sm_expected=65 ;;
  *) sm_expected=1 ;;
  esac
  SM_NAME="$1: status $sm_expected" expect_status $sm_expected smsign verify <"$2"
  is "$1: verdict $3" "$(head -n 1 "$OUT")" "$3"
  if ! smsign verify --help | grep -q -e --annotate; then
    echo "# smsign verify has no --annotate: not looked at"
    return
  fi
  smsign verify --annotate <"$2" >"$SM_TMP/annotated" 2>"$SM_TMP/annotated.err"
  is "$1: annotated" "$(grep -ac "^SM-Verdict: $3\\b" "$SM_TMP/annotated")" 1
}

# never_good NAME FILE: whatever it is, neither program says good.
never_good() {
  sm_status=0
  smsign verify <"$2" >"$OUT" 2>"$ERR" || sm_status=$?
  sm_said=$(head -n 1 "$OUT")
  case $sm_status in
  1 | 2 | 65) ok "$1 is not good but ${sm_said:-an error}" ;;
  *) not_ok "$1 is not good" "status $sm_status" "$(head -n 5 "$OUT")" "$(head -n 5 "$ERR")" ;;
  esac
  smcrypt --batch decrypt --status-fd 3 <"$2" >"$OUT" 2>"$ERR" 3>"$SM_TMP/status" || :
  unlike "$1: decrypt does not say good" "$SM_TMP/status" 'verdict=good'
}

# body FILE: behind the first blank line. content FILE: the Content-* fields of the header, unfolded, white space made one.
body() { awk 'past { print; next } /^\r?$/ { past = 1 }' "$1"; }
content() {
  awk '/^\r?$/ { exit }
       /^[ \t]/ { field = field $0; next }
       { if (field) print field; field = $0 }
       END { if (field) print field }' "$1" | tr -d '\r' | tr -s ' \t' '  ' | grep -i '^content-'
}

# outer FILE: the header without Content-* and MIME-Version, as it stands.
outer() {
  awk '/^\r?$/ { exit }
       !/^[ \t]/ { skip = tolower($0) ~ /^(content-|mime-version)/ }
       !skip' "$1"
}
