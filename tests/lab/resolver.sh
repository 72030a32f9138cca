#!/bin/sh
# label: lab
# timeout: 300
# What dns::Resolver says of each kind of zone, by each backend; and that no resolver that misbehaves makes it say "secure" of what is
# not. lab-ask prints NAME TYPE OUTCOME SECURITY FAILURE BACKEND TRUST CANONICAL COUNT TTL: REASON.
. "${0%/*}/../lib.sh"
. "$SM_TESTS/lab/lib-lab.sh"
lab_enter dns
cd "$SM_TMP" || exit 1
ask="${SM_BUILD:-${SM_BIN%/bin}}/tests/lab/lab-ask"
check "lab-ask is there" test -x "$ask"

# NAME TYPE OUTCOME SECURITY FAILURE CANONICAL COUNT, then what the reason holds: by the resolver's word, and validated here.
cat >table <<'TABLE'
ee-spki.secure.test MX data secure none = 1||
_25._tcp.mx.ee-spki.secure.test TLSA data secure none = 1||
_25._tcp.mx.fifty.secure.test TLSA data secure none = 50||
mx.only-6.secure.test AAAA data secure none = 1||
big.secure.test TXT data secure none = 1||
null-mx.secure.test MX data secure none = 1||
x.w.wildcard.secure.test MX data secure none = 1||
mx.plain.secure.test MX no-data secure none = 0||
_25._tcp.mx.plain.secure.test TLSA no-name secure none = 0||
missing-top-level TXT no-name secure none = 0||
dane.nsec3.test MX data secure none = 1||
plain.nsec3.test A no-data secure none = 0||
_25._tcp.mx.plain.nsec3.test TLSA no-name secure none = 0||
dane.optout.test MX data secure none = 1||
_25._tcp.mx.plain.optout.test TLSA no-name insecure none = 0|not to be signed|not to be signed
dane.soon.test MX data secure none = 1||
dane.unsigned.test MX data insecure none = 1|not to be signed|proven here
missing.unsigned.test MX no-name insecure none = 0|not to be signed|proven here
dane.island.test MX data insecure none = 1|not to be signed|proven here
plain.unknown.test MX data insecure none = 1|not to be signed|proven here
dane.bogus.test MX failed bogus bogus = 0|DNSSEC bogus .extended error 6|signature verification failed
dane.expired.test MX failed bogus bogus = 0|signature expired .extended error 7|signature expired
dane.future.test MX failed bogus bogus = 0|signature not yet valid .extended error 8|before inception date
dane.bad-ds.test MX failed bogus bogus = 0|DNSKEY missing .extended error 9|DS hash mismatches key
dane.stripped.test MX failed bogus bogus = 0|DNSKEY missing .extended error 9|No DNSKEY record
mx-bogus.secure.test MX failed bogus bogus = 0|DNSSEC bogus|signature verification failed
mx-expired.secure.test MX failed bogus bogus = 0|signature expired|signature expired
mx.a-bogus.secure.test A failed bogus bogus = 0|DNSSEC bogus|signature verification failed
_25._tcp.mx.tlsa-bogus.secure.test TLSA failed bogus bogus = 0|DNSSEC bogus|signature verification failed
_25._tcp.mx.denial-bogus.secure.test TLSA failed bogus bogus = 0|DNSSEC bogus|validation failed
_25._tcp.mx.dane-denial-bogus.secure.test TLSA data secure none = 1||
mx.alias.secure.test A data secure none mx.ee-spki.secure.test 1||
_25._tcp.mx.tlsa-dname.secure.test TLSA data secure none _25._tcp.mx.ee-spki.secure.test 1||
mx.alias-unsigned.secure.test A data insecure none mx.plain.unsigned.test 1|not to be signed|proven here
mx.alias-unsigned.secure.test CNAME data secure none = 1||
mx.alias-from-unsigned.unsigned.test A data insecure none mx.ee-spki.secure.test 1|not to be signed|proven here
mx.alias-bogus.secure.test A failed bogus bogus = 0|DNSSEC bogus|signature verification failed
mx.alias-bogus.secure.test CNAME data secure none = 1||
mx.alias-loop.secure.test A failed indeterminate servfail = 0|SERVFAIL|SERVFAIL
dane.servfail.test MX failed indeterminate servfail = 0|SERVFAIL|SERVFAIL
dane.lame.test MX failed indeterminate servfail = 0|SERVFAIL|SERVFAIL
_25._tcp.mx.plain.tlsa-servfail.test TLSA failed indeterminate servfail = 0|SERVFAIL|SERVFAIL
_25._tcp.mx.plain.tlsa-refused.test TLSA failed indeterminate servfail = 0|SERVFAIL|SERVFAIL
TABLE
cut -d' ' -f 1,2 table >names

