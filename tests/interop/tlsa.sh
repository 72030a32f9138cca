#!/bin/sh
# TLSA records that others make of the same certificate, and name servers that read ours.
. "${0%/*}/../lib.sh"
need_command openssl danetool ldns-dane ldns-read-zone nsd-checkzone named-checkzone nsupdate
cd "$SM_TMP" || exit 1
for kind in ec rsa ed25519; do
  case $kind in
  ec) openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out $kind.key ;;
  rsa) openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out $kind.key ;;
  ed25519) openssl genpkey -algorithm ed25519 -out $kind.key ;;
  esac 2>/dev/null
  openssl req -x509 -key $kind.key -subj /CN=mx.example.org -days 30 -out $kind.pem
done
# plain: numbers without zeros in front, hexadecimal in lower case, without blanks or parentheses.
plain() { sed -E 's/.*TLSA[[:space:]]+\(?[[:space:]]*0?([0-9])[[:space:]]+0?([0-9])[[:space:]]+0?([0-9])[[:space:]]+//; t found; d; :found s/[[:space:])]//g; s/;.*//' | tr '[:upper:]' '[:lower:]'; }
data() { smdane generate --cert "$1.pem" --usage "$2" --selector "$3" --type "$4" mx.example.org | plain; }

for kind in ec rsa ed25519; do
  is "$kind: danetool's 3 1 1" "$(data $kind 3 1 1)" "$(danetool --tlsa-rr --host mx.example.org --port 25 --load-certificate $kind.pem | plain)"
  is "$kind: its digest by SHA-512" "$(data $kind 3 1 2)" \
    "$(danetool --tlsa-rr --hash sha512 --host mx.example.org --port 25 --load-certificate $kind.pem | plain)"
  is "$kind: of the whole certificate" "$(data $kind 3 0 1)" \
    "$(danetool --tlsa-rr --x509 --host mx.example.org --port 25 --load-certificate $kind.pem | plain)"
  for form in "3 1 1" "3 0 1" "3 1 2" "3 0 2" "3 1 0" "3 0 0"; do
    # shellcheck disable=SC2086 # three numbers
    is "$kind: ldns-dane's $form" "$(data $kind $form)" "$(ldns-dane -c $kind.pem create mx.example.org 25 $form 2>/dev/null | plain)"
  done
done
check "there was something to compare" test -n "$(data ec 3 1 1)"

# Zones.
{
  printf '$ORIGIN example.org.\n$TTL 300\n@ SOA ns hostmaster 1 7200 3600 1209600 300\n@ NS ns\n@ MX 10 mx\nns A 192.0.2.53\nmx A 192.0.2.25\n'
  for form in "3 1 1" "3 0 2" "3 1 0" "3 0 0" "2 1 1"; do
    # shellcheck disable=SC2086
    set -- $form
    for kind in ec rsa; do
      for port in 25 465; do smdane generate --cert $kind.pem --usage "$1" --selector "$2" --type "$3" mx.example.org:$port; done
    done
  done
} >zone
expect_status 0 nsd-checkzone example.org zone
expect_status 0 named-checkzone example.org zone
expect_status 0 ldns-read-zone zone
is "all records are read" "$(grep -cE 'TLSA|TYPE52' "$OUT")" 20
named-checkzone -D -o - -q example.org zone >written
is "and are what was written" "$(plain <written | sort)" "$(grep TLSA zone | plain | sort)"

# nsupdate takes it: shown, not sent.
{
  echo 'zone example.org'
  smdane generate --cert ec.pem --nsupdate mx.example.org | sed 's/^send$/show/'
} >commands
expect_status 0 nsupdate <commands
is "nsupdate understands" "$(grep TLSA "$OUT" | plain)" "$(data ec 3 1 1)"
smdane generate --cert ec.pem --nsupdate mx.example.org | sed 's/^update add/update delete/; s/^send$/show/' >commands
expect_status 0 nsupdate <commands
like "and what takes it away again" "$OUT" '^_25\._tcp\.mx\.example\.org\..*NONE.*TLSA'
done_testing
