#!/bin/sh
# smcrypt maildir: messages become encrypted in place and come back byte for byte; what stays, what is left, what fails.
# timeout: 120
. "${0%/*}/../../lib.sh"
need_command jq python3 flock
cd "$SM_TMP" || exit 1
SM_STORE=$SM_TMP/store
export SM_STORE
smkey generate --no-passphrase 'Alice <alice@example.org>' >alice
smkey generate --no-passphrase 'Bob <bob@example.net>' >bob

# md: messages of all kinds in new and cur, what is no message, and what is not to be touched. plain: what they hold, by their
# unique part.
cat >make.py <<'END'
import os
messages = {
    "lf": b"From: bob@example.net\nTo: alice@example.org\nSubject: one\n\nhello\n",
    "crlf": b"From: bob@example.net\r\nSubject: two\r\nReceived: by x\r\n\r\nhello\r\n",
    "mixed": b"From: bob@example.net\nSubject: three\r\n\nlf\ncrlf\r\nno end",
    "bytes": b"From: bob@example.net\nContent-Transfer-Encoding: binary\n\n\0\xff\r\r\n\x80 \n" + bytes(range(256)),
    "mbox": b"From bob@example.net Thu Jan  1 12:00:00 2026\nFrom: bob@example.net\n\nFrom here\n",
    "signed": b"From: bob@example.net\nContent-Type: multipart/signed; boundary=b; protocol=\"application/pgp-signature\"\n\n"
    b"--b\n\nhello\n--b\nContent-Type: application/pgp-signature\n\nx\n--b--\n",
    "header": b"From: bob@example.net\nSubject: no body\n",
    "verdict": b"From: bob@example.net\nSM-Verdict: good\nAuthentication-Results: x; dkim=pass\n\nhello\n",
    "long": b"From: bob@example.net\n\n" + b"x" * 300000 + b"\n",
}
for folder in ("new", "cur", "tmp", ".Sent/cur", ".Sent/new", ".Sent/tmp"):
    os.makedirs("md/" + folder)
os.mkdir("plain")
for number, (name, data) in enumerate(messages.items()):
    with open("plain/" + name, "wb") as file:
        file.write(data)
    crlf = len(data) + data.count(b"\n") - data.count(b"\r\n")
    form = ["cur/%s,S=%d,W=%d:2,RS", "new/%s,S=%d,W=%d", "cur/%s:2,"][number % 3]
    path = "md/" + (form % ((name, len(data), crlf) if "%d" in form else name))
    with open(path, "wb") as file:
        file.write(data)
    os.chmod(path, 0o640 if number % 2 else 0o600)
    os.utime(path, (1_600_000_000 + number, 1_500_000_000.25 + number))
END
python3 make.py
smcrypt encrypt --to alice@example.org <plain/lf >md/cur/already1:2,S
smcrypt encrypt --at-rest --to alice@example.org <plain/lf >md/cur/already2:2,S
smcrypt encrypt --to bob@example.net <plain/lf >md/cur/already3:2,S
echo 'From: x@example.org' >md/.Sent/cur/1:2,S
echo half >md/tmp/delivery
ln -s "$SM_TMP/plain/lf" md/cur/link
mkdir md/cur/folder
cp -a md before
cp -a before md.used && rm -rf md && mv md.used md # so that nobody has read md
state() { (cd "$1" && find . -mindepth 2 -type f ! -path './.Sent*' -printf '%p %i %T@ %A@ %m %s\n' | sort); }
count() { jq -c '[.encrypted, .already, .decrypted, .skipped, .failed]' "$1"; }

SM_NAME="encrypts a Maildir" expect_status 0 smcrypt maildir md --to alice@example.org --json
is "says what became of each" "$(count "$OUT")" '[9,3,0,2,0]'
is "in its schema" "$(jq -r '.schema, .directory' "$OUT" | tr '\n' ' ')" 'smcrypt.maildir/1 md '
is "with what is volatile under run" "$(jq -cr '.run | keys' "$OUT")" '["jobs","milliseconds"]'
empty "and nothing else" "$ERR"
for original in plain/*; do
  name=${original##*/}
  file=$(find md -name "${name}[,:]*" -o -name "$name")
  like "$name is encrypted" "$file" '^-----BEGIN PGP MESSAGE-----'
  smcrypt decrypt <"$file" >got 2>"$ERR"
  same "$name comes back byte for byte" got "$original"
  like "$name names its From" "$file" '^From: bob@example.net'
  unlike "$name: no Subject outside" "$file" '^Subject: (one|two|three|no body)'
