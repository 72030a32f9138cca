#!/bin/sh
# Header protection (RFC 9788): what stands outside and inside, what comes back, and what from inside never does. Payloads of others
# are made with gpg.
# timeout: 120
. "${0%/*}/../../lib.sh"
need_command gpg
cd "$SM_TMP" || exit 1
SM_STORE=$SM_TMP/store
export SM_STORE
gpg="gpg --batch -q --no-auto-check-trustdb --trust-model always --pinentry-mode loopback --passphrase="
smkey generate --no-passphrase 'Alice <alice@example.org>' >alice
smkey generate --no-passphrase 'Bob <bob@example.net>' >bob
smkey export --secret --all 2>/dev/null | $gpg --import 2>/dev/null || for id in alice@example.org bob@example.net; do smkey export --secret "$id" | $gpg --import 2>/dev/null; done

cat >plain.eml <<'END'
Return-Path: <alice@example.org>
Received: from a by b; Thu, 1 Jan 2026 00:00:00 +0000
From: Alice <alice@example.org>
To: Bob <bob@example.net>
Bcc: hidden@example.org
Subject: The secret
 plan
Keywords: keyword-one
Comments: comment-one
X-Folded: one
	two
Message-ID: <1@example.org>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

hello
END
sed 's/$/\r/' plain.eml >crlf.eml
header() { awk '/^\r?$/ { exit } { print }' "$1" | tr -d '\r'; }
plaintext() { $gpg -d "$1" 2>/dev/null; }

for eol in plain crlf; do
  SM_NAME="$eol: encrypted" expect_status 0 smcrypt encrypt --to bob@example.net <$eol.eml
  cp "$OUT" $eol.enc
  header $eol.enc >outer
  is "$eol: Subject outside" "$(grep -i '^subject' outer)" "Subject: [...]"
  unlike "$eol: nothing of it, of Keywords, Comments or Bcc is outside" $eol.enc 'The secret|keyword-one|comment-one|hidden@'
  like "$eol: the way of the mail is" outer '^Received: from a by b'
  plaintext $eol.enc | tr -d '\r' >inner
  like "$eol: marked for the RFC and for older readers" inner 'hp="cipher"; protected-headers="v1"'
  like "$eol: the Subject is inside" inner '^Subject: The secret$'
  is "$eol: HP-Outer says how the fields stand outside" "$(sed -n 's/^HP-Outer: //p' inner | grep -E '^(Subject|From|Keywords|Comments|X-Folded)')" \
    "From: Alice <alice@example.org>
Subject: [...]
X-Folded: one"
  unlike "$eol: neither Bcc nor the way of the mail is" inner 'hidden@|Received|Return-Path'
  SM_NAME="$eol: decrypted" expect_status 0 smcrypt decrypt <$eol.enc
  grep -v '^Bcc' $eol.eml | sort >want
  sort "$OUT" >got
  same "$eol: the same fields and text again" got want
done

SM_NAME="--no-protect-headers" expect_status 0 smcrypt encrypt --no-protect-headers --to bob@example.net <plain.eml
like "leaves the Subject outside" "$OUT" '^Subject: The secret$'
plaintext "$OUT" >inner
unlike "and inside nothing" inner '^(Subject|HP-Outer)|hp='

SM_NAME="signed" expect_status 0 smsign sign <plain.eml
cp "$OUT" signed.eml
like "marks what is signed" signed.eml 'hp="clear"; protected-headers="v1"'
is "the Subject stands outside and inside" "$(grep -c '^Subject: The secret$' signed.eml)" 2
unlike "without HP-Outer" signed.eml '^HP-Outer'
is "Bcc is not inside" "$(grep -c 'hidden@' signed.eml)" 1
SM_NAME="it verifies" expect_status 0 smsign verify <signed.eml
SM_NAME="a Subject that was changed outside" expect_status 0 sh -c 'awk "!done && /^Subject/ { print \"Subject: other\"; done = 1; getline; next } 1" signed.eml | smsign verify'
like "is said" "$OUT" '^altered .*subject'
SM_NAME="a From that was changed outside" expect_status 1 sh -c 'awk "!done && /^From/ { print \"From: bob@example.net\"; done = 1; next } 1" signed.eml | smsign verify'
is "is a mismatch" "$(head -n 1 "$OUT")" mismatch
# Alice signs what says that it is from Bob, under her own name.
sed 's/^From: .*/From: Bob <bob@example.net>/' plain.eml | smsign sign --key "$(cat alice)" | awk '!done && /^From/ { print "From: alice@example.org"; done = 1; next } 1' >other.eml
SM_NAME="another From inside is no good" expect_status 1 smsign verify <other.eml
is "but a mismatch" "$(head -n 1 "$OUT")" mismatch

