#!/bin/sh
# Out of memory, wherever it strikes: never a part of a message, and 75, or 127 where the loader does not get as far as us.
# timeout: 180
. "${0%/*}/../lib.sh"
need_command python3
if [ "${SM_SANITIZED:-OFF}" = ON ]; then skip_all "sanitizers need all the address space there is"; fi
cd "$SM_TMP" || exit 1
SM_STORE=$SM_TMP/store
export SM_STORE
smkey generate --no-passphrase 'Alice <alice@example.org>' >/dev/null
smkey export --all >alice.asc
{
  printf 'From: Alice <alice@example.org>\nTo: alice@example.org\nSubject: test\n\n'
  head -c 400000 /dev/zero | tr '\0' 'x' | fold -w 70
} >plain.eml
smsign sign <plain.eml >signed.eml
smcrypt encrypt --sign --to alice@example.org <plain.eml >encrypted.eml
STEPS=40
if [ "${SM_FULL:-0}" = 1 ]; then STEPS=200; fi
export STEPS

short() {
  file=$1
  shift
  python3 "$SM_TESTS/fault/memory.py" "$file" "$@" >report 2>&1
  grep '^#' report
  is "$*" "$(grep -v '^#' report)" ""
}
short plain.eml smsign sign
short signed.eml smsign verify
short plain.eml smcrypt encrypt --to alice@example.org
short plain.eml smcrypt encrypt --sign --to alice@example.org
short encrypted.eml smcrypt decrypt
short alice.asc smkey import
short /dev/null smkey list
short /dev/null smkey generate --no-passphrase bob@example.org
SM_NAME="the store is whole" expect_status 0 smkey list
done_testing
