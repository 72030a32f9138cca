# shellcheck shell=sh
# Helpers of the test scripts. A script is POSIX sh, prints TAP and looks like this:
#
#   #!/bin/sh
#   # label: interop          fast when absent; also lab, hosts, slow
#   # timeout: 120            seconds, 60 when absent
#   . "${0%/*}/../../lib.sh"
#   need_command gpg
#   expect_status 0 smkey --store "$SM_TMP/s" list
#   is "lists nothing" "$(cat "$OUT")" ""
#   done_testing
#
# What it gets: the programs under test first in PATH; SM_TMP, a directory of its own that goes away at the end; HOME and
# GNUPGHOME inside it; LC_ALL=C; none of the caller's SM_*, XDG_* and similar settings; descriptors and umask as usual.
# Counters live in this shell: feed a check by redirection, never at the end of a pipe, which would be a subshell.
# From ctest also: SM_BUILD, the build tree; SM_RNP, static or system; SM_SANITIZED, ON in asan and cov builds.
# By hand: SM_BIN=build/dev/bin sh tests/cli/smkey/x.sh   (SM_KEEP=1 leaves SM_TMP behind)

SM_TESTS=$(d=${0%/*} && [ "$d" != "$0" ] || d=.; cd "$d" && while [ ! -f lib.sh ] && [ "$PWD" != / ]; do cd ..; done; pwd -P)
SM_ROOT=${SM_TESTS%/*}
SM_BIN=$(cd "${SM_BIN:-$SM_ROOT/build/dev/bin}" 2>/dev/null && pwd -P) || { echo "Bail out! no programs: set SM_BIN"; exit 99; }
SM_SUITES=${SM_SUITES:-$SM_ROOT/../shared/suites}
SM_CACHE=${SM_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/smtools} # the static librnp, built once
SM_TMP=$(mktemp -d "${TMPDIR:-/tmp}/sm.XXXXXX") || exit 99
OUT=$SM_TMP/out # stdout and stderr of the last expect_status
ERR=$SM_TMP/err

unset SM_STORE SM_CONFIG PGP_CERT_D XDG_DATA_HOME XDG_CONFIG_HOME XDG_CACHE_HOME XDG_RUNTIME_DIR CREDENTIALS_DIRECTORY \
  NO_COLOR GPG_TTY GPG_AGENT_INFO DISPLAY LANG LANGUAGE EMAIL BOTAN_MLOCK_POOL_SIZE
HOME=$SM_TMP/home GNUPGHOME=$SM_TMP/gnupg LC_ALL=C TZ=UTC PATH=$SM_BIN:$PATH
export SM_TESTS SM_ROOT SM_BIN SM_SUITES SM_CACHE SM_TMP HOME GNUPGHOME LC_ALL TZ PATH
mkdir -m 700 "$HOME" "$GNUPGHOME"
umask 022

sm_count=0 sm_failed=0 sm_done=no sm_cleanup=:

sm_exit() {
  sm_status=$?
  trap - EXIT
  eval "$sm_cleanup"
  if [ -n "$(ls -A "$GNUPGHOME" 2>/dev/null)" ]; then gpgconf --kill all >/dev/null 2>&1; fi
  if [ -n "${SM_KEEP:-}" ]; then echo "# kept $SM_TMP"; else
    chmod -R u+rwX "$SM_TMP" 2>/dev/null
    rm -rf "$SM_TMP"
  fi
  if [ $sm_done = no ]; then
    echo "not ok $((sm_count + 1)) - the script ended early with status $sm_status"
    exit 1
  fi
  exit "$sm_status"
}
trap sm_exit EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# at_exit 'kill $pid': runs before SM_TMP goes away, the latest first.
at_exit() { sm_cleanup="$1; $sm_cleanup"; }

# ok NAME · not_ok NAME [TEXT…]: one result; the texts are printed as comments.
ok() {
  sm_count=$((sm_count + 1))
  echo "ok $sm_count - $1"
}
not_ok() {
  sm_count=$((sm_count + 1)) sm_failed=$((sm_failed + 1))
  echo "not ok $sm_count - $1"
  shift
  for sm_text; do printf '%s\n' "$sm_text" | sed 's/^/#   /'; done
}

# check NAME CMD…: the command answers 0. A function or `!` works through: check "absent" test ! -e x
check() {
  sm_name=$1
  shift
  if "$@"; then ok "$sm_name"; else not_ok "$sm_name" "status $? of: $*"; fi
}

# is NAME GOT WANT
is() { if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "got:  $2" "want: $3"; fi; }

# like NAME FILE REGEX · unlike NAME FILE REGEX: some line of the file matches (grep -E), or none does.
like() {
  if grep -Eq -e "$3" "$2"; then ok "$1"; else not_ok "$1" "no line like: $3" "$(head -n 40 "$2")"; fi
}
unlike() {
  if grep -Eq -e "$3" "$2"; then not_ok "$1" "a line like: $3" "$(grep -E -e "$3" "$2" | head)"; else ok "$1"; fi
}

# same NAME GOT-FILE WANT-FILE: byte for byte. empty NAME FILE: there, and without a byte.
same() { if sm_diff=$(cmp "$2" "$3" 2>&1); then ok "$1"; else not_ok "$1" "$sm_diff"; fi; }
empty() {
  if [ -e "$2" ] && [ ! -s "$2" ]; then ok "$1"; else not_ok "$1" "not empty: $2" "$(head -c 400 "$2")"; fi
}

# expect_status N CMD…: runs it with stdout in $OUT and stderr in $ERR; stdin as redirected by the caller.
# SM_NAME="what holds" expect_status … names the result; otherwise the command line does.
expect_status() {
  sm_want=$1
  shift
  sm_name=${SM_NAME:-"status $sm_want: $*"}
  SM_NAME=
  sm_got=0
  "$@" >"$OUT" 2>"$ERR" || sm_got=$?
  if [ "$sm_got" = "$sm_want" ]; then ok "$sm_name"; else
    not_ok "$sm_name" "status $sm_got, not $sm_want, of: $*" "stdout: $(head -c 400 "$OUT" | tr -d '\000')" "stderr: $(head -n 20 "$ERR")"
  fi
}

# skip NAME WHY: one check that can't be made here, counted. skip_all WHY ends the script as skipped.
skip() {
  sm_count=$((sm_count + 1))
  echo "ok $sm_count - $1 # SKIP $2"
}
skip_all() {
  if [ "$sm_count" = 0 ]; then echo "1..0 # SKIP $1"; else echo "# skipped from here: $1"; fi
  sm_done=yes
  exit 77
}

# refuse WHY: what can be had on a test machine is missing: a skip, but with SM_NO_SKIP=1 a failure.
refuse() {
  if [ "${SM_NO_SKIP:-0}" != 1 ]; then skip_all "$1"; fi
  not_ok "$1"
  done_testing
}

# skip_suites [FOLDER…]: conformance data that others made lies in $SM_SUITES; absent, the script is skipped and never fails.
skip_suites() {
  if [ ! -d "$SM_SUITES" ]; then skip_all "no conformance suites at \$SM_SUITES"; fi
  for sm_folder; do if [ ! -d "$SM_SUITES/$sm_folder" ]; then skip_all "no suite $sm_folder"; fi; done
}

# need_command CMD…: peers and tools the script can't do without.
need_command() {
  for sm_cmd; do if ! command -v "$sm_cmd" >/dev/null 2>&1; then refuse "no $sm_cmd on this machine"; fi; done
}

# need_namespace: network, mount and process namespaces of one's own. Leaves in $SM_UNSHARE the command that enters them
# (unquoted: $SM_UNSHARE sh -c …). need_root: to become another user, to mount.
need_namespace() {
  SM_UNSHARE="unshare -nmpf --mount-proc --kill-child"
  if [ "$(id -u)" != 0 ]; then SM_UNSHARE="unshare -Urnmpf --mount-proc --kill-child"; fi
  if ! $SM_UNSHARE true 2>/dev/null; then refuse "namespaces are refused here"; fi
}
# need_offline: a command in $SM_OFFLINE that runs another without a network; possible in a chroot, unlike the above.
need_offline() {
  SM_OFFLINE="unshare -n"
  if [ "$(id -u)" != 0 ]; then SM_OFFLINE="unshare -rn"; fi
  if ! $SM_OFFLINE true 2>/dev/null; then refuse "namespaces are refused here"; fi
}
# own_keyrings [users], before anything else: the rest of the script runs in a user namespace, where user keyrings are others than
# those of whoever runs the test, and in a session keyring of its own, and is root there: the only user, or with "users" (from root
# only) one of all there are. Nothing is left behind.
own_keyrings() {
  if [ "${SM_OWN_KEYRINGS:-}" = yes ]; then return 0; fi
  need_command keyctl unshare
  if ! unshare -Ur true 2>/dev/null; then refuse "user namespaces are refused here"; fi
  SM_OWN_KEYRINGS=yes
  export SM_OWN_KEYRINGS
  if [ "${1:-}" != users ]; then
    trap - EXIT
    rm -rf "$SM_TMP"
    exec unshare -Ur keyctl session - sh "$0"
  fi
  need_root
  mkfifo "$SM_TMP/inside" "$SM_TMP/mapped"
  # shellcheck disable=SC2016 # for the shell inside
  unshare -U sh -c 'echo >"$1/inside"; read -r _ <"$1/mapped"; exec keyctl session - sh "$2"' sh "$SM_TMP" "$0" &
  read -r _ <"$SM_TMP/inside"
  for sm_map in uid_map gid_map; do echo 0 0 65536 >"/proc/$!/$sm_map"; done
  echo >"$SM_TMP/mapped"
  wait $!
  sm_status=$?
  sm_done=yes
  exit $sm_status
}
need_root() { if [ "$(id -u)" != 0 ]; then refuse "needs root"; fi; }

# done_testing: the last line of a script.
done_testing() {
  echo "1..$sm_count"
  sm_done=yes
  if [ "$sm_count" = 0 ]; then echo "# no check was made"; exit 1; fi
  if [ "$sm_failed" != 0 ]; then exit 1; fi
  exit 0
}
