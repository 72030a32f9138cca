#!/bin/sh
# label: lab
# timeout: 240
# What smwkd publish makes, on a real web server: smwkd, gpg and sq find it, by both methods; what is refused; hostile servers.
. "${0%/*}/../lib.sh"
. "$SM_TESTS/lab/lib-lab.sh"
lab_enter dns https
need_command gpg jq
SM_STORE=$SM_TMP/store
export SM_STORE
www() { echo "$LAB_RUN/www/$1"; }
get() { smwkd get --allow-private "$@"; }
fingerprints() { gpg --batch --with-colons --show-keys "$1" 2>/dev/null | awk -F : '$1 == "fpr" && before == "pub" { print $10 } { before = $1 }'; }

alice=$(smkey generate --no-passphrase "Alice <alice@wkd.secure.test>" "Alice <alice@wkd-direct.secure.test>" "Alice <alice@elsewhere.test>")
bob=$(smkey generate --no-passphrase "Bob <Bob.B@wkd-direct.secure.test>")
old=$(smkey generate --no-passphrase "Old <carol@wkd.secure.test>")
smkey revoke --yes --reason superseded "$old"
carol=$(smkey generate --no-passphrase "Carol <carol@wkd.secure.test>")
expect_status 0 smwkd publish --domain wkd.secure.test --out "$(www openpgpkey.wkd.secure.test)"
empty "publish is silent" "$OUT"
empty "on stderr too" "$ERR"
expect_status 0 smwkd publish --domain wkd-direct.secure.test --method direct --out "$(www wkd-direct.secure.test)"

expect_status 0 get alice@wkd.secure.test
cp "$OUT" "$SM_TMP/alice.pgp"
is "Alice's certificate" "$(fingerprints "$OUT")" "$alice"
smkey export --binary --address alice@wkd.secure.test "$alice" >"$SM_TMP/want"
same "the packets of the store, but other user IDs" "$SM_TMP/alice.pgp" "$SM_TMP/want"
expect_status 0 get Carol@wkd.secure.test
is "both of Carol's, the usable first" "$(fingerprints "$OUT")" "$carol
$old"
expect_status 0 get -v bob.b@wkd-direct.secure.test
like "by the direct method" "$ERR" 'asking https://wkd-direct.secure.test/.well-known/openpgpkey/hu/'
is "Bob's certificate" "$(fingerprints "$OUT")" "$bob"
expect_status 0 get --json alice@wkd.secure.test
is "as JSON" "$(jq -c '[.schema, .method, .certificates[0].fingerprint, .certificates[0].usable, .certificates[0].user_ids]' <"$OUT")" \
  "[\"smwkd.get/1\",\"advanced\",\"$alice\",true,[\"Alice <alice@wkd.secure.test>\"]]"
expect_status 2 get nobody@wkd.secure.test
empty "nothing for nobody" "$OUT"
expect_status 69 smwkd get alice@wkd.secure.test
like "a private address is refused" "$ERR" 'private, loopback'

# gpg, which looks for certificates of its own accord.
locate() {
  GNUPGHOME=$SM_TMP/gpg-$1
  mkdir -m 700 "$GNUPGHOME"
  SM_NAME="gpg finds $2" expect_status 0 gpg --batch --no-auto-key-locate --auto-key-locate clear,nodefault,wkd --locate-external-keys "$2"
  is "gpg: the same certificate as ours: $2" "$(gpg --batch --with-colons --list-keys "$2" 2>/dev/null | awk -F : '$1 == "fpr" { print $10; exit }')" "$3"
  is "gpg: by WKD: $2" "$(gpg --batch --with-colons --list-keys 2>/dev/null | grep -c ^uid)" 1
  echo hello | gpg --batch --trust-model always --encrypt --recipient "$2" >"$SM_TMP/encrypted" 2>/dev/null
  check "gpg encrypts to it: $2" test -s "$SM_TMP/encrypted"
  gpgconf --kill all
  GNUPGHOME=$SM_TMP/gnupg
}
locate advanced alice@wkd.secure.test "$alice"
locate direct bob.b@wkd-direct.secure.test "$bob"
if command -v sq >/dev/null; then
  # Its own comparison of the local part minds the case.
  for row in "alice@wkd.secure.test $alice" "Bob.B@wkd-direct.secure.test $bob"; do
    SM_NAME="sq finds ${row% *}" expect_status 0 sq wkd get "${row% *}"
    is "sq: the same: ${row% *}" "$(fingerprints "$OUT")" "${row#* }"
  done
