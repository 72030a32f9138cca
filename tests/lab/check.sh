#!/bin/sh
# label: lab
# timeout: 200
# smdane check of every domain of the table: verdict, status and clause, by either backend; other ports; what it answers under its
# options; and that a resolver that misbehaves never makes it say "protected" of what is not.
. "${0%/*}/../lib.sh"
. "$SM_TESTS/lab/lib-lab.sh"
lab_enter dns smtp
need_command jq
cd "$SM_TMP" || exit 1
tab=$(printf '\t')
# What stalls does so for ever; what does not may be slow on a busy machine.
patience="--jobs 40 --dns-timeout 8 --connect-timeout 4 --step-timeout 10"
# shellcheck disable=SC2086 # options
check_all() { smdane check $patience "$@"; }

# NAME STATUS OPPORTUNISTIC DAYS RULE VERDICT CLAUSE
grep -v 'many\.test' "$LAB/expected.tsv" >expected
cut -f 1 expected >domains
check "many domains" test "$(wc -l <domains)" -ge 180
# Which row a domain has is seen by its name; what it cites, by the findings' clauses.
rows() { jq -r '[.domain, .verdict, .status, ([.findings[].clause // empty] | unique | join("|"))] | @tsv'; }
# compared <ANSWERS: NAME, what is and what should be, of each row.
compared() {
  awk -F '\t' -v OFS='\t' '
    NR == FNR { got[$1] = $2 " " $3; cited[$1] = $4; next }
    { print $1, got[$1] " " (index("|" cited[$1] "|", "|" $7 "|") ? $7 : "and of " cited[$1]), $6 " " $2 " " $7 }' - expected
}
# All at a time, since each waits for what stalls.
for mode in auto local; do
  { check_all --json --sort --dnssec "$mode" - <domains >"documents-$mode"; echo $? >"status-$mode"; } &
done
check_all --json --quick --sort - <domains >documents-quick &
wait
for mode in auto local; do
  is "$mode: one status for all" "$(cat status-$mode)" 1
  is "$mode: a document for each" "$(jq -r .domain documents-$mode)" "$(cat domains)"
  rows <documents-$mode | compared >rows-$mode
  while IFS=$tab read -r name got want; do is "$mode: $name" "$got" "$want"; done <rows-$mode
done
trust() { jq -r .dnssec "documents-$1" | sort | uniq -c | tr -s ' '; }
is "by the resolver's word" "$(trust auto)" " $(wc -l <domains) trusted-resolver"
is "validated here" "$(trust local)" " $(wc -l <domains) validated-here"
is "every clause is of an RFC" "$(jq -r '.findings[] | select(.severity == "error" or .severity == "warning") | select((.clause // "") == "") | .code' documents-auto | sort -u)" ""

is "the table in README.md is this one" "$(sed -n '/^| verdict | status |/,/^$/p' "$SM_TESTS/README.md" | grep .)" "$(python3 -B "$SM_TESTS/lab/table.py")"

# Limits of servers are no failure: at most two connections to an address at a time, and QUIT.
printf '%s\n' one-connection.secure.test rate-limit.secure.test >limits
for round in 1 2; do
  check_all --json - <limits >documents
  is "limits, round $round: nothing is said to be wrong" "$(jq -r 'select(.status != 0 and .status != 75) | .domain' documents)" ""
done

# The statuses of one domain alone, and under the options.
while IFS=$tab read -r name status opportunistic days _; do
  case $name in
  *.soon.test | mx-in-soon.* | *-soon.secure.test) expect_status "$days" smdane check --days 14 "$name" ;;
  elsewhere.*) expect_status "$opportunistic" smdane check --opportunistic "$name" ;;
  ee-spki.*) expect_status "$days" smdane check --days 14 "$name" ;;
  plain.secure.test | mismatch.* | null-mx.* | closed.secure.test) ;;
  *) continue ;;
  esac
  expect_status "$status" smdane check "$name"
done <expected
is "--quick: the same, but for the other key that it does not ask for" \
  "$(rows <documents-quick | compared | awk -F '\t' '{ split($2, got, " "); split($3, want, " ") } got[2] != want[2] { print $1 }')" \
  "both-keys-one-tlsa.secure.test"
SM_NAME="75 beats 2 beats 0" expect_status 75 smdane check ee-spki.secure.test plain.secure.test closed.secure.test
SM_NAME="1 beats 75" expect_status 1 smdane check closed.secure.test mismatch.secure.test ee-spki.secure.test
SM_NAME="quiet and protected" expect_status 0 smdane check -q ee-spki.secure.test
empty "says nothing" "$OUT"
for name in ee-spki.secure.test:0 plain.secure.test:1 mismatch.secure.test:2 closed.secure.test:3 dane.soon.test:1; do
  SM_NAME="--nagios of ${name%:*}" expect_status "${name#*:}" smdane check --nagios "${name%:*}"
  is "is one line" "$(wc -l <"$OUT")" 1
