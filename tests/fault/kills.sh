#!/bin/sh
# The store when a process dies: each operation that writes it is killed at one of its writes after the other, and the key is what it
# was before, or what it is afterwards. With SM_FULL=1 at every write, with a passphrase and without.
# label: slow
# timeout: 900
. "${0%/*}/../lib.sh"
need_command python3 gpg openssl
if [ "${SM_SANITIZED:-OFF}" = ON ]; then skip_all "sanitizers can't be traced"; fi
kinds=unprotected
if [ "${SM_FULL:-0}" = 1 ]; then kinds="unprotected protected"; fi
cd "$SM_TMP" || exit 1
mkdir 0 1
mkdir -m 700 gnupg0 gnupg1
share() { # share KIND NUMBER: half of the operations, with a processor of its own
  cd "$2" || exit 1
  GNUPGHOME=$SM_TMP/gnupg$2 python3 -B "$SM_TESTS/fault/kills.py" ed25519 "$1" "$2" 2 >"../report$2" 2>&1
  echo "status $?" >>"../report$2"
}
at_exit 'for number in 0 1; do gpgconf --homedir "$SM_TMP/gnupg$number" --kill all 2>/dev/null; done; :'
for kind in $kinds; do
  share "$kind" 0 &
  other=$!
  (share "$kind" 1)
  wait "$other"
  cat report0 report1 >report
  grep '^#' report
  is "$kind: run to the end" "$(grep -c '^status 0$' report)" 2
  is "$kind: the key before or the key after" "$(grep -v -e '^#' -e '^status 0$' report)" ""
  check "$kind: at least 200 kills" test "$(awk '/ kills$/ { sum += $2 } END { print sum }' report)" -ge 200
done
done_testing