else
  skip "sq" "no sq on this machine"
fi

# What is not the address's own.
hu=$(www openpgpkey.wkd.secure.test)/.well-known/openpgpkey/wkd.secure.test/hu
at() { echo "$hu/$(smwkd hash "$1" | cut -d ' ' -f 1)"; }
smkey export --binary "$bob" >"$(at mallory@wkd.secure.test)"
expect_status 2 get mallory@wkd.secure.test
like "a certificate without the address is refused" "$ERR" '1 of the certificates were refused'
empty "and not written" "$OUT"
smkey export --binary "$bob" "$alice" >"$(at alice@wkd.secure.test)"
expect_status 0 get alice@wkd.secure.test
same "only the address's own is written" "$OUT" "$SM_TMP/want"
echo '<html>' >"$(at mallory@wkd.secure.test)"
expect_status 65 get mallory@wkd.secure.test

# bounded NAME STATUS ADDRESS: a hostile server costs neither time nor memory, and gives nothing.
bounded() {
  bounded_began=$(date +%s)
  bounded_status=0
  python3 - "$3" >"$OUT" 2>"$ERR" <<'END' || bounded_status=$?
import os, resource, subprocess, sys
status = subprocess.run(["smwkd", "get", "--allow-private", "--timeout", "8", sys.argv[1]]).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(status)
END
  is "$1: status" "$bounded_status" "$2"
  check "$1: within the deadline" test $(($(date +%s) - bounded_began)) -le 10
  if [ "$SM_SANITIZED" = ON ]; then return 0; fi
  check "$1: $(tail -n 1 "$ERR") KiB, less than 64 MiB" test "$(tail -n 1 "$ERR")" -lt 65536
}
while read -r fault status; do
  bounded "$fault" "$status" "x@wkd-$fault.secure.test"
  like "$fault: and says why" "$ERR" '^smwkd: error: '
done <<END
redirect-file 69
redirect-loopback 69
redirect-http 69
redirect-away 69
redirect-loop 69
wrong-name 75
expired 75
other-ca 75
stall 75
drip 75
endless 65
header-flood 65
gzip-bomb 65
END

# Answers within the limit of size.
python3 - "$SM_TMP/want" "$SM_TMP" <<'END'
import sys
good = open(sys.argv[1], "rb").read()
def packets(data):
    while data:
        tag = data[0]
        if tag & 0x40:
            length, header = (data[1], 2) if data[1] < 192 else (((data[1] - 192) << 8) + data[2] + 192, 3)
            kind = tag & 0x3F
        else:
            kind, size = tag >> 2 & 15, 1 << (tag & 3)
            length, header = int.from_bytes(data[1 : 1 + size], "big"), 1 + size
        yield kind, data[: header + length]
        data = data[header + length :]
parts = list(packets(good))
primary = parts[0][1]
user_id = next(raw for kind, raw in parts if kind == 13)
signature = parts[2][1]
def write(name, data):
    open(f"{sys.argv[2]}/{name}", "wb").write(data[: 1 << 20])
write("many", (primary + user_id) * 10_000)
write("many-good", good * 3000)
write("signatures", primary + user_id + signature * 100_000)
write("empty-signatures", primary + user_id + b"\xc2\x01\x04" * 100_000 + b"".join(raw for _, raw in parts[2:]))
other = b"\xcd\x10" + b"x@elsewhere.test"
write("user-ids", primary + (other + signature) * 10_000)
write("user-ids-good", primary + other * 10_000 + b"".join(raw for _, raw in parts[1:]))
write("bad-signatures", primary + user_id + (signature[:-4] + b"\0\0\0\0") * 9_000 + b"".join(raw for _, raw in parts[2:]))
END
while read -r what status; do
  cp "$SM_TMP/$what" "$(at alice@wkd.secure.test)"
  bounded "$what" "$status" alice@wkd.secure.test