SM_NAME="what is signed is encrypted: hidden, as it is protected" expect_status 0 smcrypt encrypt --to bob@example.net <signed.eml
cp "$OUT" both.eml
like "Subject outside" both.eml '^Subject: \[\.\.\.\]$'
SM_NAME="and comes back" expect_status 0 smcrypt decrypt --status-fd 3 <both.eml 3>status
like "with the Subject" "$OUT" '^Subject: The secret$'
like "and the verdict" status 'VERDICT verdict=good'
cp "$OUT" again.eml
SM_NAME="again a signed mail" expect_status 0 smsign verify <again.eml
smsign sign --no-protect-headers <plain.eml >bare.eml
SM_NAME="signed without: the Subject can't be hidden" expect_status 0 smcrypt -v encrypt --to bob@example.net <bare.eml
like "and stays" "$OUT" '^Subject: The secret$'
like "which -v says" "$ERR" 'header-unprotected'

# payload FILE OUTER-FIELDS: what others put inside.
mail() {
  printf 'From: Alice <alice@example.org>\nTo: Bob <bob@example.net>\nSubject: ...\n%sMIME-Version: 1.0\n' "$2"
  printf 'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=x\n\n--x\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n\n--x\nContent-Type: application/octet-stream\n\n'
  $gpg --armor -e -r bob@example.net <"$1"
  printf '\n--x--\n'
}
decrypted() {
  printf '%s' "$2" >payload
  mail payload "${3:-}" >mail.eml
  SM_NAME="$1" expect_status 0 smcrypt decrypt <mail.eml
}
decrypted "fields inside that only a receiver's side writes" 'SM-Verdict: good
Authentication-Results: mx; dkim=pass
ARC-Seal: x
Received: from evil
Received-SPF: pass
Return-Path: <evil@example.org>
Delivered-To: evil
DKIM-Signature: x
X-Spam-Status: No
HP-Outer: Subject: ...
Autocrypt-Gossip: x
Subject: inside
Content-Type: text/plain; hp="cipher"

text
'
unlike "stay inside" "$OUT" 'Verdict|Authentication|ARC|Received|Return-Path|Delivered|DKIM|X-Spam|HP-Outer|Gossip'
like "unlike the Subject" "$OUT" '^Subject: inside$'
decrypted "another From inside" 'From: Eve <eve@example.org>
Subject: inside
Content-Type: text/plain; hp="cipher"

text
'
is "does not come out" "$(grep '^From' "$OUT")" "From: Alice <alice@example.org>"
like "and is said" "$ERR" 'From inside'
decrypted "the same address with another name" 'From: Alice A. <alice@example.org>
Content-Type: text/plain; hp="cipher"

text
'
is "does" "$(grep '^From' "$OUT")" "From: Alice A. <alice@example.org>"
decrypted "an address for answers that was added outside" 'From: alice@example.org
To: bob@example.net
Content-Type: text/plain; hp="cipher"

text
' 'Reply-To: eve@example.org
Cc: eve@example.org
List-Id: <list.example.org>
'
unlike "goes: an answer would carry the text there" "$OUT" 'eve@'
like "other fields stay" "$OUT" '^List-Id'
decrypted "no mark: the fields inside count for nothing" 'Subject: inside
Content-Type: text/plain

text
'
like "so" "$OUT" '^Subject: \.\.\.$'
decrypted "a mark of something else" 'Subject: inside
Content-Type: text/plain; hp="other"

text
'
like "neither" "$OUT" '^Subject: \.\.\.$'
decrypted "a mark that is not on the root" 'Content-Type: multipart/mixed; boundary=b

--b
Subject: inside
Content-Type: text/plain; hp="cipher"; protected-headers="v1"

text
--b--
'
like "neither, here" "$OUT" '^Subject: \.\.\.$'

decrypted "legacy display in text" 'Subject: inside
Content-Type: text/plain; hp-legacy-display="1"; hp="cipher"

Subject: inside

text
'
is "is not shown" "$(awk 'p { print } /^$/ { p = 1 }' "$OUT")" text
decrypted "in base64" "Subject: inside
Content-Transfer-Encoding: base64
Content-Type: text/plain; hp-legacy-display=\"1\"; hp=\"cipher\"

$(printf 'Subject: inside\r\n\r\ntext\r\n' | base64)
"
is "neither, base64" "$(awk 'p { print } /^$/ { p = 1 }' "$OUT" | base64 -d | tr -d '\r')" text
decrypted "in HTML, quoted-printable, in an alternative" 'Subject: inside
Content-Type: multipart/alternative; boundary=b; hp="cipher"

--b
Content-Type: text/plain; hp-legacy-display="1"

Subject: inside

text
--b
Content-Transfer-Encoding: quoted-printable
Content-Type: text/html; hp-legacy-display="1"

<html><body><div class=3D"header-protection-legacy-display"><pre>Subject: inside=
</pre></div><p>t=C3=A4xt</p></body></html>
--b--
'
is "neither, in both" "$(grep -c inside "$OUT")" 1
like "and the rest stays as it was encoded" "$OUT" 't=C3=A4xt'
decrypted "without hp=cipher it is text" 'Subject: inside
Content-Type: text/plain; hp-legacy-display="1"; protected-headers="v1"