# compare FILE COLUMN BACKEND TRUST: each line of the table against the answers in FILE.
compare() {
  while IFS='|' read -r line first second; do
    # shellcheck disable=SC2086 # words
    set -- "$1" "$2" "$3" "$4" $line
    canonical=${10}
    if [ "$canonical" = = ]; then canonical=$5; fi
    want="$5 $6 $7 $8 $9 $3 $4 $canonical ${11}"
    got=$(grep "^$5 $6 " "$1")
    is "$3: $5 $6" "$(echo "$got" | cut -d' ' -f 1-9)" "$want"
    why=$first
    if [ "$2" = 2 ]; then why=$second; fi
    if [ -n "$why" ]; then
      printf '%s\n' "${got#*: }" >reason
      like "$3: why, of $5" reason "$why"
    fi
  done <table
}

expect_status 0 "$ask" - <names
cp "$OUT" by-word
compare by-word 1 c-ares trusted-resolver
expect_status 0 "$ask" --dnssec local - <names
cp "$OUT" here
compare here 2 libunbound validated-here

# When signatures end is known either way.
for mode in auto local; do
  "$ask" --dnssec $mode --signatures --records dane.soon.test MX mx.alias.secure.test A _25._tcp.mx.tlsa-dname.secure.test TLSA >signatures
  like "$mode: the RRSIG of the data" signatures '^dane\.soon\.test\. [0-9]+ IN RRSIG MX 13 '
  like "$mode: of an alias" signatures '^mx\.alias\.secure\.test\. [0-9]+ IN RRSIG CNAME 13 '
  like "$mode: of where it leads" signatures '^mx\.ee-spki\.secure\.test\. [0-9]+ IN RRSIG A 13 '
  like "$mode: of a DNAME" signatures ' IN RRSIG DNAME 13 '
  is "$mode: and no other" "$(grep -c RRSIG signatures)" 5
done

# Whose word, and which backend: resolv.conf decides, and the user.
whose() { "$ask" "$@" ee-spki.secure.test MX dane.unsigned.test MX | cut -d' ' -f 1-4,6,7 | sort; }
both_by() { printf 'dane.unsigned.test MX data insecure %s\nee-spki.secure.test MX data secure %s\n' "$1" "$1"; }
validating=$(lab_resolver validating)
is "loopback and trust-ad: its word" "$(whose)" "$(both_by "c-ares trusted-resolver")"
is "the same server, named" "$(whose --resolver "$validating")" "$(both_by "c-ares trusted-resolver")"
is "--dnssec local" "$(whose --dnssec local)" "$(both_by "libunbound validated-here")"
is "--dnssec resolver" "$(whose --dnssec resolver --resolver "$(lab_resolver validating elsewhere)")" "$(both_by "c-ares trusted-by-command")"
is "a server that resolv.conf does not name" "$(whose --resolver "$(lab_resolver validating elsewhere)")" "$(both_by "libunbound validated-here")"
lab_use_resolver "$validating"
is "loopback without trust-ad" "$(whose)" "$(both_by "libunbound validated-here")"
lab_use_resolver "$(lab_resolver validating elsewhere)" trust-ad
is "trust-ad, and not on loopback" "$(whose)" "$(both_by "libunbound validated-here")"
is "nobody's word" "$(whose --dnssec none)" "$(both_by "c-ares nobody" | sed 's/ insecure / indeterminate /; s/ secure / indeterminate /')"
# A resolver that does not validate is told from zones that are not signed.
plain=$(lab_resolver plain)
"$ask" --dnssec resolver --resolver "$plain" ee-spki.secure.test MX dane.unsigned.test MX dane.bogus.test MX missing.secure.test MX >unproven
is "a resolver that does not validate proves nothing" "$(cut -d" " -f 4 unproven | sort -u)" indeterminate
is "and is named as such" "$(grep -c 'does not validate' unproven)" 4
is "validated here by way of it" "$(whose --resolver "$plain")" "$(both_by "libunbound validated-here")"

