#!/bin/sh
# smcrypt encrypt --at-rest: all of a message, back byte for byte; what is encrypted passes as it is.
# timeout: 120
. "${0%/*}/../../lib.sh"
need_command gpg python3
cd "$SM_TMP" || exit 1
SM_STORE=$SM_TMP/store
export SM_STORE
smkey generate --no-passphrase 'Owner <owner@example.org>' >owner
smkey generate --no-passphrase 'Eve <eve@example.org>' >eve

round() {
  SM_NAME="$1: encrypted" expect_status 0 smcrypt encrypt --at-rest --to owner@example.org <"$2"
  cp "$OUT" rest.eml
  SM_NAME="$1: decrypted" expect_status 0 smcrypt decrypt <rest.eml
  same "$1: byte for byte" "$OUT" "$2"
  SM_NAME="$1: a second time it passes" expect_status 0 smcrypt encrypt --at-rest --to owner@example.org --status-fd 3 <rest.eml 3>status
  same "$1: unchanged" "$OUT" rest.eml
  like "$1: and says so" status '^\[SM:] ALREADY_ENCRYPTED'
}
header='From: Eve <eve@example.org>\nTo: owner@example.org\nSubject: hi there\nDate: Thu, 1 Jan 2026 00:00:00 +0000\nAuthentication-Results: mx; dkim=pass\nReceived: from a by b\n'
# shellcheck disable=SC2059 # formats
{
  printf "${header}\nhello\n" >lf.eml
  printf "${header}\nhello\n" | sed 's/$/\r/' >crlf.eml
  printf "${header}MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\ncaf\303\251  \nFrom here\r\nmixed\n\rends\0nul" >mixed.eml
  printf "From eve@example.org Thu Jan  1 00:00:00 2026\n${header}\nhello\n" >mbox.eml
  printf "${header}MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\npreamble\n--b\n\none\n--b\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: binary\n\n\001\r\n\n\002\n--b--\nepilogue" >multi.eml
  printf "${header}X-Trailing: space   \nX-Odd : colon\n\n" >empty-body.eml
}
smsign sign --key "$(cat eve)" <lf.eml >signed.eml
printf 'From eve@example.org Thu Jan  1 00:00:00 2026\n>From a Thu Jan  1 00:00:00 2026\nFrom: Eve <eve@example.org>\nSubject: hi there\nX-A: a\rb\n\nhello\n' >uucp.eml
for mail in lf crlf mixed mbox uucp multi empty-body signed; do round $mail $mail.eml; done
like "the Subject is hidden outside" rest.eml '^Subject: \[\.\.\.\]'
like "other fields stay there" rest.eml '^Date: Thu, 1 Jan'
unlike "no text does" rest.eml 'hello|hi there'
SM_NAME="--no-protect-headers" expect_status 0 smcrypt encrypt --at-rest --no-protect-headers --to owner@example.org <lf.eml
like "leaves it" "$OUT" '^Subject: hi there$'
SM_NAME="the verdict is about the original" expect_status 0 sh -c 'smcrypt encrypt --at-rest --to owner@example.org <signed.eml | smcrypt decrypt --status-fd 3 3>status >/dev/null'
like "which is signed" status 'VERDICT verdict=good'

SM_NAME="--sign: 64" expect_status 64 smcrypt encrypt --at-rest --sign --to owner@example.org <lf.eml
SM_NAME="--to-headers: 64" expect_status 64 smcrypt encrypt --at-rest --to-headers <lf.eml
SM_NAME="an empty message: 65" expect_status 65 smcrypt encrypt --at-rest --to owner@example.org </dev/null
SM_NAME="no key: 77" expect_status 77 smcrypt encrypt --at-rest --to nobody@example.org <lf.eml
empty "and nothing in clear" "$OUT"

# A payload with the marker by somebody else: what it says of the sender or of verdicts counts only if it stands outside, too.
export GNUPGHOME
smkey export owner@example.org | gpg --batch -q --import 2>/dev/null
forged() {
  printf 'From: eve@example.org\nTo: owner@example.org\nSubject: outer\n%sMIME-Version: 1.0\n' "$3"
  printf 'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=x\n\n--x\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n\n--x\nContent-Type: application/octet-stream\n\n'
  printf 'Content-Type: message/rfc822\r\nSM-At-Rest: 1\r\n\r\nFrom: %s\n%sSubject: inner\n\ntext\n' "$1" "$2" | gpg --batch -q --trust-model always --armor -e -r owner@example.org
  printf '\n--x--\n'
}
forged eve@example.org '' '' | smcrypt decrypt >got
is "the sender's own name" "$(head -n 2 got | tail -n 1)" "Subject: inner"
for try in 'boss@example.org|' 'eve@example.org|SM-Verdict: good
' 'eve@example.org|Authentication-Results: mx; dkim=pass
' 'eve@example.org, boss@example.org|' 'eve@example.org
From: boss@example.org|'; do
  forged "${try%%|*}" "${try#*|}" '' | smcrypt decrypt >got
  is "forged: $(echo "$try" | tr '\n' ' '): the header stays the one outside" "$(awk '/^$/ { exit } /^(From|Subject|SM-Verdict|Authentication)/' got | tr '\n' '|')" 'From: eve@example.org|Subject: outer|'
done
forged eve@example.org 'Authentication-Results: mx; dkim=pass
' 'Authentication-Results: mx; dkim=pass
' | smcrypt decrypt >got
is "what stands outside is no claim" "$(grep '^Subject' got)" "Subject: inner"
is "a verdict outside can't be taken away" "$(forged eve@example.org '' 'X-Spam-Flag: YES
' | smcrypt decrypt | awk '/^$/ { exit } /^(X-Spam-Flag|Subject)/' | tr '\n' '|')" 'Subject: outer|X-Spam-Flag: YES|'
forged eve@example.org 'Received: from evil
' '' | smcrypt decrypt >got
is "nor a way be invented" "$(grep '^Subject' got | head -n 1)" "Subject: outer"
python3 -c 'print("From: a@example.org\nSubject: s\nX: " + "y" * (256 * 1024 - 120) + "\n\nhello")' >long.eml
SM_NAME="a header with no room for ours: 65, and not what nobody can read" expect_status 65 smcrypt encrypt --at-rest --to owner@example.org <long.eml
done_testing
