#!/bin/sh
# How the files here were made, with GnuPG 2.2: keys and messages for tests only. Run by hand, in this folder; everything changes then.
set -eu
here=$(pwd)
GNUPGHOME=$(mktemp -d)
export GNUPGHOME
trap 'gpgconf --kill all; rm -rf "$GNUPGHOME"' EXIT
at() { # at DAY …: gpg on that day of November 2023, noon
  day=$1
  shift
  gpg --batch --quiet --no-tty --yes --pinentry-mode loopback --trust-model always \
    --faked-system-time "202311${day}T120000!" "$@" 2>/dev/null
}
fingerprint() { gpg --batch --with-colons --list-keys "$1" 2>/dev/null | awk -F: '/^fpr/ { print $10; exit }'; }
cd "$GNUPGHOME"
echo 'Hello, world.' >"$here/hello.txt"
hello=$here/hello.txt

# Ann: RSA, usable for all.
at 01 --passphrase '' --quick-gen-key 'Ann <ann@a.example>' rsa2048 default never
at 01 --passphrase '' --quick-add-key "$(fingerprint ann)" rsa2048 encr never
at 02 --export-secret-keys ann >"$here/ann.sec.pgp"
at 02 --export ann >"$here/ann.pgp"
for digest in md5 sha1 sha512; do
  at 10 --digest-algo "$digest" --allow-weak-digest-algos -u ann -o "$here/ann-$digest.sig" -b "$hello"
done
at 10 -u ann --textmode -o "$here/ann-text.sig" -b "$hello"
at 10 -u ann --default-sig-expire 1 -o "$here/ann-expired.sig" -b "$hello"
at 30 -u ann -o "$here/ann-future.sig" -b "$hello"
at 10 -R ann -o "$here/hidden.msg" -e "$hello"
at 10 -r ann -z 0 -o "$here/plain.msg" -e "$hello"
at 10 --passphrase secret -o "$here/password.msg" -c "$hello"
at 10 --passphrase secret -r ann -o "$here/ann-or-password.msg" -c -e "$hello"
head -c 100000000 /dev/zero | at 10 -r ann --compress-algo bzip2 -o "$here/bomb.msg" -e
at 10 --store -z 0 -o one "$hello"
cat one one | at 10 --no-literal -z 0 -r ann -o "$here/two-literals.msg" -e
head -c 32759 /dev/zero >aligned
at 10 -z 0 --set-filename '' -r ann -o "$here/aligned.msg" -e aligned
# Compressed packets (algorithm 0) around a literal packet, $1 deep.
nested() {
  cp one layer
  i=0
  while [ "$i" -lt "$1" ]; do
    { printf '\243\0'; cat layer; } >next
    mv next layer
    i=$((i + 1))
  done
  at 10 --no-literal -z 0 -r ann -o "$here/nested-$1.msg" -e layer
}
nested 7
nested 40
# A signature that expires, by Ann, on an encrypted message; one by a stranger.
at 10 -u ann -r ann -o "$here/signed.msg" -s -e "$hello"
at 01 --passphrase '' --quick-gen-key 'Eve <eve@e.example>' ed25519 default never
at 10 -u eve -u ann -r ann -o "$here/signed-by-two.msg" -s -e "$hello"

# Bob: his key's expiry was set afterwards to a day before he signed.
at 01 --passphrase '' --quick-gen-key 'Bob <bob@b.example>' ed25519 default never
at 10 -u bob -o "$here/bob.sig" -b "$hello"
at 10 -u bob -r ann -o "$here/bob.msg" -s -e "$hello"
at 03 --quick-set-expire "$(fingerprint bob)" 2d
at 03 --export bob >"$here/bob-expired.pgp"

# Dan: revoked as compromised, and in another copy as superseded; signed before.
at 01 --passphrase '' --quick-gen-key 'Dan <dan@d.example>' ed25519 default never
at 10 -u dan -o "$here/dan.sig" -b "$hello"
at 10 --export dan >"$here/dan.pgp"
cp "openpgp-revocs.d/$(fingerprint dan).rev" "$here/dan.rev"
for reason in 1 2; do
  printf 'y\n%s\n\ny\n' "$reason" | gpg --quiet --no-tty --command-fd 0 --pinentry-mode loopback --passphrase '' \
    --faked-system-time 20231112T120000! --yes --output "$here/dan-revocation-$reason.asc" --gen-revoke dan >log 2>&1
done

# Fay: the primary key is elsewhere, a subkey signs; protected.
at 01 --passphrase secret --quick-gen-key 'Fay <fay@f.example>' ed25519 cert never
at 01 --passphrase secret --quick-add-key "$(fingerprint fay)" ed25519 sign never
at 01 --passphrase secret --quick-add-key "$(fingerprint fay)" cv25519 encr never
at 02 --export fay >"$here/fay.pgp"
at 02 --passphrase secret --export-secret-keys fay >"$here/fay.sec.pgp"
at 02 --passphrase secret --export-secret-subkeys fay >"$here/fay-offline.sec.pgp"

# Gus: DSA of 1024 bits and ElGamal.
at 01 --passphrase '' --quick-gen-key 'Gus <gus@g.example>' dsa1024 default never
at 01 --passphrase '' --quick-add-key "$(fingerprint gus)" elg1024 encr never
at 10 -u gus -o "$here/gus.sig" -b "$hello"
at 10 --export gus >"$here/gus.pgp"

# Literal packets of format 'm': such packets and signatures around them, encrypted as they are. Signed, in compressed packets
# of each kind, for keys of each kind, and large; with a passphrase (Fay); two literal packets.
as_mime() { perl -0777 -pi -e 's/b(?=\x09hello\.txt|\x07numbers)/m/' "$1"; }
at 01 --passphrase '' --quick-gen-key 'Hal <hal@h.example>' nistp256 default never
at 01 --passphrase '' --quick-add-key "$(fingerprint hal)" nistp384 encr never
at 02 --export-secret-keys hal >"$here/hal.sec.pgp"
at 02 --export-secret-keys gus >"$here/gus.sec.pgp"
at 10 -u ann -z 0 -o signed -s "$hello"
as_mime signed
at 10 --store -z 0 -o literal "$hello"
as_mime literal
seq 1 20000 >numbers
at 10 --set-filename numbers --store -z 0 -o many numbers
as_mime many
for algorithm in zip zlib bzip2 uncompressed; do
  at 10 --no-literal --compress-algo "$algorithm" -r ann -o "$here/mime-$algorithm.msg" -e signed
done
at 10 --no-literal -r ann -o "$here/mime-many.msg" -e many
at 10 --no-literal --cipher-algo AES128 -r hal -o "$here/mime-hal.msg" -e literal
at 10 --no-literal --cipher-algo 3DES -r gus -o "$here/mime-gus.msg" -e literal
at 10 --no-literal --cipher-algo AES192 -R fay -o "$here/mime-fay.msg" -e literal
cat literal literal | at 10 --no-literal -z 0 -r ann -o "$here/mime-two.msg" -e
# A compressed packet that goes on behind the end of what is compressed.
perl -MCompress::Zlib -0777 -ne 'print "\xa3\2", compress($_), "x" x 300' literal >trailing
at 10 --no-literal -z 0 -r ann -o "$here/mime-trailing.msg" -e trailing
