#!/bin/sh
# label: lab
# timeout: 120
# smdane lookup: what it prints and answers of each kind of zone, by either backend; and that a resolver that misbehaves never makes it
# answer 0 about what is not secure.
. "${0%/*}/../lib.sh"
. "$SM_TESTS/lab/lib-lab.sh"
lab_enter dns
cd "$SM_TMP" || exit 1

# NAME STATUS SECURITY, and what is found: RECORDS, none, or the kind of failure.
cat >table <<'X'
mx.ee-spki.secure.test 0 secure 3 1 1 [0-9a-f]{64}
mx.ee-cert-full.secure.test 0 secure 3 0 0 [0-9a-f]{400,}
mx.rollover.secure.test 0 secure 3 1 1 [0-9a-f]{64}, 3 1 1 [0-9a-f]{64}
mx.rollover-ta.secure.test 0 secure 2 1 1 [0-9a-f]{64}, 3 1 1 [0-9a-f]{64}
mx.fifty.secure.test 0 secure (3 1 1 [0-9a-f]{64}(, )?){50}
mx.pkix-ee.secure.test 0 secure 1 1 1 [0-9a-f]{64}
mx.tlsa-alias.secure.test 0 secure 3 1 1 [0-9a-f]{64}
mx.tlsa-dname.secure.test 0 secure 3 1 1 [0-9a-f]{64}
mx.dane.nsec3.test 0 secure 3 1 1 [0-9a-f]{64}
mx.plain.secure.test 2 secure no TLSA record
mx.plain.nsec3.test 2 secure no TLSA record
mx.plain.optout.test 2 insecure no TLSA record
nobody.unsigned.test 2 insecure no TLSA record
mx.dane.unsigned.test 1 insecure 3 1 1 [0-9a-f]{64}
mx.dane.island.test 1 insecure 3 1 1 [0-9a-f]{64}
mx.tlsa-alias-unsigned.secure.test 1 insecure 3 1 1 [0-9a-f]{64}
mx.dane.bogus.test 1 bogus bogus: .*
mx.dane.expired.test 1 bogus bogus: .*expired.*
mx.dane.stripped.test 1 bogus bogus: .*
mx.tlsa-expired.secure.test 1 bogus bogus: .*expired.*
mx.denial-bogus.secure.test 1 bogus bogus: .*
mx.plain.tlsa-servfail.test 75 indeterminate servfail: .*
mx.dane.lame.test 75 indeterminate servfail: .*
X
for backend in trusted-resolver validated-here; do
  mode=auto
  if [ $backend = validated-here ]; then mode=local; fi
  cut -d' ' -f 1 table | smdane lookup --sort --dnssec $mode - >lines
  is "$backend: one status for all" $? 1
  cut -d' ' -f 1 table | smdane lookup --sort --json --dnssec $mode - >documents
  number=0
  while read -r name status security found; do
    number=$((number + 1))
    sed -n "${number}p" lines >line
    like "$backend: $name" line "^$name:25 $security $backend $found\$"
    is "and its own status" "$(sed -n "${number}p" documents | jq -r '.host, .status, .security, .by.trust' | tr '\n' ' ')" "$name $status $security $backend "
  done <table
