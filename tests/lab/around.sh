#!/bin/sh
# label: lab
# timeout: 180
# The laboratory seen from outside: nothing of it is there, during or after.
. "${0%/*}/../lib.sh"
need_namespace
PATH=$PATH:/usr/sbin:/sbin
need_command nsd unbound nginx ldns-signzone ldns-keygen openssl python3 ip flock dig
run=$SM_TESTS/lab/run
LAB_CACHE=$SM_TMP/lab # other tests' laboratories are on the usual one
export LAB_CACHE

# What belongs to a laboratory, seen from here: processes in its mount namespace.
inhabitants() { grep -ls " $1/run " /proc/[0-9]*/mountinfo | wc -l; }
none_left() {
  # The kernel needs a moment for the last of them.
  turn=0
  while [ "$(inhabitants "$1")" != 0 ] && [ $turn -lt 50 ]; do
    turn=$((turn + 1))
    sleep 0.1
  done
  is "$2: no process is left" "$(inhabitants "$1")" 0
  is "$2: no mount is left" "$(grep -c " $1/run " /proc/self/mountinfo)" 0
  is "$2: no file is left" "$(ls -A "$1/run")" ""
}

# An ordinary user's comes first: what it has generated root can use too.
if [ "$(id -u)" = 0 ] && as="setpriv --reuid=65534 --regid=65534 --clear-groups" && $as test -r "$run" -a -x "$run" &&
  $as unshare -Urn true 2>/dev/null; then
  mkdir "$LAB_CACHE"
  chown 65534:65534 "$LAB_CACHE"
  chmod 711 "$SM_TMP"
  # shellcheck disable=SC2086
  SM_NAME="an ordinary user's" expect_status 0 $as "$run" sh -c 'dig +short mx.rsa-only.secure.test && cat "$LAB_RUN/servers.log"'
  like "has addresses" "$OUT" '^127\.25\.'
else
  skip "an ordinary user's laboratory" "not as this user, or not in this folder"
fi

cp /etc/resolv.conf "$SM_TMP/resolv.conf"
SM_NAME="it runs, and knows where it is" expect_status 0 "$run" sh -c 'echo $LAB && dig +short mx.ee-spki.secure.test && cat /etc/resolv.conf'
lab=$(sed -n 1p "$OUT")
check "in the cache" test "${lab%/*}" = "$(cd "$LAB_CACHE" && pwd -P)"
like "with its own names" "$OUT" '^127\.25\.'
like "and its own resolver" "$OUT" '^nameserver 127.0.0.53$'
same "resolv.conf is what it was" /etc/resolv.conf "$SM_TMP/resolv.conf"
none_left "$lab" "after"

SM_NAME="the command's status is its own" expect_status 75 "$run" -p dns sh -c 'exit 75'
echo data >"$SM_TMP/input"
SM_NAME="the command has stdin" expect_status 0 "$run" -p dns cat <"$SM_TMP/input"
same "to read" "$OUT" "$SM_TMP/input"
SM_NAME="no command" expect_status 64 "$run"

# Several at once, each with a network of its own.
for one in a b; do
  # shellcheck disable=SC2016
  "$run" -p "dns smtp" sh -c 'echo "$1" >"$LAB_RUN/mine"
    echo "nameserver 127.0.0.53" >"$LAB_RUN/resolv.conf"
    : >"$2/$1.up"
    turn=0
    until [ -e "$2/a.up" ] && [ -e "$2/b.up" ] || [ $((turn += 1)) = 600 ]; do sleep 0.1; done
    echo "$(cat "$LAB_RUN/mine") $(dig +short +tries=6 mx.ee-spki.secure.test | tail -n 1)"' sh $one "$SM_TMP" >"$SM_TMP/$one.out" 2>&1 &
done
wait
for one in a b; do is "two at once: $one" "$(cat "$SM_TMP/$one.out")" "$one 127.25.0.1"; done
none_left "$lab" "after both"

# Killed.
"$run" sh -c ': >"$1/up" && exec sleep 60' sh "$SM_TMP" &
pid=$!
until [ -e "$SM_TMP/up" ] || ! kill -0 $pid 2>/dev/null; do sleep 0.05; done
check "while it runs its processes can be seen" test "$(inhabitants "$lab")" -gt 5
kill -KILL $pid
wait $pid 2>/dev/null
none_left "$lab" "killed"

took() { # took CMD…: and says how long
  began=$(date +%s%N)
  "$@" || return
  echo "# up and down again: $((($(date +%s%N) - began) / 1000000)) ms"
}
check "once more" took "$run" true
is "it was generated once" "$(find "$LAB_CACHE" -name complete)" "$lab/complete"
done_testing
