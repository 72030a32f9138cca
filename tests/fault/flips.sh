#!/bin/sh
# A bit flipped anywhere in the OpenPGP data of a mail to one recipient, in its armor, or that data cut at any length:
# nothing comes out. SM_FULL=1 tries every bit and every length.
# timeout: 180
. "${0%/*}/../lib.sh"
need_command python3
cd "$SM_TMP" || exit 1
SM_STORE=$SM_TMP/store
export SM_STORE

smkey generate --no-passphrase 'Alice <alice@example.org>' >/dev/null
smkey generate --no-passphrase 'Bob <bob@example.net>' >/dev/null
{
  printf 'From: Alice <alice@example.org>\nTo: Bob <bob@example.net>\nSubject: a letter\n\n'
  for line in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
    echo "$line: a line of text that says nothing, of about seventy characters."
  done
} >plain.eml
smcrypt encrypt --sign --to bob@example.net <plain.eml >signed.eml
smcrypt encrypt --to bob@example.net <plain.eml >unsigned.eml

# 2,000 positions of the signed one, which is what a mail mostly is.
bits=1500 cuts=500 less=200 armor=300
if [ "${SM_SANITIZED:-OFF}" = ON ]; then bits=200 cuts=60 less=60 armor=60; fi
if [ "${SM_FULL:-0}" = 1 ]; then bits=0 cuts=0 less=0 armor=0; fi

# flips NAME FILE WHAT BITS CUTS
flips() {
  smcrypt decrypt <"$2" >original
  python3 "$SM_TESTS/fault/flips.py" "$3" "$2" original "$4" "$5" >report 2>&1
  is "$1" "$? $(grep -v '^the original' report | head -n 20 | grep -v ' positions: ')" "0 "
  sed 's/^/# /' report | head -n 100
}
flips "data of a signed mail" signed.eml data $bits $cuts
check "as many positions as asked for" test "$(sed -n 's/ positions:.*//p' report)" -ge $((bits + cuts))
flips "data of a mail without a signature" unsigned.eml data $less $less
flips "the armor itself" signed.eml armor $armor 0
done_testing
