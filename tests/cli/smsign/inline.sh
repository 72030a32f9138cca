#!/bin/sh
# smsign verify of signatures that stand outside of multipart/signed: GnuPG's clear-signed text and detached signatures, alone,
# beside other things, forwarded, and what a mailing list does to signed mail; with LF and CRLF.
# timeout: 240
. "${0%/*}/../../lib.sh"
need_command gpg
cd "$SM_TMP" || exit 1
SM_STORE=$SM_TMP/store
export SM_STORE
gpg="gpg --batch -q --no-auto-check-trustdb --trust-model always --pinentry-mode loopback --passphrase="
for who in alice bob; do
  smkey generate --no-passphrase "$who <$who@example.org>" >$who
  smkey export --secret $who@example.org | $gpg --import
done
signed_by() { # signed_by WHO [OPTION…]: what comes in, clear-signed by GnuPG
  who=$1
  shift
  $gpg -u "$who@example.org" --clearsign "$@"
}
mail() { # mail FROM [FIELD…]: header, then stdin
  printf 'From: %s@example.org\nSubject: test\nMIME-Version: 1.0\n' "$1"
  shift
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
verdict() { # verdict NAME FILE VERDICT: with LF and CRLF
  case $3 in good) want=0 ;; none) want=2 ;; error) want=65 ;; *) want=1 ;; esac
  sed 's/$/\r/' "$2" >crlf.eml
  for file in "$2" crlf.eml; do
    SM_NAME="$1: $want" expect_status $want smsign verify <"$file"
    is "$1: $3" "$(head -n 1 "$OUT")" "$3"
    annotated=$(smsign verify --annotate <"$file" 2>"$ERR" | sed -n 's/^SM-Verdict: \([a-z-]*\);.*/\1/p' | tr -d '\r')
    is "$1: annotated" "$annotated" "$3"
  done
}
layers() { smsign verify --json <"$1" | sed 's/.*"layers"://'; }
text='first line\n- a dash, and\n-----BEGIN something\nFrom the beginning\ntrailing space  \t\n\n\303\244\n\n'

# One block and nothing else.
# shellcheck disable=SC2059
printf "$text" | signed_by alice | mail alice 'Content-Type: text/plain; charset=utf-8' >clear.eml
verdict "clear-signed" clear.eml good
# shellcheck disable=SC2059
printf "$text" | signed_by alice --textmode --digest-algo SHA512 | mail alice >textmode.eml
verdict "no Content-Type, another hash" textmode.eml good
printf 'no line end' | signed_by alice | mail alice >no-end.eml
verdict "a text without a line end" no-end.eml good
: | signed_by alice | mail alice >nothing.eml
verdict "no text at all" nothing.eml good
{
  printf '\n \n'
  echo hello | signed_by alice
  printf '\n\n\t\n'
} | mail alice >white.eml
verdict "white space around it" white.eml good
echo hello | signed_by alice | base64 | mail alice 'Content-Transfer-Encoding: base64' >base64.eml
verdict "in base64" base64.eml good
echo hello | signed_by alice | sed 's/=/=3D/g' | mail alice 'Content-Transfer-Encoding: quoted-printable' >qp.eml
verdict "in quoted-printable" qp.eml good
# Where readers differ in what they see, it is on a part.
{ echo hello | signed_by alice && echo; } | base64 -w 0 | sed 's/=*$//' >bare64
{ cat bare64 && echo '====' && echo 'You are fired!' | base64; } | mail alice 'Content-Transfer-Encoding: base64' >padded.eml
verdict "base64 behind the padding" padded.eml partial
{ cat bare64 && printf '\n(You are fired!)\n'; } | mail alice 'Content-Transfer-Encoding: base64' >junk.eml
verdict "what is no base64" junk.eml partial
echo hello | signed_by alice | mail alice 'Content-Transfer-Encoding: x-uuencode' >uuencode.eml
verdict "an unknown transfer encoding" uuencode.eml partial
echo hello | signed_by alice | mail alice 'Content-Type: text/plain' 'Content-Type: text/html' >types.eml
verdict "two types" types.eml partial

SM_NAME="as JSON" expect_status 0 smsign verify --json <clear.eml
like "its form" "$OUT" '"form":"cleartext","outermost":true'
begin=$(sed 's/.*"begin":\([0-9]*\).*/\1/' "$OUT") end=$(sed 's/.*"end":\([0-9]*\).*/\1/' "$OUT")
is "the bytes that it covers" "$(dd if=clear.eml bs=1 skip="$begin" count=5 2>"$ERR")" "first"
is "the signature comes after them" "$(dd if=clear.eml bs=1 skip=$((end + 1)) count=29 2>"$ERR")" "-----BEGIN PGP SIGNATURE-----"