done
sizes() { # of the files whose names tell sizes: those that lie
  find "$1" -name '*,S=*' | while read -r file; do
    size=$(wc -c <"$file") bare=$(python3 -c 'import sys; d = open(sys.argv[1], "rb").read(); print(d.count(b"\n") - d.count(b"\r\n"))' "$file")
    case $file in *",S=$size,W=$((size + bare))"*) ;; *) echo "$file" ;; esac
  done
}
is "names tell the new sizes" "$(sizes md)" ""
metadata() { (cd "$1" && find . -type f ! -path '*already*' -printf '%p %m %T@ %A@\n' | sed 's/,S=[0-9]*,W=[0-9]*//' | sort); }
for file in before/cur/already*; do same "${file##*/} is as it was" "md/cur/${file##*/}" "$file"; done
same "what is delivered just now too" md/tmp/delivery before/tmp/delivery
same "and other folders" md/.Sent/cur/1:2,S before/.Sent/cur/1:2,S
is "nothing is left in tmp" "$(ls md/tmp)" delivery

state md >first
SM_NAME="a second run" expect_status 0 smcrypt maildir md --to alice@example.org --json
is "has nothing to do" "$(count "$OUT")" '[0,12,0,2,0]'
state md >second
same "and changes nothing" second first
SM_NAME="in silence" expect_status 0 smcrypt maildir md --to alice@example.org
empty "on stdout" "$OUT"
empty "on stderr" "$ERR"
SM_NAME="-v" expect_status 0 smcrypt maildir -v md --to alice@example.org
like "says it in a line" "$ERR" '^smcrypt: note: 14 messages: 0 encrypted, 12 already, 0 decrypted, 2 skipped, 0 failed$'

SM_NAME="--decrypt" expect_status 0 smcrypt maildir md --decrypt --json
is "touches what is marked" "$(count "$OUT")" '[0,0,10,4,0]'
same "what came at rest is plain" md/cur/already2:2,S plain/lf
rm md/cur/already2:2,S before/cur/already2:2,S
check "the rest is as before, byte for byte and name for name" diff -r md before
rm -rf md
cp -a before md
state md >first
SM_NAME="--decrypt where nothing is marked" expect_status 0 smcrypt maildir md --decrypt --json
is "touches nothing" "$(count "$OUT")" '[0,0,0,13,0]'
state md >second
same "at all" second first
metadata md >want
SM_NAME="several recipients, --jobs 7" expect_status 0 smcrypt maildir md --to alice@example.org --to bob@example.net --jobs 7
metadata md >got
same "flags, folders, modes and times stay" got want
file=$(find md -name 'lf,*')
is "two session keys" "$(sed -n '/^-----BEGIN/,/^-----END/p' "$file" | gpg --batch --list-packets 2>/dev/null | grep -c '^:pubkey enc')" 2
rm -rf md
cp -a before md
(cd md && find . | sort) >want
SM_NAME="--keep-names" expect_status 0 smcrypt maildir md --to alice@example.org --keep-names
(cd md && find . | sort) >got
same "keeps the names" got want
like "of what is encrypted all the same" "$(find md -name 'lf,*')" '^-----BEGIN PGP MESSAGE'
SM_NAME="--no-protect-headers" expect_status 0 smcrypt maildir md --decrypt --keep-names
smcrypt maildir md --to alice@example.org --no-protect-headers
like "leaves the Subject" "$(find md -name 'lf,*')" '^Subject: one'

