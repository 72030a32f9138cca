#!/bin/sh
# The record of a certificate, a key, a request: each form against openssl's digests; what is refused; and rollover, as far as it asks
# nobody. What others read of it is in interop/tlsa.sh, and rollover with its servers in lab/rollover.sh.
. "${0%/*}/../../lib.sh"
need_command openssl
cd "$SM_TMP" || exit 1
name=_25._tcp.mx.example.org.
for kind in ec rsa; do
  case $kind in
  ec) openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out $kind.key ;;
  rsa) openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out $kind.key ;;
  esac 2>/dev/null
  openssl req -x509 -key $kind.key -subj /CN=mx.example.org -days 30 -out $kind.pem
  openssl req -new -key $kind.key -subj /CN=mx.example.org -out $kind.csr
  openssl pkey -in $kind.key -pubout -out $kind.pub
  openssl pkey -in $kind.key -outform DER -out $kind.key.der
  openssl pkey -in $kind.key -pubout -outform DER -out $kind.pub.der
  openssl x509 -in $kind.pem -outform DER -out $kind.pem.der
  openssl req -in $kind.csr -outform DER -out $kind.csr.der
done
hex() { od -An -v -tx1 | tr -d ' \n'; }
sum() { "sha$1sum" | cut -d' ' -f 1; }

for kind in ec rsa; do
  spki=$(sum 256 <$kind.pub.der)
  for file in pem pem.der; do
    expect_status 0 smdane generate --cert $kind.$file mx.example.org
    is "$kind.$file: the record" "$(cat "$OUT")" "$name 3600 IN TLSA 3 1 1 $spki"
  done
  for file in key pub key.der pub.der; do
    expect_status 0 smdane generate --key $kind.$file mx.example.org
    is "$kind.$file: the same" "$(cat "$OUT")" "$name 3600 IN TLSA 3 1 1 $spki"
  done
  for file in csr csr.der; do
    expect_status 0 smdane generate --csr $kind.$file mx.example.org
    is "$kind.$file: the same" "$(cat "$OUT")" "$name 3600 IN TLSA 3 1 1 $spki"
  done
  form() { smdane generate --cert $kind.pem --usage 3 --selector "$1" --type "$2" mx.example.org; }
  is "$kind: 3 0 1" "$(form 0 1)" "$name 3600 IN TLSA 3 0 1 $(sum 256 <$kind.pem.der)"
  is "$kind: 3 0 2" "$(form 0 2)" "$name 3600 IN TLSA 3 0 2 $(sum 512 <$kind.pem.der)"
  is "$kind: 3 1 2" "$(form 1 2)" "$name 3600 IN TLSA 3 1 2 $(sum 512 <$kind.pub.der)"
  is "$kind: 3 1 0" "$(form 1 0)" "$name 3600 IN TLSA 3 1 0 $(hex <$kind.pub.der)"
  is "$kind: 3 0 0" "$(form 0 0)" "$name 3600 IN TLSA 3 0 0 $(hex <$kind.pem.der)"
done
spki=$(sum 256 <ec.pub.der)
is "another port" "$(smdane generate --key ec.key mx.example.org:465)" "_465._tcp.mx.example.org. 3600 IN TLSA 3 1 1 $spki"
is "an international name" "$(smdane generate --key ec.key bücher.example)" "_25._tcp.xn--bcher-kva.example. 3600 IN TLSA 3 1 1 $spki"
is "nsupdate" "$(smdane generate --key ec.key --nsupdate mx.example.org)" "update add $name 3600 IN TLSA 3 1 1 $spki
send"
is "JSON" "$(smdane generate --key ec.key --json mx.example.org)" \
  '{"schema":"smdane.generate/1","host":"mx.example.org","port":25,"name":"_25._tcp.mx.example.org","ttl":3600,"records":[{"usage":3,"selector":1,"type":1,"data":"'"$spki"'"}]}'
