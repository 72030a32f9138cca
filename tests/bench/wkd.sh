#!/bin/sh
# tests/bench/wkd.sh BUILD: hashing beside a bare loop of SHA-1, and publishing 500 certificates beside gpg-wks-client, one by one. Needs
# gnupg.
set -eu
build=$(cd "${1:?tests/bench/wkd.sh BUILD}" && pwd)
PATH=$build/bin:$PATH
count=${SM_BENCH_CERTIFICATES:-500}
dir=$(mktemp -d)
trap 'gpgconf --homedir "$dir/gnupg" --kill all 2>/dev/null || :; rm -rf "$dir"' EXIT
export SM_STORE="$dir/store" GNUPGHOME="$dir/gnupg"
mkdir -m 700 "$GNUPGHOME"
client=/usr/lib/gnupg/gpg-wks-client
if [ ! -x $client ]; then client=gpg-wks-client; fi

echo "== 1,000,000 addresses: a bare loop of SHA-1; smwkd hash -"
seq -f 'user.%.0f@example.org' 1 1000000 >"$dir/addresses"
"$build/bench/bench-wkd-floor" <"$dir/addresses" >"$dir/floor"
smwkd hash - <"$dir/addresses" >"$dir/ours"
cmp "$dir/floor" "$dir/ours"
"$build/bench/bench-pairs" "${SM_BENCH_RUNS:-9}" "$dir/addresses" "$build/bench/bench-wkd-floor" "smwkd hash -"

now() { date +%s%N; }
seq 1 "$count" | while read -r number; do smkey generate --no-passphrase "User <user$number@example.org>"; done >"$dir/keys"
smkey export --all | gpg --quiet --batch --import 2>/dev/null
mkdir -p "$dir/theirs/example.org"
chmod 755 "$dir/theirs" "$dir/theirs/example.org"
began=$(now)
smwkd publish --domain example.org --out "$dir/ours.d"
ours=$(($(now) - began))
began=$(now)
number=0
while read -r fingerprint; do
  number=$((number + 1))
  $client -C "$dir/theirs" --install-key "$fingerprint" "user$number@example.org" 2>/dev/null
done <"$dir/keys"
theirs=$(($(now) - began))
began=$(now)
smwkd publish --domain example.org --out "$dir/ours.d"
again=$(($(now) - began))
echo "== $count certificates: smwkd publish $((ours / 1000000)) ms, again $((again / 1000000)) ms; gpg-wks-client $((theirs / 1000000)) ms: $((theirs / ours)) times"
