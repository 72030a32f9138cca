#!/bin/sh
# label: lab
# timeout: 180
# The static librnp without a network: from the cache, or a clear message and the shared one instead.
. "${0%/*}/../lib.sh"
need_command apt-get dpkg-source flock
need_offline
build=$SM_ROOT/libcommon/backend/rnp/build-librnp.sh

if ls -d "$SM_CACHE"/librnp-* >/dev/null 2>&1; then
  # shellcheck disable=SC2086 # a command and its options
  SM_NAME="what is in the cache needs no network" expect_status 0 $SM_OFFLINE "$build"
  check "it names the archive" test -f "$(cat "$OUT")/lib/librnp.a"
  empty "and says nothing" "$ERR"
else
  skip "what is in the cache needs no network" "nothing is in $SM_CACHE"
fi

SM_CACHE=$SM_TMP/cache
# shellcheck disable=SC2086
SM_NAME="with neither, it fails" expect_status 1 $SM_OFFLINE "$build"
empty "with nothing on stdout" "$OUT"
like "and says what is missing" "$ERR" "^-- librnp: Debian's source package rnp can't be fetched"
is "and leaves nothing half done" "$(find "$SM_CACHE" -name 'tmp.*' -o -name 'librnp-*')" ""

# shellcheck disable=SC2086
SM_NAME="cmake goes on" expect_status 0 $SM_OFFLINE cmake -S "$SM_ROOT" -B "$SM_TMP/build" -G Ninja -DSM_RNP=static -DSM_TESTS=OFF
like "with a warning" "$ERR" "SM_RNP=static is not possible here"
like "and the shared library" "$OUT" "^-- RNP: the system's shared library"

# A second build waits for the first and finds its result: here, the lock is held by us.
(
  flock 9
  timeout 1 "$build" >"$SM_TMP/waited" 2>&1
  echo "$?" >"$SM_TMP/status"
) 9>"$SM_CACHE/lock"
is "two builds at once wait for each other" "$(cat "$SM_TMP/status" "$SM_TMP/waited")" 124
done_testing
