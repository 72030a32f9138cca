#!/bin/sh
# label: lab
# timeout: 120
# The laboratory is what it says it is: asked with other people's tools.
. "${0%/*}/../lib.sh"
. "$SM_TESTS/lab/lib-lab.sh"
need_command dig delv
lab_enter
cd "$SM_TMP" || exit 1

# Names. delv validates by itself, from the laboratory's root.
sed -n 's/^\.[[:space:]]*[0-9]*[[:space:]]*IN[[:space:]]*DNSKEY[[:space:]]*\([0-9]*\) \([0-9]*\) \([0-9]*\) \([^ ]*\).*/trust-anchors { "." initial-key \1 \2 \3 "\4"; };/p' \
  "$LAB/root.key" >anchors
validated() { delv @"$1" -a anchors "$2" "$3" 2>&1; }
state() { # state NAME TYPE: what delv finds by itself, from a resolver that does not validate
  case $(validated 127.0.0.54 "$1" "$2") in
  *'resolution failed: ncache'*'fully validated'*) echo "secure denial" ;;
  *'fully validated'*) echo secure ;;
  *'unsigned answer'*) echo insecure ;;
  *) echo bogus ;;
  esac
}
flags() { dig "$@" | sed -n 's/^;; flags:\([^;]*\);.*/\1/p'; }
rcode() { dig "$@" | sed -n 's/.*status: \([A-Z]*\),.*/\1/p'; }
ad() { case " $(flags "$@" +adflag) " in *" ad "*) echo ad ;; *) echo "no ad" ;; esac; }

for zone in secure nsec3 optout soon many split; do is "$zone.test is secure" "$(state $zone.test SOA)" secure; done
for zone in unsigned island unknown; do is "$zone.test is insecure" "$(state $zone.test SOA)" insecure; done
for zone in bogus expired future bad-ds stripped; do is "$zone.test is bogus" "$(state $zone.test SOA)" bogus; done
for zone in secure nsec3 optout unsigned island unknown bogus expired future bad-ds stripped; do
  case $zone in
  secure | nsec3 | optout) want="NOERROR ad" ;;
  unsigned | island | unknown) want="NOERROR no ad" ;;
  *) want="SERVFAIL no ad" ;;
  esac
  is "unbound says so of $zone.test" "$(rcode $zone.test SOA) $(ad $zone.test SOA)" "$want"
  is "and passes it on unchecked" "$(rcode $zone.test SOA +cd)" NOERROR
done
dig expired.test SOA >out
like "it says why, with the extended error" out 'EDE: 7|EDE: 6|Expired'
for what in mx a tlsa; do
  name=$what-bogus.secure.test
  case $what in a) name=mx.$name ;; tlsa) name=_25._tcp.mx.$name ;; esac
  for other in mx a tlsa; do
    asked=$what-bogus.secure.test
    case $other in a) asked=mx.$asked ;; tlsa) asked=_25._tcp.mx.$asked ;; esac
    is "$what-bogus: its $other" "$(rcode "$asked" $other)" "$(if [ $what = $other ]; then echo SERVFAIL; else echo NOERROR; fi)"
  done
done
is "denial-bogus" "$(rcode _25._tcp.mx.denial-bogus.secure.test TLSA)" SERVFAIL
is "dane-denial-bogus has its record" "$(rcode _25._tcp.mx.dane-denial-bogus.secure.test TLSA)" NOERROR
is "but no denial of A" "$(rcode _25._tcp.mx.dane-denial-bogus.secure.test A)" SERVFAIL
is "an alias into an insecure zone" "$(ad mx.alias-unsigned.secure.test A)" "no ad"
is "is itself secure" "$(ad mx.alias-unsigned.secure.test CNAME)" ad
is "a wildcard" "$(dig +short x.w.wildcard.secure.test MX)" "10 mx.ee-spki.secure.test."
is "a DNAME" "$(dig +short _25._tcp.mx.tlsa-dname.secure.test TLSA | tail -n 1)" "$(dig +short _25._tcp.mx.ee-spki.secure.test TLSA)"
is "fifty records" "$(dig +short _25._tcp.mx.fifty.secure.test TLSA | wc -l)" 50
check "9 kB of text" test "$(dig +short big.secure.test TXT | wc -c)" -gt 9000
like "which come by TCP" <<X /dev/stdin 'flags: .*tc'
$(dig +ignore big.secure.test TXT)
X
is "split.test: one server has the next key" "$(dig +short @127.0.53.2 _25._tcp.mx.dane.split.test TLSA | wc -l)" 2
is "the other has not" "$(dig +short @127.0.53.4 _25._tcp.mx.dane.split.test TLSA | wc -l)" 1
is "an authority fails at _25._tcp" "$(rcode _25._tcp.mx.plain.tlsa-servfail.test TLSA)" SERVFAIL
is "and nowhere else" "$(rcode mx.plain.tlsa-servfail.test A) $(ad mx.plain.tlsa-servfail.test A)" "NOERROR ad"
is "an authority refuses at _25._tcp" "$(rcode _25._tcp.mx.plain.tlsa-refused.test TLSA)" SERVFAIL
is "lame.test has no server that knows it" "$(rcode lame.test SOA)" SERVFAIL

