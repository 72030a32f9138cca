#!/bin/sh
# What smtools(7) says under DEVIATIONS is so: a scenario for each, named by the comment `.\" test: NAME` before it.
. "${0%/*}/../lib.sh"
need_command gpg
cd "$SM_TMP" || exit 1
SM_STORE=$SM_TMP/store
export SM_STORE
page=$SM_ROOT/man/smtools.7
: >tested

deviation() {
  name=$1
  echo "$name" >>tested
}

# verdict WANT FILE [WHAT]: of a signed message.
verdict() {
  smsign verify --batch <"$2" >verdict.out 2>verdict.err
  is "$name: ${3:-it} is $1" "$(head -n 1 verdict.out)" "$1"
}

# opens FILE [WHAT]: it decrypts to a message that says hello.
opens() {
  SM_NAME="$name: ${2:-it} is opened" expect_status 0 smcrypt decrypt --batch <"$1"
  like "$name: and read" "$OUT" '^Hello Bob\.'
}

# changed FILE OTHER: a scenario that leaves the message as it was would show nothing.
changed() {
  if cmp -s "$1" "$2"; then not_ok "$name: the scenario changes nothing"; fi
}

smkey generate --no-passphrase 'Alice <alice@example.org>' >/dev/null
gpg --batch -q --passphrase '' --quick-gen-key 'Bob <bob@example.net>' default default never 2>/dev/null
gpg --batch --export-secret-keys bob@example.net | smkey -q import
cat >message.eml <<'MAIL'
From: Alice <alice@example.org>
To: Bob <bob@example.net>
Subject: a message
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii

Hello Bob.

MAIL
smsign sign <message.eml >signed.eml
smcrypt encrypt --to bob@example.net <message.eml >encrypted.eml
boundary=$(sed -n 's/^ boundary="\(.*\)"$/\1/p' signed.eml)
name=start
verdict good signed.eml
opens encrypted.eml

# sign_part TYPE ENCODING <DATA: signed.eml with its signature part replaced.
sign_part() {
  awk -v b="--$boundary" 'n < 2 && $0 == b { n++; if (n == 2) exit } { print }' signed.eml
  printf -- '--%s\nContent-Type: %s\nContent-Transfer-Encoding: %s\n\n' "$boundary" "$1" "$2"
  cat
  printf '\n--%s--\n' "$boundary"
}
sed -n '/^-----BEGIN PGP SIGNATURE/,/^-----END/p' signed.eml >signature.asc
sed -n '/^-----BEGIN PGP MESSAGE/,/^-----END/p' encrypted.eml >message.asc

# sealed <DATA: encrypted.eml with other data in its second part; sealed ENCODING: with this transfer encoding.
sealed() {
  sed '/^-----BEGIN PGP MESSAGE/,$d' encrypted.eml | sed '$d'
  if [ -n "${1:-}" ]; then echo "Content-Transfer-Encoding: $1"; fi
  echo
  cat
  printf '\n--%s--\n' "$(sed -n 's/^ boundary="\(.*\)"$/\1/p' encrypted.eml)"
}
message_type='application/pgp-signature'

deviation line-ends
sed 's/$/\r/' signed.eml >crlf.eml
verdict good crlf.eml "CRLF"
awk '{ printf "%s%s\n", $0, NR % 2 ? "\r" : "" }' signed.eml >mixed.eml
verdict good mixed.eml "a mixture"
tr '\n' '\r' <signed.eml >cr.eml
verdict good cr.eml "CR alone"

deviation long-lines
{ cat message.eml && awk 'BEGIN { for (i = 0; i < 3000; i++) printf "x"; print "" }' && printf 'a\000b\n'; } >long.eml
smsign sign <long.eml >long-signed.eml
verdict good long-signed.eml
check "$name: no line is long any more" test "$(wc -L <long-signed.eml)" -le 998
is "$name: and there is no NUL" "$(tr -dc '\000' <long-signed.eml | wc -c)" 0

deviation no-mime-version
sed '/^MIME-Version/d' signed.eml >x.eml
changed x.eml signed.eml
verdict good x.eml

deviation mbox-line
{ echo 'From alice Thu Jan  1 12:00:00 2026' && cat signed.eml; } >x.eml
verdict good x.eml
{ echo 'From alice Thu Jan  1 12:00:00 2026' && cat encrypted.eml; } >x.eml
opens x.eml
is "$name: and the line kept" "$(head -n 1 "$OUT")" 'From alice Thu Jan  1 12:00:00 2026'
sed '2i\
>From bob Thu Jan  1 12:00:00 2026' signed.eml >x.eml
verdict good x.eml "one among the fields"