# A liar that resolv.conf names.
lied() { "$ask" dane.unsigned.test MX dane.bogus.test MX ee-spki.secure.test MX | cut -d' ' -f 1,3,4,6,7 | sort; }
truth="dane.bogus.test failed bogus libunbound validated-here
dane.unsigned.test data insecure libunbound validated-here
ee-spki.secure.test data secure libunbound validated-here"
lab_use_resolver "$(lab_resolver liar elsewhere)" trust-ad
is "a liar that is not on loopback" "$(lied)" "$truth"
lab_use_resolver "$(lab_resolver liar)" edns0
is "a liar on loopback without trust-ad" "$(lied)" "$truth"

# Resolvers that misbehave, on loopback and elsewhere: whatever they do, what is not secure is never said to be, and what is there is
# not said to be absent.
printf '%s\n' "dane.unsigned.test MX" "dane.bogus.test MX" "_25._tcp.mx.dane.bogus.test TLSA" "dane.expired.test MX" \
  "mx-bogus.secure.test MX" "mx.alias-unsigned.secure.test A" >not-secure
printf '%s\n' "ee-spki.secure.test MX" "_25._tcp.mx.ee-spki.secure.test TLSA" >is-secure
faults="liar strip black-hole truncates no-tcp servfail refused notimp formerr-edns late wrong-id wrong-question race garbage cut empty drops-first"
tab=$(printf '\t')
for fault in $faults; do
  grep "^$fault$tab" "$LAB/resolvers.tsv" >/dev/null || not_ok "the laboratory has no $fault"
  (
    for address in "$(lab_resolver "$fault")" "$(lab_resolver "$fault" elsewhere)"; do
      for mode in auto local; do
        cat not-secure is-secure | timeout 30 "$ask" --dnssec $mode --resolver "$address" --timeout 3 - || echo "lab-ask: status $?"
      done
    done >"answers-$fault"
  ) &
done
wait
for fault in $faults; do
  is "$fault: all questions end" "$(wc -l <"answers-$fault")" 32
  is "$fault: validated here throughout" "$(cut -d' ' -f 6,7 "answers-$fault" | sort -u)" "libunbound validated-here"
  is "$fault: nothing is secure that is not" "$(grep -F -f not-secure "answers-$fault" | cut -d' ' -f 4 | grep -cx secure)" 0
  is "$fault: nothing is denied that is there" "$(cut -d' ' -f 3 "answers-$fault" | grep -cE '^no-')" 0
  is "$fault: what is secure is so or fails" \
    "$(grep -F -f is-secure "answers-$fault" | cut -d' ' -f 3,4 | grep -vcE '^(data secure|failed (bogus|indeterminate))$')" 0
done
for fault in liar truncates; do
  is "$fault: what is secure is found so all the same" "$(grep -F -f is-secure "answers-$fault" | cut -d' ' -f 3,4 | sort -u)" "data secure"
