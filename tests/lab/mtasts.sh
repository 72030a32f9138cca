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
check "many policy domains" test "$(wc -l <policies)" -ge 80
while IFS=$tab read -r name _; do
  { smmtasts lookup --json --allow-private --timeout 8 "$name" >"lookup-$name"; echo $? >"status-$name"; } &
done <policies
wait
while IFS=$tab read -r name want _; do
  is "lookup $name" "$(cat "status-$name") $(jq -r .status "lookup-$name")" "$want $want"
done <policies

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
done_testing
