#!/bin/sh
# What all filters share: -o, a command behind --, --tempfail, status lines, diagnostics, usage errors and their hints.
# timeout: 120
. "${0%/*}/../../lib.sh"
cd "$SM_TMP" || exit 1
SM_STORE=$SM_TMP/store
export SM_STORE
alice=$(smkey generate --no-passphrase 'Alice <alice@example.org>')
printf 'From: Alice <alice@example.org>\nSubject: test\nMIME-Version: 1.0\nContent-Type: text/plain; charset=us-ascii\n\nhello\n' >plain.eml
smcrypt encrypt --to "$alice" <plain.eml >encrypted.eml

# -o
SM_NAME="-o FILE" expect_status 0 smcrypt decrypt -o result <encrypted.eml
same "has it all" result plain.eml
empty "stdout nothing" "$OUT"
is "with the mode of a new file" "$(stat -c %a result)" 644
chmod 600 result
smcrypt decrypt -o result <encrypted.eml
is "an old one keeps its mode" "$(stat -c %a result)" 600
SM_NAME="-o - is stdout" expect_status 0 smcrypt decrypt -o - <encrypted.eml
same "so" "$OUT" plain.eml
cp encrypted.eml own
# shellcheck disable=SC2094 # is what is asked
SM_NAME="its own input: 64" expect_status 64 smcrypt decrypt -o own <own
same "is left alone" own encrypted.eml
ln own hard
ln -s own soft
SM_NAME="by another name: 64" expect_status 64 smcrypt decrypt -o hard <own
SM_NAME="by a symbolic link: 64" expect_status 64 smcrypt decrypt -o soft <own
SM_NAME="stdout that is its input: 64" expect_status 64 sh -c 'exec smcrypt decrypt <own >>own'
same "is left alone" own encrypted.eml
echo old >target
ln -s target link
SM_NAME="a symbolic link" expect_status 0 smcrypt decrypt -o link <encrypted.eml
check "stays" test -L link
same "its target is written" target plain.eml
SM_NAME="/dev/null" expect_status 0 smcrypt decrypt -o /dev/null <encrypted.eml
check "is still a device" test -c /dev/null
mkfifo fifo
cat fifo >from-fifo &
SM_NAME="a FIFO" expect_status 0 smcrypt decrypt -o fifo <encrypted.eml
wait
same "gets it all" from-fifo plain.eml
check "and stays" test -p fifo
SM_NAME="a directory: 64" expect_status 64 smcrypt decrypt -o . <encrypted.eml
SM_NAME="in a directory that isn't there: 75" expect_status 75 smcrypt decrypt -o absent/out <encrypted.eml
echo old >kept
SM_NAME="a failure" expect_status 77 smcrypt encrypt --to nobody@example.org -o kept <plain.eml
is "leaves the old file" "$(cat kept)" old
SM_NAME="a failure with a new file" expect_status 77 smcrypt encrypt --to nobody@example.org -o new <plain.eml
check "makes none" test ! -e new
is "no temporary file is left" "$(find . -name '.*' -type f)" ""
printf 'From: alice@example.org\n\nhello\n' >message
SM_NAME="import -o its own argument: 64" expect_status 64 smkey import -o message message

# -- CMD
SM_NAME="-- CMD" expect_status 0 smcrypt decrypt -- cat <encrypted.eml
same "gets it all" "$OUT" plain.eml
for status in 0 1 3 67 99 255; do
  SM_NAME="its status $status is ours" expect_status $status smcrypt decrypt -- sh -c "cat >/dev/null; exit $status" <encrypted.eml
done
SM_NAME="--tempfail: but 0 is 75" expect_status 75 smcrypt decrypt --tempfail -- sh -c 'cat >/dev/null; exit 3' <encrypted.eml
SM_NAME="--tempfail: 0 is 0" expect_status 0 smcrypt decrypt --tempfail -- cat <encrypted.eml
SM_NAME="one that isn't there: 75" expect_status 75 smcrypt decrypt -- ./absent <encrypted.eml
SM_NAME="one that can't be run: 75" expect_status 75 smcrypt decrypt -- ./plain.eml <encrypted.eml
# shellcheck disable=SC2016
SM_NAME="one that dies by a signal: 75" expect_status 75 smcrypt decrypt -- sh -c 'kill -9 $$' <encrypted.eml
SM_NAME="one that reads nothing" expect_status 0 smcrypt decrypt -- true <encrypted.eml
SM_NAME="a failure starts nothing" expect_status 77 smcrypt encrypt --to nobody@example.org -- touch started <plain.eml
check "nothing" test ! -e started
SM_NAME="an empty message starts nothing" expect_status 65 smcrypt encrypt --to "$alice" -- touch started </dev/null
check "nothing" test ! -e started
SM_NAME="options of CMD are its own" expect_status 0 smcrypt decrypt -- sh -c 'echo "$@"; cat >/dev/null' sh -o x --help -- y <encrypted.eml
is "all" "$(cat "$OUT")" "-o x --help -- y"
SM_NAME="nothing behind --: 64" expect_status 64 smcrypt decrypt -- <encrypted.eml
SM_NAME="-o and --: 64" expect_status 64 smcrypt decrypt -o result -- cat <encrypted.eml
SM_NAME="descriptors of ours are not its" expect_status 0 smcrypt decrypt --status-fd 7 -- sh -c 'cat >/dev/null; ! (: >&7) 2>/dev/null' <encrypted.eml 7>status