deviation header-end
printf 'From: alice@example.org\nSubject: x\nHello Bob, no blank line.\n' | smsign sign >x.eml
verdict good x.eml
like "$name: and the line is text" x.eml '^Hello Bob, no blank line\.'

deviation header-8bit
printf 'From: alice@example.org\nSubject: Gr\374\337e\n\nHello.\n' >in.eml
smsign sign <in.eml >x.eml
verdict good x.eml
is "$name: its bytes stay" "$(sed -n 2p x.eml | od -An -c)" "$(sed -n 2p in.eml | od -An -c)"

deviation repeated-content-type
sed 's/^Content-Type: multipart\/signed/X-First: y\n&/; s/^ boundary=.*/&\nContent-Type: text\/plain/' signed.eml >x.eml
verdict partial x.eml
sed 's/^ boundary=.*/&; boundary="other"/' signed.eml >x.eml
verdict partial x.eml "a repeated boundary"

deviation bad-content-type
sed 's/^Content-Type: .*/Content-Type: text/' message.eml >in.eml
changed in.eml message.eml
smsign sign <in.eml >x.eml
verdict good x.eml
verdict none in.eml "unsigned"

deviation unquoted-boundary
sed 's/^ boundary="\(.*\)"$/ boundary=\1/' signed.eml >x.eml
changed x.eml signed.eml
verdict good x.eml

deviation long-boundary
long=$(awk 'BEGIN { for (i = 0; i < 900; i++) printf "b" }')
sed "s/$boundary/$long/" signed.eml >x.eml
verdict good x.eml

deviation unclosed
sed "/^--$boundary--\$/d" signed.eml >x.eml
changed x.eml signed.eml
verdict good x.eml

deviation encoded-multipart
{
  printf 'From: alice@example.org\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\nContent-Transfer-Encoding: base64\n\n'
  printf -- '--b\n\nHello\n--b--\n' | base64
} >in.eml
smsign sign <in.eml >x.eml
verdict good x.eml
SM_NAME="$name: it can be encrypted" expect_status 0 smcrypt encrypt --to bob@example.net <in.eml
cp "$OUT" sealed.eml
SM_NAME="$name: and decrypted" expect_status 0 smcrypt decrypt --batch <sealed.eml
same "$name: it is what it was" "$OUT" in.eml

deviation base64-junk
base64 <signature.asc | sed '2s/^....../&!*/' | sign_part $message_type base64 >x.eml
verdict good x.eml

deviation quoted-printable-damaged
sed 's/=/=3d/g; 1s/$/\nComment: one =zz and more/' signature.asc | sign_part $message_type quoted-printable >x.eml
verdict good x.eml

deviation no-protocol
sed '/^ protocol=/d' signed.eml >x.eml
changed x.eml signed.eml
verdict good x.eml "without the parameter"
sed 's/^Content-Type: application\/pgp-signature/Content-Type: application\/octet-stream/' signed.eml >x.eml
changed x.eml signed.eml
verdict good x.eml "without the type"
sed 's/ protocol="application\/pgp-encrypted";//' encrypted.eml >x.eml
changed x.eml encrypted.eml
opens x.eml "an encrypted one without the parameter"
sed 's/^Content-Type: application\/pgp-encrypted/Content-Type: text\/plain/' encrypted.eml >x.eml
changed x.eml encrypted.eml
opens x.eml "one without the type"

deviation micalg
sed 's/micalg=[^;]*;/micalg=pgp-md5;/' signed.eml >x.eml
changed x.eml signed.eml
verdict good x.eml "a wrong one"
sed 's/micalg=[^;]*;//' signed.eml >x.eml
verdict good x.eml "none"

deviation three-parts
sed "s/^--$boundary--\$/--$boundary\n\nA footer.\n&/" signed.eml >x.eml
changed x.eml signed.eml
verdict partial x.eml

# Signed by gpg, as others might: 8bit, and a space before a line end.
printf 'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGr\303\274\303\237e \r\n' >part
deviation signed-8bit
gpg --batch -q --armor --detach-sign <part >part.asc
signed_part() {
  printf 'From: bob@example.net\nMIME-Version: 1.0\nContent-Type: multipart/signed; boundary="b"; protocol="application/pgp-signature"\n\n--b\n'
  tr -d '\r' <part
  printf '\n--b\nContent-Type: application/pgp-signature\n%s\n' "$1"
  cat
  printf '\n--b--\n'
}
signed_part '' <part.asc >x.eml
verdict good x.eml

deviation binary-signature
gpg --batch -q --detach-sign <part | base64 | signed_part 'Content-Transfer-Encoding: base64
' >x.eml
verdict good x.eml "a binary one"
cat part.asc part.asc | signed_part '' >x.eml
verdict good x.eml "several"
gpg --batch -q --dearmor <message.asc | base64 | sealed base64 >x.eml
opens x.eml "a binary message"

