#!/bin/sh
# tests/bench/maildir.sh BUILD [DISK]: stored mail in place. Prints for each round the seconds and the ratio of
# - smcrypt maildir with two jobs on tmpfs to the same program started for each file (wanted: at most 1/8), and
# - smcrypt maildir on DISK (a directory, default /var/tmp) to a loop that only writes, syncs and exchanges the same files
#   (wanted: at most 1.2); the same loop in two threads stands beside it.
set -eu
build=$(cd "${1:?tests/bench/maildir.sh BUILD [DISK]}" && pwd)
disk=${2:-/var/tmp}
messages=${SM_BENCH_MESSAGES:-2000} rounds=${SM_BENCH_ROUNDS:-5}
fast=$(mktemp -d /dev/shm/sm.XXXXXX)
slow=$(mktemp -d "$disk/sm.XXXXXX")
trap 'rm -rf "$fast" "$slow"' EXIT
trap 'exit 1' HUP INT TERM
PATH=$build/bin:$PATH
export SM_STORE="$fast/store"
smkey -q generate --batch --no-passphrase 'Alice <alice@example.org>' >/dev/null

# The messages: half of 2 KB, others of 10 and 40 KB.
python3 - "$fast/plain" "$messages" <<'END'
import os, random, sys
for part in ("new", "cur", "tmp"):
    os.makedirs(sys.argv[1] + "/" + part)
source = random.Random(1)
for number in range(int(sys.argv[2])):
    size = source.choice((2000, 2000, 10000, 40000))
    body = "".join("%064x\n" % source.getrandbits(256) for _ in range(size // 65))
    data = "From: bob@example.net\nTo: alice@example.org\nSubject: %d\n\n%s" % (number, body)
    with open("%s/cur/%d.M1P1.host,S=%d:2,S" % (sys.argv[1], number, len(data)), "w") as file:
        file.write(data)
END
seconds() { python3 -c '
import subprocess, sys, time
begin = time.monotonic()
subprocess.run(sys.argv[1:], check=True)
print("%.3f" % (time.monotonic() - begin))' "$@"; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }
fresh() { # DIRECTORY: a Maildir of plain messages in it, on the disk
  rm -rf "$1/md"
  cp -a "$fast/plain" "$1/md"
  sync -f "$1"
}
# As a shell would do it: a filter for each file, and the names exchanged by mv.
cat >"$fast/each" <<'END'
cd "$1/cur" || exit 1
for file in *; do
  smcrypt encrypt --at-rest --to alice@example.org <"$file" >"../tmp/$file" && mv "../tmp/$file" "$file" || exit 1
done
END

echo "$messages messages, $(du -sk --apparent-size "$fast/plain" | cut -f 1) KiB"
echo "== tmpfs: smcrypt maildir --jobs 2; the same program for each file"
for round in $(seq "$rounds"); do
  fresh "$fast"
  ours=$(seconds smcrypt maildir "$fast/md" --to alice@example.org --jobs 2)
  fresh "$fast"
  each=$(seconds sh "$fast/each" "$fast/md")
  echo "round $round: $ours s; $each s; $(ratio "$each" "$ours") times as fast"
done
compare() { # FORMS OPTION…: ours on plain or encrypted messages, and what it costs to write the same
  forms=$1
  shift
  ours=$(seconds smcrypt maildir "$slow/md" "$@" --jobs 2)
  if [ ! -e "$forms" ]; then mv "$slow/md/cur" "$forms"; fi
  fresh "$slow"
  floor=$(seconds "$build/bench/bench-maildir-floor" 1 "$forms" "$slow/md")
  fresh "$slow"
  both=$(seconds "$build/bench/bench-maildir-floor" 2 "$forms" "$slow/md")
  echo "round $round: $ours s; $floor s, ratio $(ratio "$ours" "$floor"); in two threads $both s, ratio $(ratio "$ours" "$both")"
}
echo "== $disk: smcrypt maildir --jobs 2; a loop that writes, syncs and exchanges the same files"
for round in $(seq "$rounds"); do
  fresh "$slow"
  rm -rf "$slow/forms"
  compare "$slow/forms" --to alice@example.org
done
echo "== $disk: smcrypt maildir --decrypt --jobs 2; the same"
for round in $(seq "$rounds"); do
  fresh "$slow"
  smcrypt maildir "$slow/md" --to alice@example.org
  sync -f "$slow"
  compare "$fast/plain/cur" --decrypt
done