# A key with a passphrase.
smkey --store locked generate --passphrase-file alice 'Carol <carol@example.com>' >carol
mkdir -p locked.md/cur locked.md/new locked.md/tmp
for i in 1 2 3 4 5 6; do cp plain/lf locked.md/cur/$i:2,; done
SM_NAME="encrypting needs no passphrase" expect_status 0 smcrypt --store locked maildir locked.md --to carol@example.com --batch
state locked.md >first
SM_NAME="decrypting without one: 77" expect_status 77 smcrypt --store locked maildir locked.md --decrypt --batch
SM_NAME="with a wrong one: 77" expect_status 77 smcrypt --store locked maildir locked.md --decrypt --batch --passphrase-file bob
is "said once" "$(grep -c 'error:' "$ERR")" 1
SM_NAME="without the secret key: 77" expect_status 77 smcrypt maildir locked.md --decrypt --json
is "each is named" "$(grep -c 'cur/[1-6]:2,: no secret key' "$ERR")" 6
is "and counted" "$(count "$OUT")" '[0,0,0,0,6]'
state locked.md >second
same "nothing was touched" second first
SM_NAME="with the right one" expect_status 0 smcrypt --store locked maildir locked.md --decrypt --batch --passphrase-file alice --json
is "all come back" "$(count "$OUT")" '[0,0,6,0,0]'
same "as they were" locked.md/cur/6:2, plain/lf

# What fails does not stop the others.
rm -rf md
mkdir -p md/cur md/new md/tmp
cp plain/lf md/cur/a:2,
gzip -c plain/lf >md/cur/b:2,
: >md/cur/c:2,
cp plain/crlf md/new/d
SM_NAME="a compressed and an empty file: 65" expect_status 65 smcrypt maildir md --to alice@example.org --json
is "the others are encrypted" "$(count "$OUT")" '[2,0,0,0,2]'
like "the one is named" "$ERR" '^smcrypt: warning: cur/b:2,: '
like "the other too" "$ERR" '^smcrypt: warning: cur/c:2,: '
like "and counted" "$ERR" '^smcrypt: error: 2 of 4 messages failed$'
rm md/cur/[bc]:2,
sed 's/^[a-zA-Z0-9+/]\{64\}$/AAAA/' md/cur/a:2, >md/cur/e:2,
SM_NAME="a damaged one: 65" expect_status 65 smcrypt maildir md --decrypt --json
is "the others come back" "$(count "$OUT")" '[0,0,2,0,1]'
same "so" md/new/d plain/crlf

# Nothing is touched by what can't go well.
rm -rf md
cp -a before md
state md >first
SM_NAME="nobody to encrypt to: 64" expect_status 64 smcrypt maildir md
SM_NAME="no directory: 64" expect_status 64 smcrypt maildir --to alice@example.org
SM_NAME="--jobs 0: 64" expect_status 64 smcrypt maildir md --to alice@example.org --jobs 0
SM_NAME="no certificate for two of three: 77" expect_status 77 smcrypt maildir md --to x@example.org --to alice@example.org --to y@example.org
like "both are named" "$ERR" 'x@example.org.*y@example.org'
SM_NAME="a key ID: 64" expect_status 64 smcrypt maildir md --to "$(tail -c 17 alice)"
SM_NAME="a directory that is not there: 66" expect_status 66 smcrypt maildir absent --to alice@example.org
SM_NAME="one that is no Maildir: 66" expect_status 66 smcrypt maildir plain --to alice@example.org
SM_NAME="one that another run is at work on: 75" expect_status 75 flock md smcrypt maildir md --to alice@example.org
SM_NAME="--tempfail" expect_status 75 smcrypt maildir --tempfail plain --to alice@example.org
smkey import -q store/private/"$(cat bob)".rev
SM_NAME="a revoked certificate: 77" expect_status 77 smcrypt maildir md --to bob@example.net
state md >second
same "nothing was touched" second first
# A message that can't be opened is not lost sight of.
if [ "$(id -u)" != 0 ]; then
  chmod 0 md/cur/header*
  SM_NAME="a message that can't be read: 75" expect_status 75 smcrypt maildir md --to alice@example.org
fi
SM_NAME="--status-fd names the recipients" expect_status 0 sh -c 'smcrypt maildir md --to alice@example.org --status-fd 3 3>status'
is "once" "$(grep -c '^\[SM:\] RECIPIENT id=alice@example.org' status)" 1
done_testing
