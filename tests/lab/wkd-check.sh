#!/bin/sh
# label: lab
# timeout: 180
# smwkd check: a directory that is right has no finding but that, and each planted fault is found.
. "${0%/*}/../lib.sh"
. "$SM_TESTS/lab/lib-lab.sh"
lab_enter dns https
SM_STORE=$SM_TMP/store
export SM_STORE
www() { echo "$LAB_RUN/www/$1"; }
# folder DOMAIN: of the advanced method
folder() { echo "$LAB_RUN/www/openpgpkey.$1/.well-known/openpgpkey/$1"; }
place() { echo "$(folder "${1#*@}")/hu/$(smwkd hash "$1" | cut -d ' ' -f 1)"; }
key() { smkey generate --no-passphrase "$@" >>"$SM_TMP/keys" || exit 1; }
domain=wkd.secure.test

# found NAME STATUS CODE SUBJECT [OPTION…]: the finding is there, with a clause and advice.
found() {
  found_name=$1 found_status=$2 found_code=$3 found_subject=$4
  shift 4
  SM_NAME="$found_name" expect_status "$found_status" smwkd check --json --allow-private "$@" "$found_subject"
  is "$found_name: $found_code" \
    "$(jq -r --arg code "$found_code" '[.findings[] | select(.code == $code and .severity != "ok" and .clause != null and .advice != null)] | length > 0' <"$OUT" 2>&1)" true
}

key "Alice <Alice@$domain>" "Alice <alice@elsewhere.test>"
smkey generate --no-passphrase --expires 1y "bob@$domain" >/dev/null
expect_status 0 smwkd publish --domain $domain --out "$(www openpgpkey.$domain)"
for subject in $domain alice@$domain Alice@$domain bob@$domain; do
  SM_NAME="$subject: right" expect_status 0 smwkd check --json --allow-private "$subject"
  is "$subject: no finding" "$(jq -r '[.findings[] | select(.severity != "ok") | .code] | join(" ")' <"$OUT")" ""
done
SM_NAME="nobody" expect_status 2 smwkd check --allow-private nobody@$domain
SM_NAME="quiet where all is well" expect_status 0 smwkd check -q --allow-private alice@$domain
empty "says nothing" "$OUT"
SM_NAME="no directory" expect_status 2 smwkd check --allow-private example.net
SM_NAME="as text" expect_status 0 smwkd check --allow-private alice@$domain
like "begins with the verdict" "$OUT" "^alice@$domain good$"
like "each rule with its clause" "$OUT" '^ok +alice@.*HEAD is answered \[WKD §3.1\]$'

# On a server that is right, one thing at a time.
alice=$(place alice@$domain)
cp "$alice" "$SM_TMP/right"
again() { cp "$SM_TMP/right" "$alice"; }
policy=$(folder $domain)/policy
mv "$policy" "$SM_TMP/policy"
found "no policy file" 1 wkd.no-policy alice@$domain
found "no policy file, domain" 1 wkd.no-policy $domain
printf '<html>\nmailbox-only\n' >"$policy"
found "a policy file that is none" 0 wkd.policy-syntax $domain
mv "$SM_TMP/policy" "$policy"
smkey export --address alice@$domain Alice@$domain >"$alice"
found "armored" 1 wkd.armored alice@$domain
smkey export --binary alice@$domain >"$alice"
found "other user IDs" 0 wkd.other-user-ids alice@$domain
smkey export --binary bob@$domain >"$alice"
found "user ID missing" 1 wkd.no-user-id alice@$domain
head -c 100 "$SM_TMP/right" | cat "$SM_TMP/right" - >"$alice"
found "cut off" 1 wkd.damaged alice@$domain
echo nothing >"$alice"
found "no OpenPGP" 1 wkd.no-certificate alice@$domain
head -c 1100000 /dev/zero | cat "$SM_TMP/right" - >"$alice"
found "oversize" 1 wkd.too-long alice@$domain
again
mv "$alice" "${alice%/*}/$(printf %s Alice | openssl sha1 -binary | python3 -c 'import sys
bits = "".join(f"{octet:08b}" for octet in sys.stdin.buffer.read())
print("".join("ybndrfg8ejkmcpqxot1uwisza345h769"[int(bits[i : i + 5], 2)] for i in range(0, 160, 5)))')"
found "the hash of the local part as it stands" 1 wkd.hash-case Alice@$domain
again
mv "$alice" "${alice%/*}/$(basename "$alice" | tr '[:lower:]' '[:upper:]')"
found "the hash in upper case" 1 wkd.hash-upper alice@$domain
again
aerger=$(printf '\303\204RGER@%s' $domain)
smwkd hash "$(printf '\303\244rger@%s' $domain)" >"$SM_TMP/hash"
cp "$SM_TMP/right" "$(folder $domain)/hu/$(cut -d ' ' -f 1 "$SM_TMP/hash")"
found "a local part in Unicode's lower case" 1 wkd.hash-unicode "$aerger"
gpg --quiet --batch --pinentry-mode loopback --passphrase '' --faked-system-time 20200101T000000 --quick-generate-key "old@$domain" default default 30d 2>/dev/null
gpg --export "old@$domain" >"$(place old@$domain)"
found "an expired certificate" 1 wkd.key-expired old@$domain
smkey generate --no-passphrase "gone@$domain" >"$SM_TMP/gone"
smkey revoke --yes --reason retired "$(cat "$SM_TMP/gone")"
smkey export --binary "$(cat "$SM_TMP/gone")" >"$(place gone@$domain)"
found "a revoked certificate" 1 wkd.key-revoked gone@$domain
SM_NAME="a private address" expect_status 1 smwkd check --json alice@$domain
like "a private address: wkd.private-address" "$OUT" wkd.private-address

# Servers that are not right.
for fault in html-type no-cors no-head; do
  mkdir -p "$(folder wkd-$fault.secure.test)/hu"
  : >"$(folder wkd-$fault.secure.test)/policy"
  key "alice@wkd-$fault.secure.test"
  smkey export --binary alice@wkd-$fault.secure.test >"$(place alice@wkd-$fault.secure.test)"
done
key alice@wkd-redirect.secure.test
smwkd publish --domain wkd-redirect.secure.test --method direct --out "$(www wkd-redirect.secure.test)"
while read -r fault status code; do found "$fault" "$status" "$code" "alice@wkd-$fault.secure.test" --timeout 6; done <<END
html-type 0 wkd.content-type
no-cors 0 wkd.cors
no-head 1 wkd.head
redirect 0 wkd.redirect
redirect-away 1 wkd.redirect-elsewhere
redirect-http 1 wkd.redirect-elsewhere
redirect-file 1 wkd.redirect-elsewhere
redirect-loopback 1 wkd.redirect-elsewhere
redirect-loop 1 wkd.redirect-limit
expired 1 wkd.tls-certificate
wrong-name 1 wkd.tls-certificate
other-ca 1 wkd.tls-certificate
500 1 wkd.status
closed 75 wkd.broken
stall 75 wkd.slow
drip 75 wkd.slow
endless 1 wkd.too-long
header-flood 1 wkd.too-long
gzip-bomb 1 wkd.encoding
END
lab_use_resolver "$(lab_resolver servfail)"
found "a resolver that fails" 75 wkd.dns alice@$domain --timeout 6
done_testing
