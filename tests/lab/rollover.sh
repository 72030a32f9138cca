#!/bin/sh
# label: lab
# timeout: 120
# smdane rollover against authoritative servers: not published, to wait, safe; and the hook that an ACME client runs.
. "${0%/*}/../lib.sh"
. "$SM_TESTS/lab/lib-lab.sh"
lab_enter dns
need_command openssl
cd "$SM_TMP" || exit 1
next=$LAB/certificates/next.key
certificate() { echo "$(lab_certificate "$1").pem"; }
roll() { smdane rollover --state state --current "$(certificate "${2:-$1}")" --next "${3:-$next}" "mx.$1"; }
# As if so many seconds had passed.
later() { awk -v seconds="$1" '!/^#/ { $3 -= seconds } 1' state >older && mv older state; }

SM_NAME="the next key is not there" expect_status 1 roll ee-spki.secure.test
is "it says where" "$(cat "$OUT")" "mx.ee-spki.secure.test:25 not published: ns1.leaf.test (127.0.53.2) has no record of the next key"
check "and remembers nothing" test ! -e state
SM_NAME="one of two servers has it" expect_status 1 roll dane.split.test
is "and which has not" "$(cat "$OUT")" "mx.dane.split.test:25 not published: ns.old.test (127.0.53.4) has no record of the next key"
SM_NAME="the current key does not fit" expect_status 1 roll mismatch.secure.test
like "it is the current one" "$OUT" 'has no record that fits the current key'
SM_NAME="no records" expect_status 1 roll plain.secure.test ee-spki.secure.test
SM_NAME="not secure" expect_status 1 roll dane.unsigned.test
like "so they protect nothing" "$OUT" 'not published: the records are not secure'
SM_NAME="bogus" expect_status 1 roll dane.bogus.test
SM_NAME="a zone whose servers fail" expect_status 75 roll dane.lame.test
like "was not tested" "$OUT" '^mx.dane.lame.test:25 not tested: '

SM_NAME="both are there: wait" expect_status 75 roll rollover.secure.test
like "until when, and since when" "$OUT" '^mx\.rollover\.secure\.test:25 wait until [0-9-]+ [0-9:]+ .0000: on all servers since [0-9-]+ [0-9:]+ .0000, TTL 300 s$'
cp state first
later 540
SM_NAME="a minute too early" expect_status 75 roll rollover.secure.test
like "is not early enough" "$OUT" 'wait until'
cp first state
later 600
SM_NAME="twice the TTL" expect_status 0 roll rollover.secure.test
like "is enough" "$OUT" '^mx\.rollover\.secure\.test:25 safe: on all servers since '
SM_NAME="quiet" expect_status 0 smdane rollover -q --state state --current "$(certificate rollover.secure.test)" --next "$next" mx.ROLLOVER.secure.test
empty "says nothing" "$OUT"
expect_status 0 smdane rollover --dnssec local --json --state state --current "$(certificate rollover.secure.test)" --next "$next" mx.rollover.secure.test
is "JSON, validated here" "$(jq -c 'del(.run)' "$OUT")" '{"schema":"smdane.rollover/1","host":"mx.rollover.secure.test","port":25,"result":"safe","status":0,"same-issuer":false,"servers":[{"server":"ns1.leaf.test","address":"127.0.53.2","state":"both"},{"server":"ns2.leaf.test","address":"127.0.53.3","state":"both"}]}'
is "safe two TTLs after it was first seen" "$(jq '(.run["safe-at"] | fromdate) - (.run["first-seen"] | fromdate) == 2 * .run.ttl' "$OUT")" true
# The digest in the record is that of the key in the file, and of no other.
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out other.key 2>/dev/null
SM_NAME="another next key" expect_status 1 roll rollover.secure.test rollover.secure.test other.key
is "does not disturb the first" "$(grep -c rollover.secure.test state)" 1

# 3 1 1 of the current key, and 2 1 1 of its issuer.
SM_NAME="an issuer that both have" expect_status 75 roll rollover-ta.secure.test rollover-ta.secure.test "$(certificate ta-cert.secure.test)"
later 600
SM_NAME="and after twice the TTL" expect_status 0 roll rollover-ta.secure.test rollover-ta.secure.test "$(certificate ta-cert.secure.test)"
unlike "no condition" "$OUT" issuer
SM_NAME="a certificate of somebody else's" expect_status 1 roll rollover-ta.secure.test rollover-ta.secure.test "$(certificate ee-self-signed.secure.test)"
roll rollover-ta.secure.test >"$OUT"
like "of a key alone nobody knows the issuer" "$OUT" '; if the next certificate has the same issuer$'