done
while read -r name status _; do expect_status "$status" smdane lookup "$name"; done <<X
$(sed -n '1p;10p;14p;17p;22p' table)
X
SM_NAME="quiet, and 0" expect_status 0 smdane lookup -q mx.ee-spki.secure.test
empty "nothing is said" "$OUT"
SM_NAME="quiet, and not 0" expect_status 2 smdane lookup -q mx.plain.secure.test
is "it is" "$(cat "$OUT")" "mx.plain.secure.test:25 secure trusted-resolver no TLSA record"
SM_NAME="2 wins over 0" expect_status 2 smdane lookup mx.ee-spki.secure.test mx.plain.secure.test
SM_NAME="75 over 2" expect_status 75 smdane lookup mx.plain.secure.test mx.dane.lame.test mx.ee-spki.secure.test
SM_NAME="1 over 75" expect_status 1 smdane lookup mx.dane.lame.test mx.dane.bogus.test mx.plain.secure.test
SM_NAME="an international name" expect_status 0 smdane lookup mx.bücher.secure.test
SM_NAME="other ports" expect_status 0 smdane lookup mx.ports.secure.test:465 mx.ports.secure.test:143
# Two nights: what is volatile is in run.
for night in 1 2; do smdane lookup --json --sort mx.fifty.secure.test mx.tlsa-alias.secure.test mx.dane.bogus.test mx.dane.lame.test mx.plain.secure.test | jq -c 'del(.run)' >"night$night"; done
same "two nights are the same" night1 night2
is "the alias is shown" "$(jq -r '.aliases[]' night1)" tlsa-tlsa-alias.tlsa-alias.secure.test
need_command strace
strace -f -e trace=sendto,sendmsg,sendmmsg,connect -o trace smdane lookup mx.ee-spki.secure.test >"$OUT"
is "one question, for the record, and nothing else" "$(grep -cE '^[0-9 ]*send' trace) $(grep -cE '^[0-9 ]*send.*_25.*_tcp.*mx' trace) $(grep -c 'htons(25)' trace)" "1 1 0"

# Resolvers that misbehave.
printf '%s\n' mx.dane.unsigned.test mx.dane.bogus.test mx.dane.expired.test mx.tlsa-bogus.secure.test mx.tlsa-alias-unsigned.secure.test >not-secure
validating=$(lab_resolver validating)
for fault in liar strip black-hole truncates wrong-id wrong-question race cut drops-first; do
  for mode in auto local; do
    smdane lookup --dnssec $mode --resolver "$(lab_resolver $fault elsewhere)" --dns-timeout 4 - <not-secure >"answers-$fault-$mode" 2>&1 &
  done
  # resolv.conf names another one: this is what one on loopback is without trust-ad.
  smdane lookup --resolver "$(lab_resolver $fault)" --dns-timeout 4 - <not-secure >"answers-$fault-loopback" 2>&1 &
done
wait
for fault in liar strip black-hole truncates wrong-id wrong-question race cut drops-first; do
  cat "answers-$fault"-* >answers
  is "$fault: all are answered" "$(grep -c validated-here answers)" 15
  is "$fault: none is secure" "$(grep -c ' secure ' answers)" 0
done
lab_use_resolver "$(lab_resolver liar elsewhere)" trust-ad
SM_NAME="a liar that is not on loopback, vouched for" expect_status 1 smdane lookup mx.dane.unsigned.test
like "is not believed" "$OUT" ' insecure validated-here '
lab_use_resolver "$(lab_resolver liar)" edns0
SM_NAME="a liar on loopback that nobody vouches for" expect_status 1 smdane lookup mx.dane.bogus.test
like "is not believed either" "$OUT" ' bogus validated-here '
lab_use_resolver "$(lab_resolver plain)" trust-ad
SM_NAME="a resolver that does not validate" expect_status 75 smdane lookup mx.ee-spki.secure.test
like "proves nothing" "$OUT" '^mx.ee-spki.secure.test:25 indeterminate trusted-resolver '
lab_use_resolver "$validating" trust-ad

# Many: none lost.
awk 'BEGIN { for (n = 0; n < 10000; n++) printf "mx.d%03d.many.test\n", n % 300 }' >many
expect_status 0 smdane lookup - <many
is "10,000" "$(cut -d' ' -f 2,4-6 "$OUT" | sort | uniq -c | tr -s ' ')" " 10000 secure 3 1 1"

# The examples of the page.
sed -n 's/^\.Dl smdane lookup/smdane lookup/p' "$SM_ROOT/man/smdane.1" >examples
check "there are examples" test -s examples
while read -r example; do expect_status 0 sh -c "$example"; done <examples
done_testing
