#!/bin/sh
# A message of 256 MB from a pipe: at most 32 MiB resident, whatever is done with it, and nothing of it readable on the disk.
# label: slow
# timeout: 900
. "${0%/*}/../lib.sh"
need_command python3
SM_LARGE=${SM_LARGE:-256000000}
# Beside the programs or in /var/tmp: what lies in a tmpfs is memory.
place=
for directory in "${SM_BUILD:-}" /var/tmp "$SM_TMP"; do
  if [ -d "$directory" ] && [ -w "$directory" ] && [ "$(stat -f -c %T "$directory")" != tmpfs ]; then place=$directory && break; fi
done
if [ -z "$place" ]; then refuse "no directory on a disk"; fi
place=$(mktemp -d "$place/sm-big.XXXXXX")
# shellcheck disable=SC2016
at_exit 'rm -rf "$place"'
cd "$SM_TMP" || exit 1
SM_STORE=$SM_TMP/store
export SM_STORE
smkey generate --no-passphrase 'Alice <alice@example.org>' >/dev/null

marker='PLAINTEXT-THAT-MUST-NOT-BE-SEEN'
message() {
  printf 'From: Alice <alice@example.org>\nTo: alice@example.org\nSubject: large\n\n'
  # Lines that differ, each with the marker.
  python3 -c '
import sys
size, marker = int(sys.argv[1]), sys.argv[2]
number = 0
while size > 0:
    piece = "".join("%09d %s and the rest of a line of text\n" % (n, marker) for n in range(number, number + 10000)).encode()
    number += 10000
    sys.stdout.buffer.write(piece[:size].rstrip(b"\n") + b"\n" if size < len(piece) else piece)
    size -= len(piece)' "$1" "$marker"
}

# peak NAME FILE WORD…: stdin and stdout are pipes.
peak() {
  name=$1 file=$2
  shift 2
  # shellcheck disable=SC2002 # a pipe is the point
  cat "$file" | TMPDIR=$place/spool python3 "$SM_TESTS/fault/peak.py" "$@" 3>peak | cat >"$place/out"
  read -r status kib <peak
  is "$name: status" "$status" 0
  echo "# $name: $kib KiB resident at most, $(stat -c %s "$place/out") bytes out"
  if [ "${SM_SANITIZED:-OFF}" = ON ]; then skip "$name: memory" "sanitizers need their own"; else
    check "$name: at most 32 MiB resident" test "$kib" -le 32768
  fi
  is "$name: no file is left" "$(ls -A "$place/spool")" ""
}
mkdir "$place/spool"
message "$SM_LARGE" >"$place/plain"
peak sign "$place/plain" smsign sign
mv "$place/out" "$place/signed"
peak verify "$place/signed" smsign verify
is "the signature is good" "$(head -n 1 "$place/out")" good
peak "verify --annotate" "$place/signed" smsign verify --annotate
is "the field says so" "$(head -n 1 "$place/out" | cut -c 1-17)" "SM-Verdict: good;"
rm "$place/signed"
peak encrypt "$place/plain" smcrypt encrypt --to alice@example.org
mv "$place/out" "$place/encrypted"
peak decrypt "$place/encrypted" smcrypt decrypt
body() { sed '1,/^$/d' "$1" | cksum; }
is "what was encrypted comes back" "$(body "$place/out")" "$(body "$place/plain")"
peak "encrypt --sign" "$place/plain" smcrypt encrypt --sign --to alice@example.org
mv "$place/out" "$place/encrypted"
peak "decrypt and verify" "$place/encrypted" smcrypt decrypt
is "what was signed and encrypted comes back" "$(body "$place/out")" "$(body "$place/plain")"
peak "decrypt --annotate" "$place/encrypted" smcrypt decrypt --annotate
is "and annotated" "$(body "$place/out")" "$(body "$place/plain")"
peak "decrypt what is not encrypted" "$place/plain" smcrypt decrypt
same "passes as it is" "$place/out" "$place/plain"
peak "encrypt what is encrypted" "$place/encrypted" smcrypt encrypt --to alice@example.org
same "passes as it is" "$place/out" "$place/encrypted"
rm "$place/out" "$place/encrypted" "$place/plain"

# What the disk has seen: a small file system that holds nothing but the spool, looked at from below.
if [ "$(id -u)" != 0 ] || ! command -v mkfs.ext4 >/dev/null; then
  skip "nothing readable on the disk" "needs root and mkfs.ext4"
  done_testing
fi
truncate -s 200M "$place/image"
mkdir "$place/mounted"
if ! mkfs.ext4 -q -F -O ^has_journal "$place/image" 2>err || ! mount -o loop "$place/image" "$place/mounted" 2>err; then
  skip "nothing readable on the disk" "no loop devices here: $(head -n 1 err)"
  done_testing
fi
# shellcheck disable=SC2016
at_exit 'umount "$place/mounted"'
seen() { # how often the marker stands on the disk; also in base64 and under the transformations that mail knows
  sync -f "$place/mounted"
  for text in "$marker" "$(printf %s "$marker" | cut -c 2- | base64 | cut -c 1-32)" "$(printf %s "$marker" | cut -c 3- | base64 | cut -c 1-32)" \
    "$(printf %s "$marker" | base64 | cut -c 1-32)"; do
    LC_ALL=C grep -c -a -F -e "$text" "$place/image"
  done | paste -s -d ' '
}
message 60000000 >"$place/plain"
smcrypt encrypt --sign --to alice@example.org <"$place/plain" >"$place/encrypted"
smsign sign <"$place/plain" >"$place/signed"
cp "$place/plain" "$place/mounted/seen"
check "the marker would be seen" test "$(seen | cut -d ' ' -f 1)" -gt 1000
rm "$place/mounted/seen"
dd if=/dev/zero of="$place/mounted/zeros" bs=1M 2>/dev/null
rm "$place/mounted/zeros"
is "and is wiped" "$(seen)" "0 0 0 0"

held() { # held NAME FILE WORD…: its output is not taken, so that it stands still with all of it in the spool
  name=$1 file=$2
  shift 2
  rm -f result
  mkfifo result
  # shellcheck disable=SC2002
  cat "$file" | TMPDIR=$place/mounted "$@" >result &
  exec 3<result
  # It has begun to write: nothing more goes into the spool.
  head -c 1 <&3 >/dev/null
  sync -f "$place/mounted"
  used=$(df --output=used -k "$place/mounted" | tail -n 1)
  echo "# $name: $used KiB of the disk in use"
  is "$name, while it is held: nothing readable" "$(seen)" "0 0 0 0"
  if [ "$name" != "encrypt" ]; then check "$name, while it is held: it is on that disk" test "$used" -gt 40000; fi
  cat <&3 >/dev/null
  exec 3<&-
  wait
  is "$name, afterwards: nothing readable" "$(seen)" "0 0 0 0"
}
held decrypt "$place/encrypted" smcrypt decrypt
held sign "$place/plain" smsign sign
held "encrypt --sign" "$place/plain" smcrypt encrypt --sign --to alice@example.org
held encrypt "$place/plain" smcrypt encrypt --to alice@example.org
held "passing what is clear" "$place/plain" smcrypt decrypt

# One that is killed in the middle leaves blocks behind; they are no more readable.
# shellcheck disable=SC2002
cat "$place/plain" | TMPDIR=$place/mounted smsign sign >result &
exec 3<result
head -c 1 <&3 >/dev/null
kill -KILL $! 2>/dev/null
exec 3<&-
wait
is "killed: nothing readable" "$(seen)" "0 0 0 0"
is "killed: no file" "$(find "$place/mounted" -type f)" ""
done_testing