echo hello | signed_by alice | mail alice 'Content-Type: application/pgp; format=text; x-action=sign' >old.eml
verdict "the type of old programs" old.eml good
sed 's/format=text/format=mime/' old.eml >old-mime.eml
verdict "which may mean MIME" old-mime.eml partial

# What was signed, by whom.
sed 's/first/forst/' clear.eml >changed.eml
verdict "one letter changed" changed.eml bad
sed 's/^\(- -----BEGIN something\)/\1 else/' clear.eml >changed.eml
verdict "one escaped line changed" changed.eml bad
sed 's/trailing space.*/trailing space/' clear.eml >stripped.eml
verdict "white space lost on the way" stripped.eml good
sed 's/^From: alice/From: bob/' clear.eml >other.eml
verdict "under another From" other.eml mismatch
sed 's/^From: alice/From: bob@example.org\nFrom: alice/' clear.eml >two.eml
verdict "two of them" two.eml mismatch
sed 's/^Hash: .*/Hash: you are fired/' clear.eml >head.eml
verdict "text in the head" head.eml error
sed '/^=/d; /^-----END/d' clear.eml >torn.eml
verdict "torn off" torn.eml error
sed 's/^\(=[A-Za-z0-9+\/]*\)$/x/' clear.eml >garbage.eml
verdict "garbage in the armor" garbage.eml error

# Something else beside it: whatever that is, nobody signed it.
{ echo 'You are fired!' && echo hello | signed_by alice; } | mail alice >before.eml
verdict "text before" before.eml partial
{ echo hello | signed_by alice && printf -- '-- \nfooter\n'; } | mail alice >after.eml
verdict "text behind" after.eml partial
{ echo hello | signed_by alice && echo hello | signed_by bob; } | mail alice >twice.eml
verdict "two blocks" twice.eml partial
is "each has its layer" "$(layers twice.eml | grep -o '"form":"cleartext","outermost":false' | wc -l | tr -d ' ')" 2
echo hello | signed_by alice | mail alice 'Content-Type: text/html' >html.eml
verdict "in HTML" html.eml partial
echo hello | signed_by alice | sed 's/^/> /' | mail alice >quoted.eml
verdict "quoted" quoted.eml none
echo '-----BEGIN PGP SIGNED MESSAGE-----' | mail alice >talk.eml
verdict "a text about it" talk.eml none
echo hello | signed_by alice >block
{ part <block && printf -- '--b--\n'; } | mail alice 'Content-Type: multipart/mixed; boundary=b' >single.eml
verdict "the only part of a multipart" single.eml partial
{ part 'Content-Type: text/html' </dev/null && part <block && printf -- '--b--\n'; } |
  mail alice 'Content-Type: multipart/mixed; boundary=b' >multi.eml
verdict "one part of two" multi.eml partial
like "the layer says which" - '"part":2' <<END
$(layers multi.eml)
END

# A signed OpenPGP message in armor, which is not encrypted.
opaque() { $gpg -u alice@example.org -s -a "$@"; }
for algorithm in none zip zlib bzip2; do
  # shellcheck disable=SC2059
  printf "$text" | opaque --compress-algo $algorithm | mail alice >opaque.eml
  verdict "signed message, compression $algorithm" opaque.eml good
done
like "its form" - '"form":"inline-message","outermost":true' <<END
$(layers opaque.eml)
END
echo hello | opaque --textmode | mail bob >opaque.eml
verdict "in text mode, under another From" opaque.eml mismatch
{ echo hello | opaque && echo more; } | mail alice >opaque.eml
verdict "text behind it" opaque.eml none
echo hello | opaque | part 'Content-Type: application/octet-stream; name=x.asc' >opaque.part
{ cat opaque.part && printf -- '--b--\n'; } | mail alice 'Content-Type: multipart/mixed; boundary=b' >opaque.eml
verdict "attached" opaque.eml partial
armored() { # the bytes on stdin as the armor of a message
  echo '-----BEGIN PGP MESSAGE-----'
  echo
  base64
  echo '-----END PGP MESSAGE-----'
}
echo hello | $gpg -u alice@example.org -s --compress-algo none >raw
armored <raw | mail alice >opaque.eml
verdict "as it is" opaque.eml good
LC_ALL=C sed 's/hello/jello/' raw | armored | mail alice >opaque.eml
verdict "one letter changed" opaque.eml bad
cat raw raw | armored | mail alice >opaque.eml
verdict "two messages in one armor" opaque.eml error
{ cat raw && printf '\313\013b\000\000\000\000\000fired'; } | armored | mail alice >opaque.eml
verdict "a text behind the signature" opaque.eml error
head -c 60 raw | armored | mail alice >opaque.eml
verdict "cut off" opaque.eml error
head -c 50000000 /dev/zero | $gpg -u alice@example.org -s -z 9 | armored | mail alice >opaque.eml
verdict "50 MB of zeros" opaque.eml error

