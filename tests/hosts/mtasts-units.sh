#!/bin/sh
# label: hosts
# The units of examples/systemd for smmtasts: systemd takes them, says what they let the program do, and what they run is understood.
. "${0%/*}/../lib.sh"
need_command systemd-analyze
cd "$SM_TMP" || exit 1
mkdir units
for unit in smtools-mtasts.socket smtools-mtasts.service smtools-mtasts-refresh.timer smtools-mtasts-refresh.service; do
  sed "s,/usr/local/bin/,$SM_BIN/," "$SM_ROOT/examples/systemd/$unit" >"units/$unit"
done
for unit in units/*; do
  SM_NAME="systemd takes ${unit#units/}" expect_status 0 systemd-analyze verify --man=no "$unit"
  is "without a word" "$(cat "$OUT" "$ERR")" ""
done
for unit in smtools-mtasts.service smtools-mtasts-refresh.service; do
  SM_NAME="the exposure of $unit is at most 1.5 of 10" expect_status 0 systemd-analyze security --no-pager --offline=true --threshold=15 units/$unit
done
# setting UNIT NAME: its values, one a line
setting() { sed -n "s/^$2=//p" "units/$1"; }
for name in User StateDirectory; do
  is "both have the same $name" "$(setting smtools-mtasts.service $name)" "$(setting smtools-mtasts-refresh.service $name)"
done
is "the socket is for Postfix" "$(setting smtools-mtasts.socket SocketMode) $(setting smtools-mtasts.socket SocketGroup)" "0660 postfix"
like "and in its chroot" units/smtools-mtasts.socket '^ListenStream=/var/spool/postfix/'

# As it is started, but for the user: the socket passed, the state and the metrics in their directories.
mkdir -m 700 state
mkdir run
# shellcheck disable=SC2046 # words of a command
STATE_DIRECTORY=$SM_TMP/state systemd-socket-activate -E STATE_DIRECTORY -l "$SM_TMP/socket" \
  $(setting smtools-mtasts.service ExecStart | sed "s,/run/smtools-mtasts,$SM_TMP/run,") >out 2>&1 &
server=$!
at_exit "kill -KILL $server 2>/dev/null"
turn=0
until [ -S socket ] || [ $((turn += 1)) = 200 ]; do sleep 0.05; done
is "it answers" "$(printf '14:x .example.org,' | socat -t 10 - UNIX-CONNECT:socket)" "9:NOTFOUND ,"
kill -TERM $server
wait $server
is "it ends well" $? 0
check "its cache is where the unit says" test -f state/mtasts.sqlite
check "and so are its metrics" test -f run/mtasts.prom
is "which others may read" "$(stat -c %a run/mtasts.prom)" 644
# shellcheck disable=SC2046
SM_NAME="the other is understood too" expect_status 0 env STATE_DIRECTORY="$SM_TMP/state" $(setting smtools-mtasts-refresh.service ExecStart)
is "without a word" "$(cat "$OUT" "$ERR")" ""
done_testing