# One server has not got it any more: the waiting begins anew.
digest=$(awk '/rollover\.secure\.test/ { print $2; exit }' state)
echo "_25._tcp.mx.dane.split.test $digest 1 300" >>state
SM_NAME="what was on all servers, and is not" expect_status 1 roll dane.split.test
is "is forgotten" "$(grep -c split state)" 0
is "and nothing else" "$(grep -c '^_25.*rollover' state)" 3

# Two runs at once with one state: what one has noted while the other waited for the lock stays.
exec 9<.
flock 9
smdane rollover --state two --current "$(certificate rollover.secure.test)" --next "$next" mx.rollover.secure.test >"$OUT" 9<&- &
waiting=$!
until readlink /proc/$waiting/fd/* | grep -Fqx "$PWD" || ! kill -0 $waiting; do sleep 0.05; done
echo "_25._tcp.mx.else.test $digest 1 300" >two
exec 9<&-
wait $waiting
is "both wrote the state" "$? $(grep -c '^_25' two)" "75 2"

# The ACME hook. nsupdate and postfix only say what they were told; rollover.secure.test is what it would be after nsupdate.
mkdir bin etc lineage
printf '#!/bin/sh\necho "# $*" >>"%s/updates"; cat >>"%s/updates"\n' "$SM_TMP" "$SM_TMP" >bin/nsupdate
printf '#!/bin/sh\necho "$*" >>"%s/reloads"\n' "$SM_TMP" >bin/postfix
chmod +x bin/*
sed "s,^host=.*,host=mx.rollover.secure.test,; s,^chain=.*,chain=$SM_TMP/etc/chain.pem,; s,^state=.*,state=$SM_TMP/etc/state," "$SM_ROOT/examples/acme/smdane-hook.sh" >hook
hook() { env PATH="$SM_TMP/bin:$PATH" RENEWED_LINEAGE="$SM_TMP/lineage" sh hook; }
openssl req -x509 -key "$next" -subj /CN=mx.rollover.secure.test -days 90 -out lineage/fullchain.pem
cp "$next" lineage/privkey.pem
SM_NAME="the hook, before anything is set up" expect_status 1 hook
like "says what to do" "$ERR" 'put privkey.pem and fullchain.pem into it'
cat "$(lab_certificate rollover.secure.test).key" "$(certificate rollover.secure.test)" >etc/chain.pem
cp etc/chain.pem old.pem
SM_NAME="the hook, of a renewed certificate" expect_status 0 hook
empty "is silent" "$OUT"
empty "on stderr too" "$ERR"
is "it publishes the new record, and no more" "$(cat updates)" "# -l
$(smdane generate --key "$next" --nsupdate mx.rollover.secure.test)"
same "the server has the old one still" etc/chain.pem old.pem
check "and was not disturbed" test ! -e reloads
cp etc/state state && later 700 && cp state etc/state
: >updates
SM_NAME="the hook, an hour later" expect_status 0 hook
empty "is silent again" "$ERR"
cat lineage/privkey.pem lineage/fullchain.pem >wanted.pem
same "the server has the new one" etc/chain.pem wanted.pem
is "it was told" "$(cat reloads)" reload
like "the old record goes" updates "^update delete _25\._tcp\.mx\.rollover\.secure\.test\. 3600 IN TLSA 3 1 1 $(smdane generate --cert old.pem mx.rollover.secure.test | sed 's/.* //')\$"
: >updates
SM_NAME="the hook, when all is done" expect_status 0 hook
empty "does nothing" updates
is "nor tells the server" "$(wc -l <reloads)" 1
# The same key, a new certificate: at once.
openssl req -x509 -key "$next" -subj /CN=mx.rollover.secure.test -days 91 -out lineage/fullchain.pem
SM_NAME="a renewed certificate with the same key" expect_status 0 hook
empty "needs no new record" updates
is "and is in use at once" "$(wc -l <reloads)" 2
# A key that is never published: somebody must know in time.
openssl req -x509 -key "$next" -subj /CN=mx.rollover.secure.test -days 3 -out short.pem
cat "$next" short.pem >etc/chain.pem
cp other.key lineage/privkey.pem
openssl req -x509 -key other.key -subj /CN=mx.rollover.secure.test -days 90 -out lineage/fullchain.pem
SM_NAME="a record that never appears, and an end that is near" expect_status 1 hook
like "is said" "$ERR" 'ends within 7 days, and the next one can.t be used: .*not published'
is "the server keeps what it has" "$(tail -n 5 etc/chain.pem | cksum)" "$(tail -n 5 short.pem | cksum)"
check "no file is left" test ! -e etc/chain.pem.next
done_testing
