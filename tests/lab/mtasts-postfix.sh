#!/bin/sh
# label: lab
# timeout: 60
# smmtasts postfix on every policy domain of the table: DANE and MTA-STS together, as Postfix is told.
. "${0%/*}/../lib.sh"
. "$SM_TESTS/lab/lib-lab.sh"
lab_enter dns https
need_command jq
cd "$SM_TMP" || exit 1
tab=$(printf '\t')
XDG_CACHE_HOME=$SM_TMP
export XDG_CACHE_HOME

# NAME LOOKUP CHECK POSTFIX RULE: a value, or a status.
cp "$LAB/policies.tsv" policies
while IFS=$tab read -r name _; do
  { smmtasts postfix --allow-private --timeout 8 --cache none/none "$name" >"out-$name" 2>"err-$name"; echo $? >"status-$name"; } &
done <policies
wait
while IFS=$tab read -r name _ _ want rule; do
  case $want in
  [0-9]*) is "$name ($rule)" "$(cat "status-$name" "out-$name")" "$want" ;;
  *) is "$name ($rule)" "$(cat "status-$name" "out-$name" "err-$name")" "0
$want" ;;
  esac
done <policies
check "nothing is kept" test ! -e none

ask() { smmtasts postfix --allow-private "$@"; }
SM_NAME="a port" expect_status 0 ask sts-enforce.secure.test:587
SM_NAME="a host in brackets" expect_status 2 ask '[mx.sts-enforce.secure.test]'
SM_NAME="has no policy of the domain's, but TLSA" expect_status 0 ask '[mx.sts-dane.secure.test]'
is "of its own" "$(cat "$OUT")" dane-only
SM_NAME="at that port" expect_status 2 ask '[mx.sts-dane.secure.test]:587'
SM_NAME="the form of Postfix 3.10" expect_status 0 ask --attributes sts-wildcard.secure.test
is "has its attributes" "$(cat "$OUT")" \
  "secure match=.sts-wildcard.secure.test servername=hostname policy_type=sts policy_domain=sts-wildcard.secure.test mx_host_pattern=*.sts-wildcard.secure.test { policy_string = version: STSv1 } { policy_string = mode: enforce } { policy_string = mx: *.sts-wildcard.secure.test } { policy_string = max_age: 86400 }"
SM_NAME="but not with DANE" expect_status 0 ask --attributes sts-dane.secure.test
is "whose value has none" "$(cat "$OUT")" dane-only
SM_NAME="why" expect_status 2 ask -v sts-testing.secure.test
like "is a note" "$ERR" '^smmtasts: note: DANE: none, MTA-STS: testing$'
SM_NAME="JSON" expect_status 0 ask --json sts-dane-half.secure.test
is "has both" "$(jq -c '[.value, .dane, .mode]' "$OUT")" '["dane-only","some","enforce"]'
done_testing
