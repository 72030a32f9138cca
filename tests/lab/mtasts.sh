#!/bin/sh
# label: lab
# timeout: 120
# smmtasts on every policy domain of the table: what lookup says of each.
. "${0%/*}/../lib.sh"
. "$SM_TESTS/lab/lib-lab.sh"
lab_enter dns smtp https
need_command jq
cd "$SM_TMP" || exit 1
tab=$(printf '\t')

# NAME LOOKUP CHECK POSTFIX RULE
cp "$LAB/policies.tsv" policies
cut -f 1 policies >domains
check "many policy domains" test "$(wc -l <policies)" -ge 110
# What stalls does so for ever; what does not may be slow on a busy machine.
patience="--allow-private --dns-timeout 8 --fetch-timeout 8 --connect-timeout 4 --step-timeout 8"
# shellcheck disable=SC2086 # options
check_all() { smmtasts check $patience "$@"; }
{ check_all --json --sort - <domains >documents; echo $? >status; } &
while IFS=$tab read -r name _; do
  { smmtasts lookup --json --allow-private --timeout 8 "$name" >"lookup-$name"; echo $? >"status-$name"; } &
done <policies
wait
is "check: one status for all" "$(cat status)" 1
is "check: a document for each" "$(jq -r .domain documents)" "$(cat domains)"
# What is cited must hold the row's rule.
jq -r '[.domain, .status, ([.findings[].clause // empty] | unique | join("|"))] | @tsv' documents |
  awk -F '\t' -v OFS='\t' '
    NR == FNR { got[$1] = $2; cited[$1] = $3; next }
    { print $1, got[$1] " " (index("|" cited[$1] "|", "|" $5 "|") ? $5 : "and of " cited[$1]), $3 " " $5 }' - policies >rows
while IFS=$tab read -r name got want; do is "check $name" "$got" "$want"; done <rows
while IFS=$tab read -r name want _; do
  is "lookup $name" "$(cat "status-$name") $(jq -r .status "lookup-$name")" "$want $want"
done <policies
is "every fault has its clause and what to do" \
  "$(jq -r '.findings[] | select(.severity == "error") | select(.clause == null or .advice == null) | .code' documents | sort -u)" ""
is "what changes from night to night stands under run" "$(jq -c 'del(.run)' documents | grep -c milliseconds)" 0

is "the table in README.md is this one" "$(sed -n '/^| lookup | check |/,/^$/p' "$SM_TESTS/README.md" | grep .)" \
  "$(python3 -B "$SM_TESTS/lab/table.py" policies)"

# A policy, and one that is not.
SM_NAME="a policy" expect_status 0 smmtasts lookup --allow-private Sts-Enforce.secure.test
is "is said in lines" "$(cat "$OUT")" "Sts-Enforce.secure.test: enforce, from the network
id: 20260101T000000
mx: mx.sts-enforce.secure.test
max_age: 86400"
SM_NAME="a private address" expect_status 1 smmtasts lookup sts-enforce.secure.test
like "is none to ask" "$OUT" 'is on a private, loopback or link-local address'
SM_NAME="a name in the subject alone" expect_status 1 smmtasts lookup --allow-private sts-web-cn-only.secure.test
like "is no name" "$OUT" "^sts-web-cn-only\.secure\.test: invalid: .*none of the DNS names in the server's certificate is mta-sts\.sts-web-cn-only"
SM_NAME="no record" expect_status 2 smmtasts lookup sts-no-txt.secure.test
is "is said" "$(cat "$OUT")" "sts-no-txt.secure.test: no-policy: there is no record at _mta-sts.sts-no-txt.secure.test"
SM_NAME="a faulty policy" expect_status 1 smmtasts lookup --allow-private sts-body-mode.secure.test
like "is explained" "$OUT" '^error +line 2: "strict" is no mode \[RFC 8461 §3\.2\]'
SM_NAME="quiet" expect_status 0 smmtasts lookup -q --allow-private sts-enforce.secure.test
empty "says nothing" "$OUT"

