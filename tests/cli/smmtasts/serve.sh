#!/bin/sh
# smmtasts serve: where it listens, what it says there, signals, sockets that are passed, metrics. No network: the DNS does not answer.
. "${0%/*}/../../lib.sh"
need_command socat systemd-socket-activate python3
cd "$SM_TMP" || exit 1
network="--resolver 127.0.0.1@1 --dnssec resolver"
until_true() {
  turn=0
  until "$@"; do
    turn=$((turn + 1))
    if [ $turn = 200 ]; then return 1; fi
    sleep 0.05
  done
}
serve() { # serve OPTION…: in the background
  # shellcheck disable=SC2086
  smmtasts serve $network --cache "$SM_TMP/cache/mtasts.sqlite" "$@" >>serve.out 2>&1 &
  server=$!
  at_exit "kill -KILL $server 2>/dev/null"
}
ask() { printf '%s' "$1" | socat -t 20 - "UNIX-CONNECT:${2:-socket}"; }
ended() { kill "-$1" $server && wait $server; }

SM_NAME="no socket" expect_status 64 smmtasts serve
like "is asked for" "$ERR" '^smmtasts: error: serve needs --socket$'
for where in socket unix: inet:127.0.0.1 inet:0.0.0.0:8461 inet:192.0.2.1:8461 'inet:[::]:8461' inet:localhost:8461 inet:127.0.0.1:99999; do
  SM_NAME="not at $where" expect_status 64 smmtasts serve --socket "$where"
done
like "with a word about it" "$ERR" 'is no place to listen at'
SM_NAME="a path too long" expect_status 64 smmtasts serve --socket "unix:$SM_TMP/$(printf '%0100d' 0)"
SM_NAME="it prints nothing" expect_status 64 smmtasts serve --json --socket unix:socket
SM_NAME="it has no end" expect_status 64 smmtasts serve --timeout 9 --socket unix:socket
echo text >file
# shellcheck disable=SC2086
SM_NAME="a file is not replaced" expect_status 78 smmtasts serve $network --cache "$SM_TMP/cache/mtasts.sqlite" --socket unix:file
is "and stays" "$(cat file)" text
SM_NAME="no such folder" expect_status 75 smmtasts serve --socket unix:nowhere/socket
# shellcheck disable=SC2086
SM_NAME="metrics that can't be written" expect_status 75 smmtasts serve $network --cache "$SM_TMP/cache/mtasts.sqlite" --socket unix:socket --metrics nowhere/metrics
check "leave no socket" test ! -e socket

serve --socket unix:socket --metrics metrics
check "it starts" until_true test -e metrics
is "its socket is for owner and group" "$(stat -c '%a' socket)" 660
# shellcheck disable=SC2086
SM_NAME="a second one there" expect_status 75 smmtasts serve $network --cache "$SM_TMP/cache/mtasts.sqlite" --socket unix:socket
is "does not take it" "$(ask '14:x .example.org,')" "9:NOTFOUND ,"
is "several at once, in their order" "$(ask '14:x .example.org,13:x [192.0.2.1],7:nothing,')" "9:NOTFOUND ,9:NOTFOUND ,42:PERM a request is a map, a space and a key,"
is "the map's name is its user's" "$(ask '8:any .org,')" "9:NOTFOUND ,"
case $(ask '13:x example.org,') in [0-9]*:TEMP\ *) ok "a DNS that does not answer is for later" ;; *) not_ok "a DNS that does not answer is for later" "$(ask '13:x example.org,')" ;; esac
for bytes in '07:x a.org,' '10001:x' 'x' '7:x a.org;' 'GET / HTTP/1.0'; do
  is "closed without an answer: $bytes" "$(ask "14:x .example.org,$bytes")" "9:NOTFOUND ,"
done
like "and a line says so" serve.out '^smmtasts: warning: a connection is closed: '
like "as does what is not known" serve.out '^smmtasts: warning: example\.org: nothing is known, and mail waits: '
kill -HUP $server
case $(ask '13:x example.org,') in [0-9]*:TEMP\ *) ok "reloaded, it goes on" ;; *) not_ok "reloaded, it goes on" ;; esac
SM_NAME="TERM ends it well" expect_status 0 ended TERM
check "its socket is gone" test ! -e socket
like "metrics count requests by result" metrics '^smmtasts_requests_total\{result="notfound"\} [1-9]'
like "what was for later" metrics '^smmtasts_requests_total\{result="temp"\} 2$'
like "what was none" metrics '^smmtasts_requests_total\{result="perm"\} 1$'
like "connections that were closed" metrics '^smmtasts_connections_closed_total\{reason="protocol"\} 5$'
like "failures by their code" metrics '^smmtasts_failures_total\{code="[a-z.-]+"\} [1-9]'
like "reloads" metrics '^smmtasts_reloads_total 1$'
unlike "and name no domain" metrics 'example'
is "no line is anything but Prometheus' text" "$(grep -cvE '^(# (HELP|TYPE) smmtasts_[a-z_]+ .+|smmtasts_[a-z_]+(\{[a-z]+="[^"]*"\})? [0-9.e+-]+)$' metrics)" 0

serve --socket unix:socket
until_true test -S socket
kill -KILL $server
wait $server 2>/dev/null
check "killed, it leaves its socket" test -S socket
serve --socket unix:socket
check "which the next one replaces" until_true sh -c 'echo | socat -u - UNIX-CONNECT:socket 2>/dev/null'
is "and answers at" "$(ask '14:x .example.org,')" "9:NOTFOUND ,"
SM_NAME="INT ends it too" expect_status 0 ended INT

# A port, on loopback.
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
serve --socket "inet:127.0.0.1:$port"
tcp() { printf '14:x .example.org,' | socat -t 20 - "TCP:127.0.0.1:$port" 2>/dev/null; }
is_up() { [ "$(tcp)" = "9:NOTFOUND ," ]; }
check "on a port of loopback" until_true is_up
ended TERM

# systemd: the socket is there before us and after us, and is told what we do.
socat -u "UNIX-RECV:$SM_TMP/notify" CREATE:notified &
notified=$!
until_true test -S notify
# shellcheck disable=SC2086
NOTIFY_SOCKET=$SM_TMP/notify systemd-socket-activate -E NOTIFY_SOCKET -l "$SM_TMP/passed" smmtasts serve $network --cache "$SM_TMP/cache/mtasts.sqlite" >passed.out 2>&1 &
server=$!
at_exit "kill -KILL $server 2>/dev/null"
until_true test -S passed
is "a socket that was passed" "$(ask '14:x .example.org,' passed)" "9:NOTFOUND ,"
SM_NAME="TERM ends that too" expect_status 0 ended TERM
check "it stays for the next one" test -S passed
kill $notified
is "systemd has heard all" "$(cat notified)" "READY=1STOPPING=1"
# shellcheck disable=SC2086,SC2016
SM_NAME="--socket beside it" expect_status 64 sh -c 'LISTEN_FDS=1 LISTEN_PID=$$ && export LISTEN_FDS LISTEN_PID && exec 3<&0 smmtasts serve --socket unix:socket' </dev/null
SM_NAME="what is passed and is no socket" expect_status 78 sh -c 'LISTEN_FDS=1 LISTEN_PID=$$ && export LISTEN_FDS LISTEN_PID && exec 3<&0 smmtasts serve' </dev/null
done_testing
