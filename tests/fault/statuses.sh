#!/bin/sh
# What stands around a command is missing or broken: empty input, closed descriptors, full disks, closed pipes. A filter that
# fails has written nothing.
# timeout: 120
. "${0%/*}/../lib.sh"
cd "$SM_TMP" || exit 1
SM_STORE=$SM_TMP/store
export SM_STORE
smkey generate --no-passphrase 'Alice <alice@example.org>' >/dev/null
smkey export --all >alice.asc
printf 'From: Alice <alice@example.org>\nTo: alice@example.org\nSubject: test\n\nhello\n' >plain.eml
smsign sign <plain.eml >signed.eml
smcrypt encrypt --sign --to alice@example.org <plain.eml >encrypted.eml
smcrypt decrypt <encrypted.eml >decrypted.eml

# each_filter FUNCTION: calls it for every filter, with what it wants on stdin and its words.
each_filter() {
  "$1" plain.eml smsign sign
  "$1" plain.eml smcrypt encrypt --to alice@example.org
  "$1" plain.eml smcrypt encrypt --sign --to alice@example.org
  "$1" encrypted.eml smcrypt decrypt
  "$1" plain.eml smcrypt decrypt
  "$1" encrypted.eml smcrypt encrypt --to alice@example.org
}
# Those that print something.
each_printer() {
  "$1" signed.eml smsign verify
  "$1" signed.eml smsign verify --json
  "$1" /dev/null smkey list
  "$1" /dev/null smkey show alice@example.org
  "$1" /dev/null smkey bindings
  "$1" /dev/null smkey export --all
  "$1" alice.asc smkey import
  "$1" /dev/null smkey generate --no-passphrase someone@example.org
}
redirected() { # redirected REDIRECTION WORD…
  sm_redirection=$1
  shift
  sh -c "exec \"\$@\" $sm_redirection" sh "$@"
}

# Nothing, or next to nothing, came in.
nothing() {
  shift
  : >empty
  SM_NAME="$* of an empty file: 65" expect_status 65 "$@" <empty
  empty "nothing comes out" "$OUT"
  printf '' | "$@" >"$OUT" 2>"$ERR"
  is "$* of an empty pipe: 65" $? 65
  SM_NAME="$* --tempfail: 75" expect_status 75 "$@" --tempfail <empty
}
each_filter nothing
SM_NAME="smsign verify of nothing: 65" expect_status 65 smsign verify </dev/null
SM_NAME="smkey import of nothing: 65" expect_status 65 smkey import </dev/null
no_mail() {
  shift
  printf '\n' >newline
  SM_NAME="$* of a blank line alone: 65" expect_status 65 "$@" <newline
  empty "nothing comes out" "$OUT"
}
each_filter no_mail

# Closed descriptors.
no_stdin() {
  shift
  SM_NAME="$* without stdin: 75" expect_status 75 redirected '<&-' "$@"
  empty "nothing comes out" "$OUT"
}
each_filter no_stdin
no_stdin - smsign verify --json
no_stdin - smkey import
SM_NAME="what reads no stdin does without" expect_status 0 redirected '<&-' smkey list
SM_NAME="generate too" expect_status 0 redirected '<&-' smkey generate --no-passphrase nin@example.org
no_stdout() {
  file=$1
  shift
  SM_NAME="$* without stdout: 75" expect_status 75 redirected '>&-' "$@" <"$file"
}
each_filter no_stdout
each_printer no_stdout
no_stderr() {
  file=$1
  shift
  SM_NAME="$* without stderr: 0" expect_status 0 redirected '2>&-' "$@" <"$file"
  check "something comes out" test -s "$OUT"
}
each_filter no_stderr
each_printer no_stderr
SM_NAME="a failure without stderr" expect_status 77 redirected '2>&-' smcrypt encrypt --to nobody@example.org <plain.eml
empty "nothing on stdout either" "$OUT"
no_descriptor() {
  shift
  SM_NAME="$* without any descriptor: 75" expect_status 75 redirected '<&- >&- 2>&-' "$@"
}
each_filter no_descriptor
no_descriptor - smsign verify
no_descriptor - smkey list
SM_NAME="generate without any descriptor: 75" expect_status 75 redirected '<&- >&- 2>&-' smkey generate --no-passphrase n@example.org
check "no file of the store has been mixed up" smkey list -q
SM_NAME="--status-fd that is closed: 64" expect_status 64 redirected '3>&-' smcrypt decrypt --status-fd 3 <encrypted.eml
SM_NAME="--status-fd 2 that is closed: 64" expect_status 64 redirected '2>&-' smcrypt decrypt --status-fd 2 <encrypted.eml
SM_NAME="--status-fd 1 in a filter: 64" expect_status 64 smcrypt decrypt --status-fd 1 <encrypted.eml
SM_NAME="--passphrase-fd 0 in a filter: 64" expect_status 64 smcrypt decrypt --passphrase-fd 0 <encrypted.eml
SM_NAME="--passphrase-fd that is closed: 64" expect_status 64 redirected '5<&-' smcrypt decrypt --passphrase-fd 5 <encrypted.eml
SM_NAME="stdin that is a directory: 75" expect_status 75 smsign sign <.

