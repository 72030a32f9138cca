#!/bin/sh
# label: lab
# timeout: 300
# The laboratory is what it says it is: asked with other people's tools.
. "${0%/*}/../lib.sh"
. "$SM_TESTS/lab/lib-lab.sh"
need_command dig delv curl
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

# Mail servers: reply codes of greeting, EHLO, STARTTLS, and what comes of it.
cat >behaviours <<'TABLE'
ee-spki 220 250 starttls 220 TLSv1.3 250 221
multi-line 220 250 starttls 220 TLSv1.3 250 221
small-pieces 220 250 starttls 220 TLSv1.3 250 221
lower-case 220 250 starttls 220 TLSv1.3 250 221
no-quit 220 250 starttls 220 TLSv1.3 250 closed
quit-stall 220 250 starttls 220 TLSv1.3 250 timeout
close-tls 220 250 starttls 220 TLSv1.3 closed
tls-1-0 220 250 starttls 220 TLSv1 250 221
tls-1-1 220 250 starttls 220 TLSv1.1 250 221
tls-1-2 220 250 starttls 220 TLSv1.2 250 221
tls-1-3 220 250 starttls 220 TLSv1.3 250 221
no-starttls 220 250 502
ehlo-refused 220 502 502
starttls-502 220 250 starttls 502
starttls-454 220 250 starttls 454
inject 220 250 starttls 220 +32 TLSv1.3 250 221
greeting-554 554
greeting-421 421
greylist 220 451 220 TLSv1.3 451 221
ehlo-421 220 421 closed
stall-greeting timeout
stall-ehlo 220 timeout
stall-handshake 220 250 starttls 220 timeout
drip timeout
long-line too-long
endless-reply 220 too-long
garbage garbage
close-greeting closed
close-starttls 220 250 starttls closed
close-handshake 220 250 starttls 220 no-tls:None
not-tls 220 250 starttls 220 no-tls:WRONG_VERSION_NUMBER
one-connection 220 250 starttls 220 TLSv1.3 250 221
rate-limit 220 250 starttls 220 TLSv1.3 250 221
dead timeout
closed refused
no-route-4 unreachable
rsa-only 220 250 starttls 220 TLSv1.3 250 221
ec-only 220 250 starttls 220 TLSv1.3 250 221
both-keys 220 250 starttls 220 TLSv1.3 250 221
postfix-plain 220 250 502
postfix-tls1 220 250 starttls 220 TLSv1 250 221
TABLE
# shellcheck disable=SC2046 # a list
"$LAB_PYTHON" -B -W ignore "$SM_TESTS/lab/probe.py" "$LAB/hosts.tsv" $(cut -d ' ' -f 1 behaviours) >found 2>"$ERR"
while read -r name want; do is "$name" "$(sed -n "s/^$name //p" found)" "$want"; done <behaviours
"$LAB_PYTHON" -B -W ignore "$SM_TESTS/lab/probe.py" "$LAB/hosts.tsv" rate-limit >found
is "rate-limit, the second time" "$(cat found)" "rate-limit 421"

