#!/bin/sh
# label: slow
# timeout: 1800
# smcrypt maildir killed at random moments, in both directions, while another process sets flags, moves and expunges: each
# message that was not expunged is there once, with its flags and times, and is what it was; a second run changes nothing.
# SM_FULL=1: 10,000 messages and 50 kills, instead of 500 and 5.
. "${0%/*}/../lib.sh"
need_command python3
cd "$SM_TMP" || exit 1
SM_STORE=$SM_TMP/store
export SM_STORE
messages=500 kills=5
if [ "${SM_FULL:-0}" = 1 ]; then messages=10000 kills=50; fi
smkey generate --no-passphrase 'Alice <alice@example.org>' >/dev/null
helper() { python3 "$SM_TESTS/fault/maildir.py" "$@"; }
echo $messages >count
helper make "$SM_TMP/md" $messages
mkfifo alive

helper use "$SM_TMP/md" <alive >told &
user=$!
exec 9>alive
SM_NAME="killed $kills times while another process is at work" expect_status 0 helper kill "$SM_TMP/md" $kills smcrypt maildir --batch
echo "# $(cat "$OUT")"
SM_NAME="a whole run while it is" expect_status 0 smcrypt maildir md --to alice@example.org --jobs 3
exec 9>&-
wait $user
echo "# $(python3 -c 'import json; t = json.load(open("told")); print(len(t["expunged"]), "expunged,", t["moved"], "moved,", len(t["flags"]), "with other flags")')"
check "the other process did something" grep -q '"flags": {"' told

SM_NAME="what was left is encrypted" expect_status 0 smcrypt maildir md --to alice@example.org
SM_NAME="each message" expect_status 0 helper check "$SM_TMP/md" told encrypted smcrypt decrypt
is "is there once, and decrypts to what it was" "$(cat "$OUT")" ""
helper state md >first
SM_NAME="a second run" expect_status 0 smcrypt maildir md --to alice@example.org
helper state md >second
same "changes nothing" second first
SM_NAME="--decrypt" expect_status 0 smcrypt maildir md --decrypt
SM_NAME="each message" expect_status 0 helper check "$SM_TMP/md" told clear smcrypt decrypt
is "is what it was" "$(cat "$OUT")" ""
done_testing
