#!/bin/sh
# From a bare Debian 12 to signed and encrypted mail: installs what is missing (as root, or through sudo), builds the release
# programs in build/release, and shows the main job in a store of its own, which goes away again. Each command is printed
# before it runs.
set -eu
cd "$(dirname "$0")/.."

.ci/install build
echo "building smtools in build/release"
mkdir -p build
if ! { cmake --preset release && cmake --build build/release --target smkey smsign smcrypt smvault smdane smwkd smvks smmtasts; } >build/quickstart.log 2>&1; then
  tail -n 40 build/quickstart.log
  echo "the build failed; all of it is in build/quickstart.log" >&2
  exit 1
fi
grep -E '^-- RNP:' build/quickstart.log | sed 's/^-- //'

PATH=$PWD/build/release/bin:$PATH
license=$PWD/LICENSE
demo=$(mktemp -d)
trap 'rm -rf "$demo"' EXIT
cd "$demo"
unset SM_CONFIG

say() { printf '\n# %s\n' "$1"; }
show() {
  printf '$ %s\n' "$1"
  eval "$1"
}

say "A store of our own; without SM_STORE it would be in ~/.local/share."
show 'export SM_STORE=$PWD/store'

say "Two people. Real keys have a passphrase: leave out --no-passphrase and it is asked for."
show 'smkey generate --no-passphrase "Zoë Example <zoe@example.org>"'
show 'smkey generate --no-passphrase "Bob Example <bob@example.net>"'
show 'smkey list'

# A mail as a mail program would write it: 8bit text that is not ASCII, and an attachment.
{
  cat <<'MAIL'
From: =?UTF-8?Q?Zo=C3=AB?= Example <zoe@example.org>
To: Bob Example <bob@example.net>
Subject: Plans for Sunday
Date: Thu, 01 Jan 2026 12:00:00 +0100
Message-ID: <sunday@example.org>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="part"

--part
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Grüße aus Łódź! The licence is attached. A bientôt,
Zoë

--part
Content-Type: text/plain; name="licence.txt"
Content-Disposition: attachment; filename="licence.txt"
Content-Transfer-Encoding: base64

MAIL
  base64 "$license"
  printf '\n--part--\n'
} >mail.eml

say "A mail with an attachment, from Zoë to Bob."
show 'head -n 16 mail.eml'

say "Signed: everybody can read it, and see that it is hers."
show 'smsign sign <mail.eml >signed.eml'
show 'smsign verify <signed.eml'

say "Signed and encrypted, in one OpenPGP message: only Bob can read it."
show 'smcrypt encrypt --sign --to bob@example.net <mail.eml >encrypted.eml'
show 'head -n 24 encrypted.eml'

say "Decrypted and verified. The status lines are for scripts: VERDICT says what the signature is worth."
show 'smcrypt decrypt --status-fd 3 <encrypted.eml >decrypted.eml 3>status'
show 'cat status'
show 'head -n 20 decrypted.eml'

say "The attachment came through unharmed, and nothing comes out of what was changed on its way."
show 'sed -n "/filename=/,\$p" decrypted.eml | sed "1,/^\$/d; /^\$/,\$d" | base64 -d | cmp - "$license" && echo same'
show 'sed "s/Sunday/Monday/; 30,\$y/abc/cab/" encrypted.eml | smcrypt decrypt || echo "status $?"'

say "The way between mail servers: the record by which a zone says which key its server has, so that nobody sends to it in clear (DANE)."
show 'openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out mx.key 2>/dev/null'
show 'smdane generate --key mx.key mx.example.org'

grep -q '^\[SM:\] VERDICT verdict=good ' status
printf '\nThe programs are in build/release/bin; README.md and man/smtools.7 tell more.\n'