# Certificates, by openssl: its DANE engine must say of each host what the table says of its domain. (Usages 0 and 1 are usable to
# it, and it knows one name of a host.)
tls() { # tls HOST[:PORT] OPTION…: what openssl s_client says
  host=${1%:*} port=${1##*:}
  if [ "$port" = "$1" ]; then port=25; fi
  shift
  case $port in 25 | 587) starttls="-starttls smtp" ;; 143) starttls="-starttls imap" ;; 110) starttls="-starttls pop3" ;; *) starttls= ;; esac
  # shellcheck disable=SC2086
  openssl s_client -connect "$host:$port" $starttls -servername "$host" -CAfile "$LAB/trust/ca-certificates.crt" "$@" </dev/null 2>&1
}
dane() { # dane HOST[:PORT] [RECORD-HOST]: verified, or not
  name=${2:-${1%:*}} port=${1##*:}
  if [ "$port" = "$1" ]; then port=25; fi
  set -- "$1"
  dig +short "_$port._tcp.$name" TLSA | sed -n 's/^\([0-9]* [0-9]* [0-9]*\) \(.*\)/\1 \2/p' >records
  while read -r record; do set -- "$@" -dane_tlsa_rrdata "$record"; done <records
  host=$1
  shift
  if tls "$host" -dane_tlsa_domain "${host%:*}" -dane_ee_no_namechecks -verify_return_error "$@" >out && grep -q '^DANE TLSA .* matched' out; then echo 0; else echo 1; fi
}
awk -F '\t' '$1 ~ /^(ee|ta|rollover|mismatch|pkix-and-ee|short|empty|type|selector|usage|rsa-only|ec-only|both-keys-ta|postfix-mis|postfix-wr|xn|caa)[^.]*\.secure/ { print $1, $2 }' \
  "$LAB/expected.tsv" | grep -vE '^ta-(domain-name|wildcard-next-hop)' >rows
check "rows to compare" test "$(wc -l <rows)" -gt 40
while read -r name want; do is "openssl of $name" "$(dane "mx.$name" 2>/dev/null)" "$want"; done <rows
for port in 25 465 587 143 993 110; do
  is "port $port" "$(dane mx.ports.secure.test:$port) $(dane mx.ports-wrong.secure.test:$port)" "0 1"
done
keys() { # keys HOST: which kinds of key it has
  for algorithm in rsa_pss_rsae_sha256 ecdsa_secp256r1_sha256; do
    tls "$1" -sigalgs $algorithm -tls1_3 | sed -n 's/^ *Server public key is \([0-9]*\) bit/\1/p; s/^Server public key is \([0-9]*\) bit/\1/p' | head -n 1
  done | tr '\n' ' '
}
is "RSA alone" "$(keys mx.rsa-only.secure.test)" "2048 "
is "ECDSA alone" "$(keys mx.ec-only.secure.test)" "256 "
is "both" "$(keys mx.both-keys.secure.test)" "2048 256 "
tls mx.sni.secure.test | openssl x509 -noout -subject >out
like "sni: its own certificate" out 'CN = mx.sni.secure.test'
openssl s_client -connect mx.sni.secure.test:25 -starttls smtp -noservername </dev/null 2>/dev/null | openssl x509 -noout -subject >out
like "sni: another to whoever does not name it" out 'CN = elsewhere.secure.test'
dates() { tls "$1" | openssl x509 -noout -checkend "$2"; }
is "ee-soon ends within five days" "$(dates mx.ee-soon.secure.test 432001) $(dates mx.ee-soon.secure.test 259200)" "Certificate will expire Certificate will not expire"
is "what every server saw is written down" "$(grep -c "^mx.close-tls.secure.test.*tls TLSv1.3 " "$LAB_RUN/smtp.log")" 1
empty "the faulty servers have no complaint" "$LAB_RUN/servers.log"

# Web servers, by curl: its status, and that of HTTP.
cat >fetches <<'TABLE'
sts-enforce 0 200
sts-web-204 0 204
sts-web-301 0 301
sts-web-302 0 302
sts-web-404 0 404
sts-web-500 0 500
sts-web-big 0 200
sts-web-gzip-bomb 0 200
sts-web-cn-only 0 200
sts-web-expired 60 000
sts-web-leaf-only 60 000
sts-web-not-yet 60 000
sts-web-other-ca 60 000
sts-web-self-signed 60 000
sts-web-wildcard-parent 60 000
sts-web-wrong-name 60 000
sts-wildcard-certificate 0 200
sts-web-http 35 000
sts-web-tls-1-1 35 000
sts-web-closed 7 000
sts-web-dead 28 000
sts-web-stall 28 000
sts-web-stall-handshake 28 000
sts-web-drip 28 200
sts-web-endless 28 200
sts-web-long-length 28 200
sts-web-header-flood 56 200
sts-web-short-body 18 200
sts-web-empty-reply 52 000
sts-web-garbage 1 000
TABLE
fetch() { # fetch NAME URL OPTION…: into NAME.got
  name=$1
  shift
  code=$(curl -s -m 6 -o "$name.body" -w '%{http_code}' "$@")
  echo "$? $code" >"$name.got"
}
while read -r name want; do fetch "$name" "https://mta-sts.$name.secure.test/.well-known/mta-sts.txt" & done <fetches
wait
while read -r name want; do is "curl: $name" "$(cat "$name.got")" "$want"; done <fetches
is "a policy" "$(tr '\r\n' '.|' <sts-enforce.body)" "version: STSv1.|mode: enforce.|mx: mx.sts-enforce.secure.test.|max_age: 86400.|"
check "a bomb is one" test "$(wc -c <sts-web-gzip-bomb.body)" -gt 60000
fetch six https://mta-sts.sts-enforce.secure.test/.well-known/mta-sts.txt -6
is "over IPv6" "$(cat six.got)" "0 200"
mkdir -p "$LAB_RUN/www/openpgpkey.example.org/.well-known/openpgpkey"
echo published >"$LAB_RUN/www/openpgpkey.example.org/.well-known/openpgpkey/x"
fetch published https://openpgpkey.example.org/.well-known/openpgpkey/x -D headers
is "what a test publishes is served" "$(cat published.got) $(cat published.body)" "0 200 published"
like "with its type" headers '^Content-Type: application/octet-stream'
like "for other origins" headers '^Access-Control-Allow-Origin: \*'
fetch redirect https://openpgpkey.wkd-redirect.secure.test/.well-known/openpgpkey/d/hu/x?l=y -D headers
like "a redirect" headers '^Location: https://wkd-redirect.secure.test/.well-known/openpgpkey/hu/x.l=y'
fetch away https://openpgpkey.wkd-redirect-file.secure.test/ -D headers
like "one to a file" headers '^Location: file:///etc/passwd'
fetch head https://openpgpkey.wkd-no-head.secure.test/ -I
is "HEAD refused" "$(cat head.got)" "0 405"
openssl s_server -accept "$(lab_address keys.openpgp.org):443" -cert "$(lab_certificate keys.openpgp.org).pem" -key "$(lab_certificate keys.openpgp.org).key" \
  -cert_chain "$(lab_certificate keys.openpgp.org).pem" -www >server.log 2>&1 &
server=$!
at_exit 'kill $server'
until grep -q ACCEPT server.log || ! kill -0 $server; do sleep 0.05; done
fetch own https://keys.openpgp.org/ -4
is "a server that a test brings along" "$(cat own.got)" "0 200"

# Postfix's own prober (as root: it wants another user), where it says what we do (it looks at one MX host, and never fails).
if [ "$LAB_USER" = 0 ] && command -v posttls-finger >/dev/null; then
  finger() { MAIL_CONFIG="$LAB/postfix" posttls-finger -c -l dane "$1" 2>&1; }
  for name in ee-spki ta-cert rollover alias alias-own implicit; do
    finger $name.secure.test >out
    like "posttls-finger: $name" out 'Verified TLS connection established'
  done
  for name in mismatch ta-wrong-name ta-expired; do
    finger $name.secure.test >out
    unlike "posttls-finger: $name" out 'Verified TLS connection established'
    like "which it tried" out 'certificate verification failed|Untrusted TLS|not verified'
  done
fi

# The compiled server: slow, dead, many.
if [ -x "${SM_BIN%/bin}/bench/lab-delay" ]; then
  lab_delay 0
  check "the hosts of many.test" test "$(wc -l <"$LAB_RUN/domains")" = 300
  is "one of them" "$(dane mx.d123.many.test)" 0
  lab_delay 50 2000 5
  is "2,000 domains, of which 5 % are dead" "$(wc -l <"$LAB_RUN/domains") $(grep -c dead "$LAB_RUN/domains")" "2000 100"
  is "which have MX" "$(dig +short d1999.bulk.test MX)" "10 mx.d1999.bulk.test."
  is "address" "$(dig +short mx.d1999.bulk.test A)" 127.32.7.207
  is "and TLSA, with AD" "$(dane mx.d1999.bulk.test) $(ad _25._tcp.mx.d1999.bulk.test TLSA)" "0 ad"
  check "after 50 ms" test "$(dig d1.bulk.test MX | sed -n 's/.*Query time: \([0-9]*\) .*/\1/p')" -ge 45
  is "others are not there" "$(rcode d2001.bulk.test MX) $(rcode mx.d1.bulk.test AAAA)" "NXDOMAIN NOERROR"
  printf 'mx.live.secure.test\t%s\nmx.dead.secure.test\t%s\n' "$(dig +short mx.d19.bulk.test)" "$(dig +short mx.d20.bulk.test)" >two
  "$LAB_PYTHON" -B -W ignore "$SM_TESTS/lab/probe.py" two live dead >found
  is "a live one" "$(sed -n 1p found)" "live 220 250 starttls 220 TLSv1.3 250 221"
  is "a dead one" "$(sed -n 2p found)" "dead timeout"
else
  skip "lab_delay" "not built"
fi
done_testing