# check: one domain, its options, monitoring.
SM_NAME="private addresses" expect_status 1 smmtasts check sts-enforce.secure.test
like "are reported" "$OUT" '^error .*the policy host is on a private, loopback or link-local address.*RFC 6890'
found() { # found CODE SEVERITY DOMAIN
  is "$3: $1 is a finding, $2" "$(jq -r --arg name "$3.secure.test" --arg code "mtasts.$1" 'select(.domain == $name) | .findings[] | select(.code == $code) | .severity' documents | sort -u)" "$2"
}
found near-record warning sts-txt-space
found near-record warning sts-txt-case
found record-alias info sts-txt-alias
found records error sts-txt-two
found redirect error sts-web-301
found status error sts-web-404
found size error sts-web-big
found policy-host-certificate error sts-web-cn-only
found no-policy-host error sts-no-host
found content-type warning sts-html-type
found content-type warning sts-web-no-type
found policy-host-certificate-ends warning sts-web-soon
found mx-certificate-ends warning sts-mx-cert-soon
found mx-wrong-name error sts-mx-cert-wildcard-parent
found mx-untrusted error sts-mx-self-signed
found mx-no-starttls error sts-mx-no-starttls
found mx-unused info sts-mx-other
found mx-alias info sts-mx-alias
found null-mx warning sts-null-mx
found tlsrpt warning sts-tlsrpt-two
found tlsrpt ok sts-tlsrpt
found no-tlsrpt warning sts-testing
found no-tlsrpt info sts-enforce
found dane ok sts-dane
found dane warning sts-dane-half
found dane error sts-dane-wrong
is "both kinds of key are looked at" "$(jq -r 'select(.domain == "sts-mx-cert-both.secure.test") | .hosts[].sessions[].result' documents | sort | uniq -c | tr -s ' ')" " 4 match"
SM_NAME="--days" expect_status 1 check_all --days 14 sts-mx-cert-soon.secure.test
SM_NAME="75 beats 2 beats 0" expect_status 75 check_all sts-enforce.secure.test sts-no-txt.secure.test sts-mx-closed.secure.test
SM_NAME="quiet" expect_status 0 check_all -q sts-enforce.secure.test
empty "says nothing" "$OUT"
for row in sts-enforce:0 sts-no-txt:1 sts-mx-expired:2 sts-mx-closed:3 sts-mx-cert-soon:1; do
  SM_NAME="--nagios of ${row%:*}" expect_status "${row#*:}" check_all --nagios "${row%:*}.secure.test"
  is "is one line" "$(wc -l <"$OUT")" 1
done
like "with performance data" "$OUT" "^SMMTASTS WARNING - .* \| 'policy_host_days'=[0-9]+;14: 'mx_days'=[0-9]+;14:"
head -n 15 documents >earlier
head -n 17 domains >few
SM_NAME="--skip" expect_status 0 sh -c 'smmtasts check --allow-private --json --skip earlier - <few'
is "does the rest" "$(wc -l <"$OUT")" 2
echo sts-enforce.secure.test >some
echo 'a b' >>some
SM_NAME="a line that is none" expect_status 65 sh -c 'smmtasts check --allow-private - <some'
like "is named" "$ERR" '^smmtasts: warning: line 2: '
SM_NAME="an argument that is none" expect_status 64 smmtasts check mx.example.org:25

# The cache is read, and left as it is.
SM_NAME="no cache" expect_status 0 check_all --cache nothing/mtasts.sqlite sts-enforce.secure.test
check "none is made" test ! -e nothing

# The page's examples and the recipes, as they stand, but that all is on private addresses here.
printf '%s\n' example.com >domains
sed -n 's/^\.Dl smmtasts check/smmtasts check --allow-private/p' "$SM_ROOT/man/smmtasts.1" >examples
sed -n 's/^[0-9*][^ ]* [^ ]* [^ ]* [^ ]* [^ ]* smmtasts check/smmtasts check --allow-private/p' "$SM_ROOT/examples/cron/smmtasts.crontab" >>examples
sed -n 's,^ *command_line  /usr/local/bin/smmtasts check \(.*\) .ARG1.$,smmtasts check --allow-private \1 example.com,p' "$SM_ROOT/examples/nagios/smmtasts.cfg" >>examples
is "examples" "$(wc -l <examples)" 6
while read -r example; do expect_status 0 sh -c "$example"; done <examples
like "Nagios is told" "$OUT" '^SMMTASTS OK - example\.com: holds'
done_testing