# --tempfail: from 64 up.
SM_NAME="--tempfail: 77 is 75" expect_status 75 smcrypt encrypt --tempfail --to nobody@example.org <plain.eml
SM_NAME="--tempfail: 65 is 75" expect_status 75 smcrypt decrypt --tempfail </dev/null
SM_NAME="--tempfail: 64 is 75" expect_status 75 smcrypt decrypt --tempfail --nonsense <plain.eml
SM_NAME="--tempfail: 64 is 75, wherever it stands" expect_status 75 smcrypt --nonsense decrypt --tempfail <plain.eml
SM_NAME="--tempfail: 78 is 75" expect_status 75 smcrypt decrypt --tempfail --config encrypted.eml <plain.eml
SM_NAME="--tempfail: 2 stays" expect_status 2 smsign verify --tempfail <plain.eml

# Status lines.
SM_NAME="what is no descriptor: 64" expect_status 64 smcrypt encrypt --status-fd x --to "$alice" <plain.eml
smcrypt encrypt --to nobody@example.org --status-fd 3 <plain.eml 3>status 2>/dev/null
like "values are escaped" status '^\[SM:] MISSING_KEY recipient=nobody@example\.org reason=no%20certificate$'
unlike "nothing but status lines" status '^[^[]'
SM_NAME="--status-fd 2" expect_status 0 smcrypt decrypt --status-fd 2 <encrypted.eml
like "among the diagnostics" "$ERR" '^\[SM:] VERDICT '
SM_NAME="--status-fd 1 with -o" expect_status 0 smcrypt decrypt --status-fd 1 -o result <encrypted.eml
like "gets them" "$OUT" '^\[SM:] VERDICT '

# Diagnostics.
SM_NAME="success is silent" expect_status 0 smcrypt decrypt <encrypted.eml
empty "so" "$ERR"
SM_NAME="an error and a hint" expect_status 64 smcrypt encrypt <plain.eml
is "in two lines" "$(cut -d ' ' -f 1-2 "$ERR")" "smcrypt: error:
smcrypt: hint:"
unlike "lower case, no full stop" "$ERR" '(error|hint): [A-Z]|\.$'
printf 'From: \033[31mred\033[0m <x@example.org>\nTo: a\033]0;t\007@\n\nhello\n' >colors.eml
SM_NAME="untrusted text" expect_status 65 smcrypt encrypt --to-headers <colors.eml
check "carries no control characters" sh -c "! LC_ALL=C grep -q \"\$(printf '[\\033\\007]')\" $ERR"
SM_NAME="-v says where" expect_status 77 smcrypt encrypt -v --to nobody@example.org <plain.eml
like "the code" "$ERR" '^smcrypt: note: [a-z.-]+ at [a-z_]+\.[ch]pp:[0-9]+'
SM_NAME="-q -v: 64" expect_status 64 smcrypt decrypt -q -v <plain.eml

# Usage.
usage() { # usage HINT-REGEX WORD…
  hint=$1
  shift
  SM_NAME="$*: 64" expect_status 64 "$@" <plain.eml
  empty "$*: stdout nothing" "$OUT"
  if [ -n "$hint" ]; then like "$*: a hint" "$ERR" "^sm[a-z]*: hint: $hint"; fi
}
usage 'did you mean decrypt' smcrypt decrpt
usage 'did you mean --to' smcrypt encrypt --too x@example.org
usage '.*smsign verify' smsign sign --any-signer
usage '--status-fd' smcrypt decrypt --json
usage '--status-fd' smsign sign --json
usage '' smcrypt decrypt --annotated
usage '' smcrypt decrypt file
usage '' smcrypt decrypt --keep=yes
usage '' smcrypt encrypt --to
usage '' smcrypt encrypt --to=
usage '' smcrypt decrypt --passphrase-file a --passphrase-file b
usage '' smcrypt decrypt --yes
usage '' smkey list --max-message 1
usage '' smsign verify --passphrase-fd 3
SM_NAME="nothing at all: 64" expect_status 64 smcrypt
like "prints the help" "$ERR" '^usage: smcrypt'
for words in 'smkey --help' 'smkey help import' 'smcrypt encrypt --help' 'smsign -h' 'smsign --version' 'smcrypt -V'; do
  # shellcheck disable=SC2086 # words
  SM_NAME="$words" expect_status 0 $words
  check "$words: prints" test -s "$OUT"
done
SM_NAME="options before the command" expect_status 0 smcrypt --store store -q decrypt <encrypted.eml
done_testing
