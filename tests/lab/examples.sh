#!/bin/sh
# label: lab
# timeout: 120
# The recipes for cron and Nagios that use smdane, as they stand, but for their paths. (The one for ACME clients is in rollover.sh.)
. "${0%/*}/../lib.sh"
. "$SM_TESTS/lab/lib-lab.sh"
lab_enter dns smtp
need_command jq
cd "$SM_TMP" || exit 1
examples=$SM_ROOT/examples

# cron: each line, as cron gives it to sh.
sed -n 's/^[0-9*][^ ]* [^ ]* [^ ]* [^ ]* [^ ]* \(smdane .*\)/\1/p' "$examples/cron/smdane.crontab" >lines
is "a line of crontab" "$(wc -l <lines)" 1
SM_NAME="cron: $(cat lines)" expect_status 0 sh -c "$(cat lines)"
empty "nothing to mail" "$OUT"
empty "nothing at all" "$ERR"
SM_NAME="cron: a domain that is broken" expect_status 1 sh -c "$(sed 's/example\.org/mismatch.secure.test/' lines)"
like "is mailed" "$OUT" '^mismatch\.secure\.test: failed'
SM_NAME="cron: one that will be" expect_status 1 sh -c "$(sed 's/example\.org/dane.soon.test/' lines)"
like "is mailed too" "$OUT" 'the signature of .* ends within 7 days'

# The nightly list. Between two nights a domain's records change.
sed "s,^list=.*,list=$SM_TMP/list,; s,^folder=.*,folder=$SM_TMP/nightly," "$examples/cron/smdane-nightly.sh" >nightly.sh
printf '%s\n' '# we send to' example.org example.net mismatch.secure.test closed.secure.test mx-bogus.secure.test >list
SM_NAME="the first night" expect_status 0 sh nightly.sh
is "says what there is" "$(grep -c ', was not in the list$' "$OUT")" 5
like "and what is wrong" "$OUT" '^  mx\.mismatch\.secure\.test \[.*\]: .*no TLSA record matches .*\[RFC 7672 §2\.2\]$'
empty "in silence otherwise" "$ERR"
SM_NAME="the second night" expect_status 0 sh nightly.sh
empty "nothing is new" "$OUT"
# As if example.org had been unprotected, mismatch's records others, and closed tested before.
jq -c 'if .domain == "example.org" then .verdict = "no-dane" | .status = 2 elif .domain == "closed.secure.test" then .verdict = "protected" | .status = 0
  elif .domain == "mismatch.secure.test" then .hosts[0].tlsa[0].data = "00" else . end' nightly/last >before
mv before nightly/last
echo plain.secure.test >>list
sed -i '/^example\.net/d' list
SM_NAME="the third night" expect_status 0 sh nightly.sh
is "what has changed, and nothing else" "$(grep -v '^ ' "$OUT" | sort)" "example.net: not in the list any more, was no-dane
example.org: protected, was no-dane
mismatch.secure.test: failed, was failed
plain.secure.test: no-dane, was not in the list"
SM_NAME="the fourth night" expect_status 0 sh nightly.sh
empty "nothing is new again" "$OUT"
SM_NAME="a list that is not there" expect_status 2 sh -c "sed 's,^list=.*,list=absent,' nightly.sh | sh"
is "loses nothing" "$(jq -r .domain nightly/last | wc -l)" 5

# Nagios: the command as it stands.
command=$(sed -n 's,^ *command_line  /usr/local/bin/,,p' "$examples/nagios/smdane.cfg")
check "there is a command" test -n "$command"
for pair in example.org:0:OK example.net:1:WARNING mismatch.secure.test:2:CRITICAL closed.secure.test:3:UNKNOWN dane.soon.test:1:WARNING; do
  domain=${pair%%:*} word=${pair##*:} status=${pair#*:}
  status=${status%:*}
  SM_NAME="Nagios: $domain" expect_status "$status" sh -c "$(echo "$command" | sed "s/\\\$ARG1\\\$/$domain/")"
  like "$word" "$OUT" "^SMDANE $word - $domain: "
done
like "the days that are left" "$OUT" "\| 'signature_days'=[0-9]+;14:$"
done_testing
