#!/bin/sh
# tests/bench/run.sh BUILD: prints whole-process times side by side: ours, the smallest program on the same library, gpg, sqv, sq, gosop.
# Needs gnupg, sq, sqv, gosop, keyutils. The ratios are to the first line of each group.
set -eu
build=$(cd "${1:?tests/bench/run.sh BUILD}" && pwd)
bin=$build/bin
floor=$build/bench/bench-floor
runs=${SM_BENCH_RUNS:-60}
dir=$(mktemp -d)
trap 'gpgconf --homedir "$dir/gnupg" --kill all 2>/dev/null || :; rm -rf "$dir"' EXIT
export SM_STORE="$dir/store" GNUPGHOME="$dir/gnupg"
mkdir -m 700 "$GNUPGHOME"
pairs() { "$build/bench/bench-pairs" "$@"; }

fingerprint=$("$bin/smkey" generate --batch --no-passphrase 'Alice <alice@example.org>')
"$bin/smkey" export "$fingerprint" >"$dir/pub.asc"
"$bin/smkey" export --binary "$fingerprint" >"$dir/pub.pgp"
"$bin/smkey" export --secret "$fingerprint" >"$dir/sec.asc"
"$bin/smkey" export --secret --binary "$fingerprint" >"$dir/sec.pgp"
gpg --batch --quiet --import "$dir/sec.asc" 2>/dev/null
printf '%s:6:\n' "$fingerprint" | gpg --batch --quiet --import-ownertrust 2>/dev/null

# $1 bytes of a plain message.
message() {
  printf 'From: Alice <alice@example.org>\r\nTo: Alice <alice@example.org>\r\nSubject: bench\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n'
  yes 'The quick brown fox jumps over the lazy dog, and does it again and again.' | sed 's/$/\r/' | head -c "$1"
}
message 10000 >"$dir/m.eml"
"$bin/smsign" sign <"$dir/m.eml" >"$dir/s.eml"
"$bin/smcrypt" encrypt --sign --to alice@example.org <"$dir/m.eml" >"$dir/e.eml"
"$floor" sign "$dir/sec.pgp" <"$dir/m.eml" >"$dir/m.sig"
sed -n '/^-----BEGIN PGP MESSAGE/,/^-----END/p' "$dir/e.eml" | tr -d '\r' | gpg --batch --quiet --dearmor >"$dir/e.pgp"
gpg --batch --quiet --yes --detach-sign -u "$fingerprint" -o "$dir/g.sig" "$dir/m.eml"

echo "== start-up"
pairs "$runs" "$dir/m.eml" "$floor start" "$bin/smsign --version"
echo "== sign, 10 KB"
pairs "$runs" "$dir/m.eml" "$floor sign $dir/sec.pgp" "$bin/smsign sign" \
  "gpg --batch --quiet --detach-sign --armor -u $fingerprint" "sq sign --detached --signer-file $dir/sec.asc" "gosop sign $dir/sec.asc"
echo "== sign, 10 KB, with a passphrase from a file; unlocked; without one"
echo sesame >"$dir/passphrase"
# Two keys: what is unlocked is used before any passphrase.
asked="$dir/asked" locked="$dir/locked"
for store in "$asked" "$locked"; do
  "$bin/smkey" --store "$store" generate --batch --passphrase-file "$dir/passphrase" 'Alice <alice@example.org>' >/dev/null
done
# shellcheck disable=SC2016 # for the shell in the new session
keyctl session - sh -c '"$1/smkey" --store "$2" unlock --passphrase-file "$3" alice@example.org && shift 3 && exec "$@"' sh \
  "$bin" "$locked" "$dir/passphrase" "$build/bench/bench-pairs" "$runs" "$dir/m.eml" \
  "$bin/smsign --store $asked sign --passphrase-file $dir/passphrase" "$bin/smsign --store $locked sign --batch" "$bin/smsign sign" 2>/dev/null
echo "== verify, 10 KB"
pairs "$runs" "$dir/s.eml" "$floor verify $dir/pub.pgp $dir/m.sig $dir/m.eml" "$bin/smsign verify -q" \
  "gpg --batch --quiet --verify $dir/g.sig $dir/m.eml" "sqv --keyring $dir/pub.pgp $dir/m.sig $dir/m.eml"
echo "== encrypt and sign, 10 KB"
pairs "$runs" "$dir/m.eml" "$floor encrypt-sign $dir/pub.pgp $dir/sec.pgp" "$bin/smcrypt encrypt --sign --to alice@example.org" \
  "gpg --batch --quiet --encrypt --sign --armor -u $fingerprint -r $fingerprint" \
  "sq encrypt --recipient-file $dir/pub.asc --signer-file $dir/sec.asc" "gosop encrypt --sign-with=$dir/sec.asc $dir/pub.asc"
echo "== decrypt and verify, 10 KB"
pairs "$runs" "$dir/e.pgp" "$floor decrypt-verify $dir/sec.pgp $dir/pub.pgp" "$bin/smcrypt decrypt <$dir/e.eml" \
  "gpg --batch --quiet --decrypt" "sq decrypt --recipient-file $dir/sec.asc --signer-file $dir/pub.asc" "gosop decrypt $dir/sec.asc"

echo "== 256 MB from a pipe"
message 268435456 >"$dir/big.eml"
big=${SM_BENCH_BIG_RUNS:-5}
pairs "$big" "$dir/big.eml" "- $floor encrypt $dir/pub.pgp" "- $bin/smcrypt encrypt --to alice@example.org" \
  "- gpg --batch --quiet --compress-algo none --encrypt -r $fingerprint"
pairs "$big" "$dir/big.eml" "- $floor sign $dir/sec.pgp" "- $bin/smsign sign"
"$bin/smsign" sign <"$dir/big.eml" >"$dir/big-signed.eml"
pairs "$big" "$dir/big-signed.eml" "- $bin/smsign verify -q"
"$bin/smcrypt" encrypt --sign --to alice@example.org <"$dir/big.eml" >"$dir/big-encrypted.eml"
pairs "$big" "$dir/big-encrypted.eml" "- $bin/smcrypt decrypt"

echo "== one certificate, and one of 10,000"
cp -a "$dir/store" "$dir/large"
"$build/bench/bench-certificates" 10000 "$dir/large/pgp.cert.d"
"$bin/smcrypt" --store "$dir/large" encrypt --to alice@example.org <"$dir/m.eml" >/dev/null
pairs "$runs" "$dir/m.eml" "$bin/smcrypt encrypt --to alice@example.org" "$bin/smcrypt --store $dir/large encrypt --to alice@example.org"

echo "== stored mail"
sh "${0%/*}/maildir.sh" "$build"