deviation no-version
sed '/^Version: 1$/d; s/^Content-Type: application\/octet-stream/Content-Type: text\/plain/' encrypted.eml >x.eml
changed x.eml encrypted.eml
opens x.eml

deviation armor
{ printf 'A mail gateway adds a line.\n\n' && cat message.asc; } | sealed >x.eml
opens x.eml "text before it"
{ printf '\357\273\277' && cat message.asc; } | sealed >x.eml
opens x.eml "a byte order mark"
sed 's/$/  /' message.asc | sealed >x.eml
opens x.eml "white space behind lines"
sed '1s/$/\nComment: x/; /^$/d' message.asc | sealed >x.eml
opens x.eml "no blank line"
sed '/^=....$/d' message.asc | sealed >x.eml
changed x.eml encrypted.eml
opens x.eml "no checksum"
sed 's/^=....$/=AAAA/' message.asc | sealed >x.eml
SM_NAME="$name: a wrong checksum is damage" expect_status 65 smcrypt decrypt --batch <x.eml
empty "$name: and nothing comes out" "$OUT"

deviation mixed-up
taken_apart() { # taken_apart TYPE: the message taken for data
  printf 'From: alice@example.org\nMIME-Version: 1.0\nContent-Type: %s; boundary=b\n\n' "$1"
  printf -- '--b\nContent-Type: text/plain\n\n\n--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b\nContent-Type: application/x-data\n\n'
  cat message.asc
  printf -- '--b--\n'
}
taken_apart multipart/mixed >x.eml
opens x.eml "multipart/mixed"
taken_apart multipart/encrypted >x.eml
opens x.eml "an empty text"
awk 'BEGIN { n = 0 } /^--=_/ { n++ } { part[n] = part[n] $0 "\n" } END { printf "%s%s%s%s", part[0], part[2], part[1], part[3] }' encrypted.eml >x.eml
changed x.eml encrypted.eml
opens x.eml "the wrong way round"

deviation inline
{ printf 'From: bob@example.net\n\n' && sed '1,/^$/d' message.eml | gpg --batch -q --armor --trust-model always -r bob@example.net -e; } >x.eml
opens x.eml "encrypted text"
{
  printf 'From: bob@example.net\nContent-Transfer-Encoding: base64\n\n'
  sed '1,/^$/d' message.eml | gpg --batch -q --armor --trust-model always -r bob@example.net -e | base64
} >x.eml
opens x.eml "in base64"
gpg --batch -q --clearsign <message.eml >clear.asc
{ printf 'From: bob@example.net\n\n' && cat clear.asc; } >clear.eml
verdict good clear.eml "signed text"

deviation cleartext
sed 's/^-----.*-----$/& \t/' clear.eml >x.eml
verdict good x.eml "white space behind armor lines"
printf -- '-x\n- y\n--\n' | gpg --batch -q --clearsign | sed 's/^- -x/-x/; s/^- --$/--/' >clear.asc
{ printf 'From: bob@example.net\n\n' && cat clear.asc; } >x.eml
check "$name: the scenario changes something" grep -q '^-x' x.eml
verdict good x.eml "a dash that is not escaped"
sed 's/^Hash: .*/&\nHash: MD5/' clear.eml >x.eml
verdict good x.eml "two headers"
sed 's/^Hash: .*/&\nComment: none/' clear.eml >x.eml
verdict error x.eml "another header"

deviation inner-lf
printf 'Content-Type: text/plain\n\nHello Bob.\n' | gpg --batch -q --armor --trust-model always -r bob@example.net -e | sealed >x.eml
opens x.eml "LF"
printf 'Content-Type: text/plain\r\n\r\nHello Bob.\n' | gpg --batch -q --armor --trust-model always -r bob@example.net -e | sealed >x.eml
opens x.eml "a mixture"

deviation policy-empty-lines
smmtasts generate --mode enforce --mx mail.example.org --max-age 14d | sed '2s/^/\r\n/; $s/$/\n\n/' >policy
SM_NAME="$name: the policy is valid" expect_status 0 smmtasts lint policy
is "$name: and each is named" "$(grep -c '^warning  line .: an empty line' "$OUT")" 3

sed -n 's/^\.\\" test: //p' "$page" | sort >listed
is "each deviation has its scenario, and each scenario its deviation" "$(sort -u tested)" "$(cat listed)"
is "each item has a name" "$(grep -c '^\.\\" test: ' "$page")" "$(awk '/^\.Sh /{d = /DEVIATIONS/} d && /^\.It/ {n++} END {print n + 0}' "$page")"
done_testing