# Resolvers. `once` asks once, without TCP.
once() { dig "@$1" +tries=1 +timeout=2 +ignore "$2" "$3" "$4" >out 2>&1; }
for kind in "" other; do
  resolver() { lab_resolver "$1" $kind; }
  liar=$(resolver liar)
  is "$liar lies" "$(ad "@$liar" plain.unsigned.test MX) $(rcode "@$liar" dane.bogus.test MX) $(ad "@$liar" dane.bogus.test MX)" "ad NOERROR ad"
  dig "@$(resolver strip)" +dnssec ee-spki.secure.test MX >out
  unlike "strip: no signature" out 'RRSIG|OPT PSEUDO|flags:.* ad'
  like "but the answer" out 'MX.10 mx.ee-spki'
  for name in servfail refused notimp; do
    is "$name" "$(rcode "@$(resolver $name)" ee-spki.secure.test MX | tr '[:upper:]' '[:lower:]')" $name
  done
  resolver=$(resolver formerr-edns)
  is "formerr-edns" "$(rcode "@$resolver" +edns=0 +noednsnegotiation ee-spki.secure.test MX) $(rcode "@$resolver" +noedns ee-spki.secure.test MX)" "FORMERR NOERROR"
  once "$(resolver truncates)" ee-spki.secure.test MX
  like "truncates" out 'flags:.* tc'
  is "and answers by TCP" "$(rcode "@$(resolver truncates)" ee-spki.secure.test MX)" NOERROR
  once "$(resolver no-tcp)" ee-spki.secure.test MX
  like "no-tcp truncates" out 'flags:.* tc'
  dig "@$(resolver no-tcp)" +tcp +tries=1 ee-spki.secure.test MX >out 2>&1
  like "and refuses TCP" out 'connection refused'
  once "$(resolver wrong-id)" ee-spki.secure.test MX
  like "wrong-id" out 'ID mismatch'
  once "$(resolver wrong-question)" ee-spki.secure.test MX
  like "wrong-question" out 'Question section mismatch'
  once "$(resolver garbage)" ee-spki.secure.test MX
  unlike "garbage" out 'status: NOERROR'
  once "$(resolver cut)" ee-spki.secure.test MX
  unlike "cut" out 'flags:.* tc'
  is "empty" "$(dig "@$(resolver empty)" ee-spki.secure.test MX | sed -n 's/.*\(ANSWER: [0-9]*\).*/\1/p')" "ANSWER: 0"
  dig "@$(resolver drops-first)" +tries=2 +timeout=1 +notcp mx.ee-spki.secure.test A >out 2>&1
  like "drops-first answers the second time" out 'status: NOERROR'
  like "having dropped the first" out 'timed out|retry|Query time'
  is "race: the right one comes last" "$(rcode "@$(resolver race)" ee-spki.secure.test MX)" NOERROR
  dig "@$(resolver late)" +tries=1 ee-spki.secure.test MX >out
  check "late: after 800 ms" test "$(sed -n 's/.*Query time: \([0-9]*\) .*/\1/p' out)" -ge 790
  dig "@$(resolver black-hole)" +tries=1 +timeout=1 ee-spki.secure.test MX >out 2>&1
  like "black-hole" out 'timed out'
done
lab_use_resolver "$(lab_resolver strip)"
is "lab_use_resolver" "$(ad ee-spki.secure.test MX)" "no ad"
lab_use_resolver 127.0.0.53 trust-ad
is "and back" "$(ad ee-spki.secure.test MX)" ad

done_testing
