#!/bin/sh
# label: interop
# timeout: 300
# gpg-wks-client: the same hashes and URLs for 1,000 random addresses, the same packets of what is published.
. "${0%/*}/../lib.sh"
need_command gpg python3 jq
client=/usr/lib/gnupg/gpg-wks-client
if [ ! -x "$client" ]; then client=$(command -v gpg-wks-client) || refuse "no gpg-wks-client on this machine"; fi

# Its notion of an address is narrower: no dots beside one another, no apostrophes; and it prints l= in lower case, not encoded.
python3 - >"$SM_TMP/addresses" <<'END'
import random
random.seed(20261128)
letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-_äÄöÖéÉßłŁжЖωΩK"
for number in range(1000):
    local = ".".join("".join(random.choice(letters) for _ in range(random.randint(1, 9))) for _ in range(random.randint(1, 3)))
    domain = ".".join("".join(random.choice("abcdefghijklmnopqrstuvwxyzABC0123456789") for _ in range(random.randint(1, 9))) for _ in range(2))
    print(f"{local}@{domain}.Example")
END
tr '\n' '\0' <"$SM_TMP/addresses" >"$SM_TMP/arguments"
xargs -0 -n 100 "$client" --print-wkd-hash <"$SM_TMP/arguments" >"$SM_TMP/hashes" 2>"$SM_TMP/err"
xargs -0 -n 100 "$client" --print-wkd-url <"$SM_TMP/arguments" >"$SM_TMP/urls" 2>>"$SM_TMP/err"
is "it takes all of them" "$(wc -l <"$SM_TMP/hashes") $(wc -l <"$SM_TMP/urls")" "1000 1000"
expect_status 0 smwkd hash - <"$SM_TMP/addresses"
cut -d ' ' -f 1 "$OUT" >"$SM_TMP/ours"
cut -d ' ' -f 1 "$SM_TMP/hashes" >"$SM_TMP/theirs"
same "1,000 hashes" "$SM_TMP/ours" "$SM_TMP/theirs"
while read -r address; do smwkd url --method advanced -- "$address"; done <"$SM_TMP/addresses" >"$OUT"
python3 - "$OUT" "$SM_TMP/urls" >"$SM_TMP/different" <<'END'
import sys, urllib.parse
fold = str.maketrans({chr(c): chr(c + 32) for c in range(65, 91)})
for ours, theirs in zip(*(open(name, encoding="utf-8").read().splitlines() for name in sys.argv[1:])):
    place, local = ours.split("?l=")
    if place + "?l=" + urllib.parse.unquote(local).translate(fold) != theirs:
        print(ours, theirs)
END
empty "1,000 URLs" "$SM_TMP/different"

# Ten certificates, of which each has a user ID elsewhere too.
SM_STORE=$SM_TMP/store
export SM_STORE
for number in 1 2 3 4 5 6 7 8 9 10; do smkey generate --no-passphrase "User <user$number@example.org>" "user$number@example.net"; done >"$SM_TMP/keys"
smkey export --all | gpg --quiet --batch --import 2>/dev/null
expect_status 0 smwkd publish --domain example.org --out "$SM_TMP/ours.d"
mkdir -p "$SM_TMP/theirs.d/example.org"
chmod 755 "$SM_TMP/theirs.d" "$SM_TMP/theirs.d/example.org"
while read -r fingerprint; do
  address=$(smkey show --json "$fingerprint" | jq -r '.. | strings | select(test("^User <user.*@example.org>$"))' | head -n 1 | sed 's/.*<\(.*\)>/\1/')
  "$client" -C "$SM_TMP/theirs.d" --install-key "$fingerprint" "$address" 2>>"$SM_TMP/err" || not_ok "it installs $address" "$(tail -n 3 "$SM_TMP/err")"
done <"$SM_TMP/keys"
packets() { gpg --batch --list-packets "$1" 2>/dev/null | grep -v '^#' | sort; }
ours=$SM_TMP/ours.d/.well-known/openpgpkey/example.org/hu
theirs=$SM_TMP/theirs.d/example.org/hu
is "the same names" "$(ls "$ours")" "$(ls "$theirs")"
is "ten of them" "$(find "$ours" -type f | wc -l)" 10
for file in "$ours"/*; do
  packets "$file" >"$SM_TMP/a"
  packets "$theirs/${file##*/}" >"$SM_TMP/b"
  same "the same packets: ${file##*/}" "$SM_TMP/a" "$SM_TMP/b"
done
done_testing