done
is "strip: no domain's fault" "$(cut -d' ' -f 5 answers-strip | sort -u)" stripped
is "black-hole: no answer in time" "$(cut -d' ' -f 5 answers-black-hole | sort -u)" timeout

# On the user's word the way to the resolver still matters: what is no answer to the question is none.
for fault in liar strip black-hole truncates no-tcp servfail refused notimp formerr-edns late wrong-id wrong-question race garbage cut empty drops-first; do
  timeout 30 "$ask" --dnssec resolver --resolver "$(lab_resolver $fault)" --timeout 4 ee-spki.secure.test MX >"word-$fault" &
done
wait
word() { is "by its word, $1" "$(cut -d' ' -f 3-5 "word-$1")" "$2"; }
word liar "data secure none"
word strip "data indeterminate none"
word black-hole "failed indeterminate timeout"
word truncates "data secure none"
word no-tcp "failed indeterminate unreachable"
word servfail "failed indeterminate servfail"
word refused "failed indeterminate refused"
word notimp "failed indeterminate refused"
word formerr-edns "data secure none"
word late "data secure none"
word wrong-id "failed indeterminate timeout"
word wrong-question "failed indeterminate timeout"
word race "data secure none"
word garbage "failed indeterminate timeout"
word cut "failed indeterminate malformed"
word empty "no-data indeterminate none"
word drops-first "data secure none"

# Servers of resolv.conf stand in for one another.
{
  echo "nameserver $(lab_resolver servfail)"
  echo "nameserver $(lab_resolver black-hole)"
  echo "nameserver $validating"
  echo "options trust-ad"
} >"$LAB_RUN/resolv.conf"
"$ask" ee-spki.secure.test MX dane.bogus.test MX dane.unsigned.test MX | cut -d' ' -f 1-7 | sort >three
is "the third of three servers answers" "$(cut -d' ' -f 1,3-5 three)" "dane.bogus.test failed bogus bogus
dane.unsigned.test data insecure none
ee-spki.secure.test data secure none"
echo "nameserver 127.0.99.99" >"$LAB_RUN/resolv.conf"
is "nobody listens" "$("$ask" --dnssec resolver ee-spki.secure.test MX | cut -d' ' -f 3-5)" "failed indeterminate unreachable"
expect_status 64 "$ask" --resolver dns.example ee-spki.secure.test MX

# A trust anchor that is none of the root: nothing is validated, and so nothing is proven not to be signed either (RFC 4035 §4.3).
lab_use_resolver "$validating" trust-ad
: >empty
echo '; no key' >comment
sed 's/^\.[[:blank:]]/example. /' "$LAB/root.key" >other
for anchor in empty comment other; do
  for name in ee-spki.secure.test dane.unsigned.test; do
    # shellcheck disable=SC2016
    is "$name, with an anchor that is $anchor" "$(unshare -m sh -c 'mount --bind "$1" /usr/share/dns/root.key && shift && exec "$@"' sh \
      "$SM_TMP/$anchor" "$ask" --dnssec local $name MX | cut -d' ' -f 3-5)" "data indeterminate none"
  done
done

# Many at once: none lost, in a window of 100, and each queue is served while others wait.
lab_use_resolver "$validating" trust-ad
awk 'BEGIN { for (n = 0; n < 10000; n++) printf "_25._tcp.mx.d%03d.many.test TLSA\n", n % 300 }' >many
expect_status 0 "$ask" --quiet - <many
is "10,000 look-ups, none lost" "$(cat "$OUT")" "data secure 10000"
expect_status 0 "$ask" --quiet --dnssec local - <many
is "validated here, too" "$(cat "$OUT")" "data secure 10000"
# Towards a resolver that is not on this machine, ports change every 100 questions.
expect_status 0 "$ask" --quiet --dnssec resolver --resolver "$(lab_resolver validating elsewhere)" - <many
is "10,000 from changing ports" "$(cat "$OUT")" "data secure 10000"
done_testing
