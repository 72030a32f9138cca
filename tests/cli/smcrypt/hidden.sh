#!/bin/sh
# Whom no field shows is named by no key ID: Bcc, and --hidden for all. gpg reads ours, and we read gpg's.
# timeout: 120
. "${0%/*}/../../lib.sh"
need_command gpg
cd "$SM_TMP" || exit 1
SM_STORE=$SM_TMP/store
export SM_STORE
gpg="gpg --batch -q --no-auto-check-trustdb --trust-model always --pinentry-mode loopback --passphrase="
for who in alice bob carol; do smkey generate --no-passphrase "$who <$who@example.org>" >$who; done
smkey generate --no-passphrase --algo rsa3072 'Rsa <rsa@example.org>' >rsa
for who in carol rsa; do smkey export --secret $who@example.org | $gpg --import 2>/dev/null; done
printf 'From: alice@example.org\nTo: bob@example.org\nBcc: carol@example.org\nSubject: x\n\nhello\n' >plain.eml
key_ids() { $gpg --list-packets --list-only <"$1" 2>/dev/null | sed -n 's/^:pubkey enc packet:.* keyid //p' | sort | paste -s -d ' '; }
visible() { key_ids "$1" | tr ' ' '\n' | grep -cv '^0000000000000000$'; }

SM_NAME="Bcc by --to-headers" expect_status 0 smcrypt encrypt --to-headers --status-fd 3 <plain.eml 3>status
cp "$OUT" bcc.eml
is "has two recipients" "$(key_ids bcc.eml | wc -w)" 2
is "of which one is named" "$(visible bcc.eml)" 1
like "carol is not" status '^\[SM:] RECIPIENT id=carol@example.org .* hidden=yes$'
unlike "bob is" status '^\[SM:] RECIPIENT id=bob@example.org .* hidden=yes$'
unlike "and no field names her" bcc.eml 'carol'
$gpg -d <bcc.eml >out.gpg 2>/dev/null
like "gpg opens it with her key alone" out.gpg '^hello'
SM_STORE=$SM_TMP/hers
smkey export --secret carol@example.org --store "$SM_TMP/store" | smkey import -q
SM_NAME="and so do we" expect_status 0 smcrypt decrypt <bcc.eml
like "the text" "$OUT" '^hello'
SM_STORE=$SM_TMP/store

SM_NAME="--to of somebody whom no field shows" expect_status 0 smcrypt encrypt --to bob@example.org --to rsa@example.org <plain.eml
is "names one of two" "$(visible "$OUT")" 1
cp "$OUT" rsa.eml
$gpg -d <rsa.eml >out.gpg 2>/dev/null
like "RSA, too" out.gpg '^hello'
SM_NAME="by fingerprint" expect_status 0 smcrypt encrypt --to "$(cat bob)" --to "$(cat carol)" <plain.eml
is "bob is named, carol is not" "$(visible "$OUT")" 1
SM_NAME="one who is in both" expect_status 0 smcrypt encrypt --to "$(cat bob)" --to bob@example.org <plain.eml
is "is named" "$(visible "$OUT")" 1
SM_NAME="--encrypt-to" expect_status 0 smcrypt encrypt --to bob@example.org --encrypt-to rsa@example.org <plain.eml
is "is named: it was asked for" "$(visible "$OUT")" 2
SM_NAME="the sender" expect_status 0 smcrypt encrypt --to bob@example.org --to alice@example.org <plain.eml
is "is seen in From" "$(visible "$OUT")" 2
SM_NAME="--hidden" expect_status 0 smcrypt encrypt --hidden --to-headers --encrypt-to alice@example.org <plain.eml
is "names nobody" "$(visible "$OUT")" 0
is "of three" "$(key_ids "$OUT" | wc -w)" 3
cp "$OUT" hidden.eml
SM_NAME="and is decrypted" expect_status 0 smcrypt decrypt <hidden.eml

smkey --store "$SM_TMP/stranger" generate --no-passphrase 'Dave <dave@example.org>' >dave
SM_NAME="none of our keys opens it: 77, no damage" expect_status 77 smcrypt --store "$SM_TMP/stranger" decrypt <hidden.eml

# gpg's.
smkey export --all | $gpg --import 2>/dev/null
{
  printf 'From: alice@example.org\nTo: bob@example.org\nMIME-Version: 1.0\nContent-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=x\n\n--x\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n\n--x\nContent-Type: application/octet-stream\n\n'
  printf 'Content-Type: text/plain\n\nhello from gpg\n' | $gpg --armor -e -R rsa@example.org -R bob@example.org
  printf '\n--x--\n'
} >gpg.eml
is "gpg's hides them" "$(visible gpg.eml)" 0
SM_NAME="gpg's hidden recipients" expect_status 0 smcrypt decrypt <gpg.eml
like "are read" "$OUT" 'hello from gpg'
done_testing
