#!/bin/sh
# One way to each exit status, through a shell. 70, which is a bug, is a unit test of cli::run; 69 is for programs of the network.
. "${0%/*}/../lib.sh"
cd "$SM_TMP" || exit 1
SM_STORE=$SM_TMP/store
export SM_STORE
smkey generate --no-passphrase 'Alice <alice@example.org>' >/dev/null
printf 'From: alice@example.org\nTo: alice@example.org\nSubject: test\n\nhello\n' >plain.eml
smsign sign <plain.eml >signed.eml
sed 's/hello/hallo/' signed.eml >changed.eml
smcrypt encrypt --to alice@example.org <plain.eml | sed '20,$y/abcdef/bcdefa/' >damaged.eml
mkdir -m 777 "$SM_TMP/open"
cp -a store/. open
chmod 777 open/private

each() { # each STATUS FILE WORD…
  sm_want=$1 sm_file=$2
  shift 2
  SM_NAME="$sm_want: $*" expect_status "$sm_want" "$@" <"$sm_file"
  SM_NAME="$sm_want, as a script sees it: $*" expect_status "$sm_want" sh -c '"$@" || exit' sh "$@" <"$sm_file"
}
each 0 signed.eml smsign verify
each 1 changed.eml smsign verify
each 2 plain.eml smsign verify
each 64 plain.eml smsign sign --no-such-option
each 65 damaged.eml smcrypt decrypt
each 66 /dev/null smkey import absent.asc
each 75 plain.eml smcrypt encrypt --to nobody@example.org --missing-key defer
each 75 plain.eml smcrypt encrypt --to nobody@example.org --tempfail
each 77 plain.eml smcrypt encrypt --to nobody@example.org
each 78 plain.eml smsign --store open sign
done_testing
