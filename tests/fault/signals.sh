#!/bin/sh
# TERM, INT and HUP while a message is held back, while it is written to a file, and while a command gets it: nothing of it
# comes out, no file is left. And --timeout, which ends a run the same way.
# timeout: 120
. "${0%/*}/../lib.sh"
need_command python3
cd "$SM_TMP" || exit 1
SM_STORE=$SM_TMP/store
export SM_STORE
smkey generate --no-passphrase 'Alice <alice@example.org>' >/dev/null
mkdir spool
head -c 4000000 /dev/zero | tr '\0' 'x' | fold -w 70 >text
{ printf 'From: Alice <alice@example.org>\nTo: alice@example.org\nSubject: test\n\n'; cat text; } >plain.eml
smsign sign <plain.eml >signed.eml
smcrypt encrypt --sign --to alice@example.org <plain.eml >encrypted.eml

ends() { # ends SIGNAL NUMBER FILE WORD…
  name=$1 number=$2 file=$3
  shift 3
  is "$name: $*" "$(TMPDIR=$SM_TMP/spool python3 "$SM_TESTS/fault/killed.py" "$name" "$file" "$@" 2>&1)" "signal $number 0"
}
for signal in 'TERM 15' 'INT 2' 'HUP 1'; do
  # shellcheck disable=SC2086 # two words
  {
    ends $signal plain.eml smsign sign
    ends $signal signed.eml smsign verify
    ends $signal plain.eml smcrypt encrypt --to alice@example.org
    ends $signal plain.eml smcrypt encrypt --sign --to alice@example.org
    ends $signal encrypted.eml smcrypt decrypt
    ends $signal encrypted.eml smcrypt decrypt -o result
    ends $signal encrypted.eml smcrypt decrypt -- sh -c 'cat >result'
  }
  check "no result" test ! -e result
done
is "no file is left" "$(ls -A spool)" ""

# While the result goes into a file: whole, or as it was.
mkdir results
echo old >results/out
smcrypt decrypt <encrypted.eml >want
for turn in 1 2 3 4 5 6 7 8 9 10 11 12; do
  smcrypt decrypt -o results/out <encrypted.eml 2>err &
  pid=$!
  i=0
  while [ $i -lt $((turn * turn * 40)) ]; do i=$((i + 1)); done
  kill -TERM $pid 2>/dev/null
  wait $pid
  echo $? >>ended
  if [ "$(cat results/out)" = old ] || cmp -s results/out want; then :; else echo "torn after $turn" >>torn; fi
  find results -type f ! -name out >>left
done
check "a file is whole or as it was" test ! -e torn
empty "no other file is left" left
like "some of them were killed" ended '^143$'

# While a command gets it: it dies too, or it would take half of a message for all of it.
mkfifo stuck
for signal in TERM HUP; do
  rm -f child
  smcrypt decrypt -- sh -c 'echo $$ >child; exec cat stuck - >result' <encrypted.eml 2>err &
  pid=$!
  while [ ! -s child ]; do :; done
  kill -$signal $pid
  wait $pid
  is "$signal while a command gets it" "$?" "$(case $signal in TERM) echo 143 ;; HUP) echo 129 ;; esac)"
  n=0
  while kill -0 "$(cat child)" 2>/dev/null && [ $n -lt 200000 ]; do n=$((n + 1)); done
  # shellcheck disable=SC2016
  check "the command has gone" sh -c '! kill -0 "$(cat child)" 2>/dev/null'
  check "and got nothing" test ! -s result
done

# nohup: what the parent ignores stays ignored.
(
  trap '' HUP
  mkfifo held
  smcrypt decrypt <held >whole 2>err &
  pid=$!
  exec 3>held
  kill -HUP $pid
  cat encrypted.eml >&3
  exec 3>&-
  wait $pid
)
is "ignored HUP" $? 0
same "all comes out" whole want

# --timeout
mkfifo slow
exec 3<>slow
for words in 'smsign sign' 'smcrypt decrypt' 'smcrypt encrypt --to alice@example.org'; do
  # shellcheck disable=SC2086 # words
  SM_NAME="$words --timeout: 75" expect_status 75 $words --timeout 1 --status-fd 4 <slow 4>status
  empty "nothing comes out" "$OUT"
  like "and says so" "$ERR" '^sm[a-z]*: error: .*--timeout'
  like "to programs too" status '^\[SM:] ERROR code=cli\.timeout$'
done
SM_NAME="smsign verify --timeout: 75" expect_status 75 smsign verify --timeout 1 <slow
is "with verdict error" "$(cat "$OUT")" error
exec 3>&-
SM_NAME="what is in time" expect_status 0 smcrypt decrypt --timeout 60 <encrypted.eml
same "is as ever" "$OUT" want
for value in 0 -1 1m x ''; do
  SM_NAME="--timeout=$value: 64" expect_status 64 smcrypt decrypt "--timeout=$value" <encrypted.eml
done
done_testing