# Signatures of attachments.
# shellcheck disable=SC2059
printf "$text" >file.txt
head -c 3000 /bin/sh >file.bin
for file in file.txt file.bin; do
  $gpg -u alice@example.org --detach-sign --armor -o $file.asc $file
  $gpg -u alice@example.org --detach-sign -o $file.sig $file
done
attached() { # attached FILE SIGNATURE TYPE: the file in base64, then its signature
  {
    echo 'see the attachment' | part
    base64 "$1" | part "Content-Type: $3; name=$1" 'Content-Transfer-Encoding: base64'
    base64 "$2" | part 'Content-Type: application/octet-stream' "Content-Disposition: attachment; filename=$2" \
      'Content-Transfer-Encoding: base64'
    printf -- '--b--\n'
  } | mail alice 'Content-Type: multipart/mixed; boundary=b'
}
for signature in file.txt.asc file.txt.sig file.bin.asc file.bin.sig; do
  attached "${signature%.*}" $signature application/octet-stream >attached.eml
  verdict "$signature" attached.eml partial
  like "$signature is good" - '"form":"detached","outermost":false.*"part":2.*"verdict":"good"' <<END
$(layers attached.eml)
END
done
printf 'x' >>file.bin
attached file.bin file.bin.sig application/octet-stream >attached.eml
like "of a file that was changed it is bad" - '"verdict":"bad"' <<END
$(layers attached.eml)
END
{
  part 'Content-Type: text/plain; name=file.txt' 'Content-Transfer-Encoding: 8bit' <file.txt
  part 'Content-Type: application/pgp-signature; name=file.txt.asc' <file.txt.asc
  printf -- '--b--\n'
} | mail alice 'Content-Type: multipart/mixed; boundary=b' >text.eml
verdict "a text file whose line ends change on the way" text.eml partial
sed 's/$/\r/' text.eml >crlf.eml
like "it is good" - '"verdict":"good"' <<END
$(layers text.eml)
END
like "in CRLF too" - '"verdict":"good"' <<END
$(layers crlf.eml)
END
attached file.bin file.txt.asc application/octet-stream >stray.eml
verdict "a signature of nothing that is there" stray.eml none

# What others do to multipart/signed.
printf 'hello\n' | mail alice 'Content-Type: text/plain' | smsign sign >signed.eml
verdict "multipart/signed" signed.eml good
sed '1,/^$/d' signed.eml >body
type=$(awk '/^$/ { exit } /^[ \t]/ { if (on) print; next } { on = tolower($0) ~ /^content-type/ } on' signed.eml)
{
  part "$type" <body
  echo 'list footer' | part
  printf -- '--b--\n'
} | mail alice 'Content-Type: multipart/mixed; boundary=b' >list.eml
verdict "a list's footer" list.eml partial
like "the signature is good" - '"form":"multipart/signed","outermost":false.*"verdict":"good"' <<END
$(layers list.eml)
END
sed 's/multipart\/signed/multipart\/mixed/' signed.eml >mixed.eml
verdict "called multipart/mixed by a list" mixed.eml partial
like "the signature is good all the same" - '"form":"detached".*"verdict":"good"' <<END
$(layers mixed.eml)
END
{
  echo 'look what he writes' | part
  part 'Content-Type: message/rfc822' <signed.eml
  printf -- '--b--\n'
} | mail bob 'Content-Type: multipart/mixed; boundary=b' >forwarded.eml
verdict "forwarded by somebody else" forwarded.eml partial
like "good for the From of what is forwarded" - '"forwarded_from":"alice@example.org".*"verdict":"good"' <<END
$(layers forwarded.eml)
END
SM_NAME="and in words" expect_status 1 smsign verify <forwarded.eml
like "it says so" "$OUT" '^  from      alice@example.org, forwarded$'
awk '!done && sub(/^From: alice/, "From: mallory") { done = 1 } 1' forwarded.eml >forwarded-other.eml
like "not for another" - '"forwarded_from":"mallory@example.org".*"verdict":"mismatch"' <<END
$(layers forwarded-other.eml)
END
part 'Content-Type: message/rfc822' <clear.eml >forwarded-inline.part
{ cat forwarded-inline.part && printf -- '--b--\n'; } | mail alice 'Content-Type: multipart/mixed; boundary=b' >forwarded-inline.eml
verdict "clear-signed and forwarded" forwarded-inline.eml partial

# Limits.
i=0
while [ $i -lt 101 ]; do
  cat block
  i=$((i + 1))
done | mail alice >many.eml
verdict "a hundred and one blocks" many.eml error
done_testing