done
like "with performance data" "$OUT" "\| .*'signature_days'=[0-9-]+;14:"

# Other ports.
for port in 25 465 587 143 993 110; do
  SM_NAME="port $port" expect_status 0 smdane check --host mx.ports.secure.test:$port
  SM_NAME="port $port, wrong" expect_status 1 smdane check --host mx.ports-wrong.secure.test:$port
done
for port in 587 143 110; do
  SM_NAME="port $port without STARTTLS" expect_status 1 smdane check --host mx.ports-no-starttls.secure.test:$port
  SM_NAME="port $port, plaintext injected" expect_status 1 smdane check --host mx.ports-inject.secure.test:$port
  like "it says so" "$OUT" 'RFC 3207 §6'
done
SM_NAME="--starttls says what a port is" expect_status 0 smdane check --host --starttls imap mx.ports.secure.test:143
SM_NAME="and may be wrong about it" expect_status 75 smdane check --host --starttls none --step-timeout 2 mx.ports.secure.test:143

# Records of what a server presents: those that are published.
published() { smdane lookup "$1" | sed 's/.* secure [^ ]* //; s/, /\n/g' | sort; }
live() { smdane generate --live "$@" | sed 's/.* TLSA //' | sort; }
for host in mx.ee-spki.secure.test mx.both-keys.secure.test mx.rsa-only.secure.test mx.sni.secure.test mx.ports.secure.test:465 mx.ports.secure.test:143 mx.only-6.secure.test; do
  is "generate --live of $host" "$(live "$host")" "$(published "$host")"
done
is "2 0 1, too" "$(live --usage 2 --selector 0 mx.ta-cert.secure.test)" "$(published mx.ta-cert.secure.test)"
SM_NAME="an address that presents nothing" expect_status 0 smdane generate --live mx.half-closed.secure.test
like "is named" "$ERR" '^smdane: warning: mx\.half-closed\.secure\.test:25 \[127\.25\.255\.1\] presents nothing: connect-refused'
SM_NAME="nothing at all" expect_status 75 smdane generate --live mx.no-starttls.secure.test
empty "no record" "$OUT"
SM_NAME="no address" expect_status 75 smdane generate --live mx.a-bogus.secure.test
like "is no address" "$ERR" 'no address of mx\.a-bogus\.secure\.test: DNSSEC'

# Resolvers that misbehave, not on loopback, or on loopback without trust-ad.
printf '%s\n' dane.unsigned.test dane.bogus.test dane.expired.test mx-bogus.secure.test tlsa-bogus.secure.test tlsa-alias-unsigned.secure.test \
  elsewhere.unsigned.test two-mx-one-unsigned.secure.test >not-protected
faults="liar strip black-hole truncates wrong-id wrong-question race cut drops-first"
for fault in $faults; do
  for mode in auto local; do
    smdane check --dns-timeout 3 --dnssec $mode --json --resolver "$(lab_resolver "$fault" elsewhere)" - <not-protected >"answers-$fault-$mode" &
  done
  smdane check --dns-timeout 3 --json --resolver "$(lab_resolver "$fault")" - <not-protected >"answers-$fault-loopback" &
done
wait
for fault in $faults; do
  cat "answers-$fault"-* >answers
  is "$fault: all are answered, by who validates" "$(jq -r .dnssec answers | sort | uniq -c | tr -s ' ')" " 24 validated-here"
  is "$fault: none is protected" "$(jq -r 'select(.status == 0 or .verdict == "protected") | .domain' answers)" ""
done
for fault in liar truncates; do
  SM_NAME="$fault: what is protected is found so" expect_status 0 smdane check --resolver "$(lab_resolver $fault elsewhere)" ee-spki.secure.test
done
lab_use_resolver "$(lab_resolver liar elsewhere)" trust-ad
SM_NAME="a liar that is not on loopback, vouched for" expect_status 2 smdane check dane.unsigned.test
lab_use_resolver "$(lab_resolver liar)" edns0
SM_NAME="a liar on loopback that nobody vouches for" expect_status 1 smdane check dane.bogus.test

# The page's examples.
lab_use_resolver "$(lab_resolver validating)" trust-ad
echo example.org >domains
sed -n 's/^\.Dl smdane check/smdane check/p' "$SM_ROOT/man/smdane.1" >examples
while read -r example; do expect_status 0 sh -c "$example"; done <examples
done_testing