done <<END
many 2
many-good 0
signatures 0
empty-signatures 65
user-ids 2
user-ids-good 0
bad-signatures 2
END

# The examples.
smwkd publish --domain wkd.secure.test --out "$SM_TMP/tree"
expect_status 0 smwkd publish --domain wkd-direct.secure.test --method direct --out "$SM_TMP/tree"
chmod 755 "$SM_TMP"
address=$(lab_address openpgpkey.wkd.secure.test)
direct=$(lab_address wkd-direct.secure.test)
serves() {
  for subject in alice@wkd.secure.test bob.b@wkd-direct.secure.test; do
    SM_NAME="$1: $subject passes our check" expect_status 0 smwkd check --json --allow-private $subject
    is "$1: without a finding: $subject" "$(jq -r '[.findings[] | select(.severity != "ok") | .code] | join(" ")' <"$OUT")" ""
  done
}
kill "$(cat "$LAB_RUN/nginx.pid")"
while [ -e "$LAB_RUN/nginx.pid" ]; do sleep 0.05; done
SM_NAME="with nobody there" expect_status 75 smwkd check --allow-private alice@wkd.secure.test
wait_for() {
  turn=0
  until curl -s -o "$SM_TMP/curl" "https://$1/" || [ $((turn += 1)) = 100 ]; do sleep 0.1; done
}
cd "$SM_TMP" || exit 1
{
  if [ "$(id -u)" = 0 ]; then echo "user root;"; fi
  echo "pid $SM_TMP/nginx.pid; error_log $SM_TMP/nginx.log; events { } http { access_log off;"
  for folder in client_body proxy fastcgi uwsgi scgi; do echo "${folder}_temp_path $SM_TMP/$folder;"; done
  for row in "openpgpkey.wkd.secure.test $address" "wkd-direct.secure.test $direct"; do
    echo "server { listen ${row#* }:443 ssl; server_name ${row% *};
      ssl_certificate $(lab_certificate "${row% *}").pem; ssl_certificate_key $(lab_certificate "${row% *}").key;"
    sed "s,/srv/wkd,$SM_TMP/tree," "$SM_ROOT/examples/nginx/wkd.conf"
    echo "}"
  done
  echo "}"
} >nginx.conf
expect_status 0 nginx -e "$SM_TMP/nginx.log" -c "$SM_TMP/nginx.conf"
wait_for openpgpkey.wkd.secure.test
serves nginx
kill "$(cat nginx.pid)"
while [ -e nginx.pid ]; do sleep 0.05; done
need_command apache2
modules=/usr/lib/apache2/modules
{
  echo "ServerRoot $SM_TMP
PidFile $SM_TMP/apache.pid
DefaultRuntimeDir $SM_TMP
ErrorLog $SM_TMP/apache.log
ServerName localhost"
  for module in mpm_event authz_core mime alias headers ssl socache_shmcb; do echo "LoadModule ${module}_module $modules/mod_$module.so"; done
  echo "TypesConfig /dev/null"
  for row in "openpgpkey.wkd.secure.test $address" "wkd-direct.secure.test $direct"; do
    echo "Listen ${row#* }:443
<VirtualHost ${row#* }:443>
ServerName ${row% *}
SSLEngine on
SSLCertificateFile $(lab_certificate "${row% *}").pem
SSLCertificateKeyFile $(lab_certificate "${row% *}").key"
    sed "s,/srv/wkd,$SM_TMP/tree," "$SM_ROOT/examples/apache/wkd.conf"
    echo "</VirtualHost>"
  done
} >apache.conf
expect_status 0 apache2 -f "$SM_TMP/apache.conf" -k start
at_exit "apache2 -f '$SM_TMP/apache.conf' -k stop 2>/dev/null"
wait_for openpgpkey.wkd.secure.test
serves Apache
done_testing