cat ec.key ec.pem rsa.pem >chain
is "of a chain: the first" "$(smdane generate --cert chain mx.example.org)" "$name 3600 IN TLSA 3 1 1 $spki"
is "usage 2: the one above it" "$(smdane generate --cert chain --usage 2 mx.example.org)" "$name 3600 IN TLSA 2 1 1 $(sum 256 <rsa.pub.der)"
is "or the only one" "$(smdane generate --cert ec.pem --usage 2 mx.example.org)" "$name 3600 IN TLSA 2 1 1 $spki"
expect_status 0 smdane generate --cert ec.pem --usage 1 mx.example.org
like "usage 1 is of no use" "$ERR" '^smdane: warning: no mail server heeds'
smdane generate --key ec.key -o record mx.example.org
is "-o" "$(cat record)" "$name 3600 IN TLSA 3 1 1 $spki"

refused() {
  want=$1
  shift
  expect_status "$want" smdane generate "$@" mx.example.org </dev/null
  empty "nothing on stdout" "$OUT"
  like "with a reason" "$ERR" '^smdane: error: '
}
refused 64
refused 64 --cert ec.pem --key ec.key
refused 64 --key ec.key --selector 0
refused 64 --csr ec.csr --selector 0
refused 64 --key ec.key --selector 2
refused 64 --key ec.key --usage 4
refused 64 --key ec.key --type 3
refused 66 --key absent
refused 66 --cert "$SM_TMP"
refused 65 --key ec.pem
refused 65 --cert ec.key
refused 65 --csr ec.pem
: >empty
for option in cert key csr; do refused 65 --$option empty; done
head -c 100 ec.pem.der >cut.der
refused 65 --cert cut.der
sed '3s/./A/g' ec.csr >forged.csr
refused 65 --csr forged.csr
head -c 1100000 /dev/zero >large
refused 65 --key large
openssl pkey -in ec.key -aes256 -passout pass:x -out protected.key
refused 77 --key protected.key
openssl pkcs8 -topk8 -in ec.key -passout pass:x -outform DER -out protected.der
refused 77 --key protected.der
like "the hint is to give the public half" "$ERR" '^smdane: hint: .*-pubout'
expect_status 64 smdane generate --key ec.key 192.0.2.25
expect_status 64 smdane generate --key ec.key a.example b.example
for option in --jobs=3 --live -4 -6 --proxy=env; do refused 64 --key ec.key $option; done
refused 64 --live -4 -6
refused 75 --live --dnssec resolver --resolver 127.0.0.1@1

# rollover.
roll() { smdane rollover --dnssec resolver --resolver 127.0.0.1@1 "$@"; }
expect_status 64 roll mx.example.org
expect_status 64 roll --current ec.pem --next rsa.key mx.example.org
SM_NAME="the next key is the current one" expect_status 64 roll --current ec.pem --next ec.key --state state mx.example.org
like "it says so" "$ERR" 'has the key of ec.pem'
expect_status 66 roll --current ec.pem --next absent --state state mx.example.org
expect_status 65 roll --current ec.key --next rsa.key --state state mx.example.org
echo 'what is this' >bad
SM_NAME="a state that is none" expect_status 65 roll --current ec.pem --next rsa.key --state bad mx.example.org
like "the line is named" "$ERR" 'bad: line 1 '
openssl x509 -in rsa.pem -outform DER -out rsa.pem.der
openssl req -in rsa.csr -outform DER -out rsa.csr.der
{
  echo "0 is how this text begins"
  cat rsa.pem
} >rsa.text
for next in rsa.key rsa.pub rsa.csr rsa.pem rsa.pem.der rsa.csr.der rsa.text; do
  SM_NAME="$next, and no resolver" expect_status 75 roll --current ec.pem --next $next --state state mx.example.org
  like "says why" "$OUT" '^mx.example.org:25 not tested: 127\.0\.0\.1@1 '
done
check "nothing was seen, nor noted" test ! -e state
done_testing
