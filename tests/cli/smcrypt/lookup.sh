#!/bin/sh
# smcrypt encrypt --lookup: for whom it asks, and what becomes of the message.
# timeout: 120
. "${0%/*}/../../lib.sh"
. "$SM_TESTS/cli/smkey/lib-network.sh"
need_command jq
cd "$SM_TMP" || exit 1
own_programs
SM_STORE=$SM_TMP/store
export SM_STORE
generate() { smkey --store "$SM_TMP/$1" generate --no-passphrase "$2"; }
export_of() { smkey --store "$SM_TMP/$1" export "$2"; }
me=$(smkey generate --no-passphrase 'Me <me@example.net>')
alice=$(generate a 'Alice <alice@example.org>')
bob=$(generate b 'Bob <bob@example.org>')
carol=$(generate c 'Carol <carol@example.org>')
export_of a "$alice" >wkd/alice@example.org
export_of b "$bob" >vks/bob@example.org
printf 'From: me@example.net\nTo: Alice <ALICE@example.org>, bob@example.org\nSubject: s\n\nText\n' >mail
searched() { sed -n 's/^smwkd .* \([^ ]*\)$/\1/p' asked 2>/dev/null | sort | tr '\n' ' '; }

# Nothing is looked up without being asked, nor is anybody who is known.
forget_asked
SM_NAME="without --lookup: 77" expect_status 77 smcrypt encrypt --to-headers <mail
is "nobody is asked" "$(searched)" ""
SM_NAME="--lookup" expect_status 0 smcrypt encrypt --lookup --to-headers --to Alice@example.org --to "$me" --status-fd 3 --server https://keys.example \
  --cafile /dev/null <mail 3>status
is "asks for each once" "$(searched)" "alice@example.org bob@example.org "
is "encrypts to all" "$(sed -n 's/^\[SM:\] RECIPIENT .*fingerprint=\([0-9A-F]*\).*/\1/p' status | sort -u | wc -l)" 3
empty "silently" "$ERR"
like "the options reach smwkd" asked '^smwkd .*--cafile=/dev/null'
like "and smvks" asked '^smvks .*--cafile=/dev/null.*--server=https://keys.example'
is "both are bound" "$(smkey bindings --json | jq -r '.address + " " + .source' | sort | tr '\n' ' ')" "alice@example.org wkd bob@example.org vks me@example.net generate "
forget_asked
SM_NAME="again" expect_status 0 smcrypt encrypt --lookup --to-headers <mail
is "a bound address is not asked for" "$(searched)" ""
export_of c "$carol" | smkey import -q --no-bind
SM_NAME="one certificate, not bound" expect_status 0 smcrypt encrypt --lookup --to carol@example.org <mail
is "is not asked for" "$(searched)" ""
SM_NAME="nor a fingerprint" expect_status 0 smcrypt encrypt --lookup --to "$carol" <mail
SM_NAME="nor one's own" expect_status 77 smcrypt encrypt --lookup --to "$carol" --encrypt-to me@example.com <mail
is "nobody was asked for" "$(searched)" ""
carol2=$(generate c2 'Carol <carol@example.org>')
export_of c2 "$carol2" | smkey import -q --no-bind
SM_NAME="several certificates, none found: 64" expect_status 64 smcrypt encrypt --lookup --to carol@example.org <mail
export_of c2 "$carol2" >wkd/carol@example.org
SM_NAME="several certificates" expect_status 0 smcrypt encrypt --lookup --to carol@example.org --status-fd 2 <mail
like "the one that is found counts" "$ERR" "RECIPIENT .*fingerprint=$carol2"
export_of c "$carol" >wkd/carol@example.org
forget_asked
smkey search carol@example.org >found 2>&1
SM_NAME="in conflict: 77" expect_status 77 smcrypt encrypt --lookup --missing-key pass --to carol@example.org <mail

# Nobody has one: the policy decides.
SM_NAME="absent, fail: 77" expect_status 77 smcrypt encrypt --lookup --to nobody@example.org <mail
SM_NAME="absent, defer: 75" expect_status 75 smcrypt encrypt --lookup --missing-key defer --to nobody@example.org <mail
SM_NAME="absent, pass: 0" expect_status 0 smcrypt encrypt --lookup --missing-key pass --to nobody@example.org --status-fd 2 <mail
like "in clear" "$ERR" SENT_CLEAR
# No answer: 75 whatever the policy.
for status in 75 70 78; do
  echo $status >wkd/nobody@example.org.status
  for policy in fail defer pass; do
    SM_NAME="unanswered ($status), $policy: 75" expect_status 75 smcrypt encrypt --lookup --missing-key $policy --to nobody@example.org <mail
    empty "nothing on stdout" "$OUT"
  done
done
like "and says why" "$ERR" 'nobody@example.org: .*stand-in'
echo 65 >wkd/nobody@example.org.status
SM_NAME="an answer that can't be used: 75" expect_status 75 smcrypt encrypt --lookup --missing-key pass --to nobody@example.org <mail
rm wkd/nobody@example.org.status
# Found, and of no use.
dora=$(generate d 'Dora <dora@example.org>')
smkey --store d revoke --yes --reason none "$dora"
export_of d "$dora" >wkd/dora@example.org
SM_NAME="revoked: 77 whatever the policy" expect_status 77 smcrypt encrypt --lookup --missing-key pass --to dora@example.org <mail
echo 'tempfail = yes' >tempfail.conf
SM_NAME="also where every status of the search is 75" expect_status 75 smcrypt --config tempfail.conf encrypt --lookup --missing-key pass --to dora@example.org <mail
like "it is refused" "$ERR" 'revoked'

# Deadlines, and several at a time.
for n in 1 2 3 4 5 6; do echo slow >wkd/slow$n@example.org.status; done
set -- --to slow1@example.org --to slow2@example.org --to slow3@example.org --to slow4@example.org --to slow5@example.org --to slow6@example.org
before=$(date +%s)
SM_NAME="--timeout: 75" expect_status 75 smcrypt encrypt --lookup --timeout 2 --missing-key pass "$@" <mail
check "in time" test $(($(date +%s) - before)) -lt 10
empty "nothing on stdout" "$OUT"
forget_asked
for n in 1 2 3 4 5 6; do echo 2 >wkd/slow$n@example.org.status; done
SM_NAME="six" expect_status 77 smcrypt encrypt --lookup "$@" <mail
is "are asked for, four at a time" "$(searched | wc -w)" 6

# A filter that ends early takes its search along.
echo slow >wkd/slow1@example.org.status
cat >bin/smwkd <<'X'
#!/bin/sh
echo $$ >"$SM_TMP/pid"
exec sleep 60
X
smcrypt encrypt --lookup --to slow1@example.org <mail >"$OUT" 2>"$ERR" &
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  if [ -s pid ]; then break; fi
  sleep 0.2
done
kill $!
wait $! 2>/dev/null
check "and smwkd is gone" gone "$(cat pid)"
done_testing
