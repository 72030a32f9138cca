# shellcheck shell=sh
# tap SCRIPT ARG…: runs a Python script of this folder; its TAP becomes results of this one. SCRATCH folders are its own to make.
tap() {
  sm_script=$1
  shift
  sm_tap_status=0
  PYTHONDONTWRITEBYTECODE=1 python3 "$SM_TESTS/interop/$sm_script" "$@" >"$SM_TMP/tap" 2>"$SM_TMP/tap.err" || sm_tap_status=$?
  while IFS= read -r sm_line; do
    case $sm_line in
    "ok "*) ok "${sm_line#ok * - }" ;;
    "not ok "*) not_ok "${sm_line#not ok * - }" ;;
    "1.."*) sm_tap_status=ended ;;
    *) printf '%s\n' "$sm_line" ;;
    esac
  done <"$SM_TMP/tap"
  if [ "$sm_tap_status" != ended ]; then not_ok "$sm_script ends" "status $sm_tap_status" "$(tail -n 20 "$SM_TMP/tap.err")"; fi
}