# Full.
full() {
  file=$1
  shift
  SM_NAME="$* to a full disk: 75" expect_status 75 redirected '>/dev/full' "$@" <"$file"
  like "and says so" "$ERR" '[Nn]o space'
}
each_filter full
each_printer full
full_file() {
  file=$1
  shift
  SM_NAME="$* -o /dev/full: 75" expect_status 75 "$@" -o /dev/full <"$file"
}
each_filter full_file
full_file signed.eml smsign verify
full_file /dev/null smkey export --all
SM_NAME="stderr full changes nothing" expect_status 0 redirected '2>/dev/full' smcrypt decrypt -v <encrypted.eml
same "all comes out" "$OUT" decrypted.eml
SM_NAME="--status-fd full: 75" expect_status 75 smcrypt decrypt --status-fd 3 <encrypted.eml 3>/dev/full
empty "and nothing comes out" "$OUT"
SM_NAME="--help to a full disk: 75" expect_status 75 redirected '>/dev/full' smcrypt --help

# A reader that has gone. Started once it has.
gone() { # gone WANT FILE WORD…
  want=$1 file=$2
  shift 2
  rm -f away
  {
    while [ ! -e away ]; do :; done
    "$@" <"$file" 2>"$ERR"
    echo $? >status
  } | {
    exec <&-
    : >away
  }
  while [ ! -s status ]; do :; done
  is "$* into a closed pipe: $want" "$(cat status)" "$want"
  rm -f status
}
gone_filter() { gone 75 "$@"; }
each_filter gone_filter
gone 141 /dev/null smkey list
gone 141 /dev/null smkey export --all
gone 141 signed.eml smsign verify
# Status lines that nobody reads are no reason to die silently.
mkfifo lines
gone_lines() {
  rm -f away
  { : <lines; : >away; } &
  exec 3>lines
  while [ ! -e away ]; do :; done
  SM_NAME="a reader of status lines that has gone: 75" expect_status 75 smcrypt decrypt --status-fd 3 <encrypted.eml
  exec 3>&-
  empty "nothing comes out" "$OUT"
}
gone_lines

# A disk that is full, for the spool.
head -c 3000000 /dev/zero | tr '\0' 'x' | fold -w 70 | cat plain.eml - >large.eml
# shellcheck disable=SC2002 # a pipe, so that it must be spooled
no_tmp() {
  cat large.eml | TMPDIR=$1 smsign sign >"$OUT" 2>"$ERR"
  is "TMPDIR $2: 75" $? 75
  empty "nothing comes out" "$OUT"
}
no_tmp "$SM_TMP/absent" "that isn't there"
no_tmp "$SM_TMP/plain.eml" "that is a file"
SM_NAME="a small message needs none" expect_status 0 env TMPDIR="$SM_TMP/absent" smsign sign <plain.eml
if [ "${SM_SANITIZED:-OFF}" = ON ]; then skip "the largest file that may be written" "sanitizers write"; else
  # shellcheck disable=SC2002
  cat large.eml | sh -c 'trap "" XFSZ; ulimit -f 100; exec smsign sign' >"$OUT.2" 2>"$ERR"
  is "a limit on the size of files: 75" $? 75
  empty "nothing comes out" "$OUT.2"
  echo old >kept
  SM_NAME="-o beyond that limit: 75" expect_status 75 sh -c 'trap "" XFSZ; ulimit -f 100; exec smsign sign -o kept <large.eml'
  is "the file is as it was" "$(cat kept)" old
  is "and no other is left" "$(find . -name 'kept?*' -o -name '.kept*' -o -name '.smtools*')" ""
fi
done_testing