Subject: inside

text
'
is "and shown" "$(grep -c inside "$OUT")" 2
# A signature covers what stays.
printf 'Subject: inside\nContent-Type: text/plain; hp-legacy-display="1"; hp="cipher"\n\nSubject: inside\n\ntext\n' >entity
{
  printf 'Content-Type: multipart/signed; protocol="application/pgp-signature"; boundary=s\n\n--s\n'
  cat entity
  printf '\n--s\nContent-Type: application/pgp-signature\n\n'
  sed 's/$/\r/' entity | $gpg --armor -u alice@example.org --detach-sign
  printf '\n--s--\n'
} >payload
mail payload "" >mail.eml
SM_NAME="legacy display under a signature" expect_status 0 smcrypt decrypt <mail.eml
is "stays" "$(grep -c '^Subject: inside' "$OUT")" 3
cp "$OUT" again.eml
SM_NAME="so that the signature does" expect_status 0 smsign verify <again.eml

# 8bit in the header.
printf 'From: Alice <alice@example.org>\nTo: J\303\266rg <bob@example.net>\nSubject: \303\204nderung\n\nhello\n' >raw.eml
SM_NAME="8bit in the header, signed" expect_status 0 smsign -v sign <raw.eml
cp "$OUT" signed.eml
is "is 7bit inside" "$(awk '/^--=_/ { p++ } p == 1' signed.eml | LC_ALL=C grep -c '[^ -~	]')" 0
like "the Subject as encoded words" signed.eml '^Subject: =\?utf-8\?B\?'
like "what has no such form is left out and said" "$ERR" 'header-8bit'
SM_NAME="nothing was altered" expect_status 0 smsign verify <signed.eml
unlike "so it says" "$OUT" '^altered'
smcrypt encrypt --to bob@example.net <raw.eml | smcrypt decrypt >"$OUT"
like "encrypted and decrypted it is there" "$OUT" '^To: J.*rg <bob@example.net>$'

# A CR alone is no line end here, wherever it stands.
{ printf 'From: alice@example.org\nX-A: a\r\rb\n'; for i in 1 2 3 4 5 6 7 8 9; do printf 'X-%s: %02000d\n' "$i" 0; done; printf 'To: bob@example.net\nSubject: secret\n\nhello\n'; } >cr.eml
smcrypt encrypt --to bob@example.net <cr.eml | smcrypt decrypt >"$OUT"
is "fields behind two of them are not lost" "$(grep -cE '^(To: bob@example.net|Subject: secret|X-9: 0+)$' "$OUT")" 3

# multipart/signed that is none.
printf 'From: alice@example.org\nTo: bob@example.net\nSubject: secret\nMIME-Version: 1.0\nContent-Type: multipart/signed; hp="clear"; protocol="application/pgp-signature"; boundary=b\n\n--b\n\nhi\n--b\nContent-Type: application/pgp-signature\n\nx\n--b\n\nfooter\n--b--\n' >three.eml
smcrypt encrypt --to bob@example.net <three.eml | smcrypt decrypt >"$OUT"
like "three parts, marked by somebody: the Subject is not lost" "$OUT" '^Subject: secret$'
sed 's/; hp="clear"/&; hp="clear"/; /^footer/,$d' three.eml >twice.eml
smcrypt encrypt --to bob@example.net <twice.eml | smcrypt decrypt >"$OUT"
like "a mark twice: neither" "$OUT" '^Subject: secret$'
for size in 2000 2020 2024 2026 2028 2040 2100; do
  printf 'From: alice@example.org\nTo: bob@example.net\nSubject: secret\nMIME-Version: 1.0\nContent-Type: text/plain; charset=us-ascii; name="%0*d"\n\nhello\n' $size 0 >name.eml
  smcrypt encrypt --to bob@example.net <name.eml | smcrypt decrypt >"$OUT"
  like "a name of $size characters before the mark" "$OUT" '^Subject: secret$'
done

# A Content-Type that ends where nothing can be appended.
for type in 'text/plain; charset=utf-8 (open' 'text/plain; name="open' 'text/plain;' 'text/plain; hp="clear"; protected-headers="v1"' 'nonsense'; do
  printf 'From: Alice <alice@example.org>\nTo: bob@example.net\nSubject: secret\nMIME-Version: 1.0\nContent-Type: %s\n\nhello\n' "$type" >odd.eml
  smcrypt encrypt --to bob@example.net <odd.eml >odd.enc
  SM_NAME="Content-Type: $type" expect_status 0 smcrypt decrypt <odd.enc
  like "its Subject comes back" "$OUT" '^Subject: secret$'
  is "its text, too" "$(tail -n 1 "$OUT")" hello
done
done_testing
