#!/bin/sh
# How the files beside this script were made, by GnuPG 2.2.40 and sq 0.27: certificates as other programs write them. Run by hand,
# never by a test: new keys mean new fingerprints in test_real.cpp.
set -eu
cd "$(dirname "$0")"
GNUPGHOME=$(mktemp -d)
export GNUPGHOME
trap 'gpgconf --kill all; rm -rf "$GNUPGHOME"' EXIT

at() {
    day=$1
    shift
    gpg --batch --quiet --passphrase '' --faked-system-time "${day}T000000!" "$@"
}

at 20200101 --quick-gen-key 'Ada Lovelace <Ada@Example.org>' ed25519 sign never
ada=$(gpg --list-keys --with-colons | awk -F: '/^fpr/ { print $10; exit }')
at 20200102 --quick-add-key "$ada" cv25519 encr never
at 20200102 --quick-add-key "$ada" ed25519 sign 30d
at 20200103 --quick-add-uid "$ada" 'Ada <old@example.org>'
at 20200104 --quick-revoke-uid "$ada" 'Ada <old@example.org>'
gpg --export >gpg.pgp
gpg --batch --passphrase '' --export-secret-keys >gpg-secret.pgp

sq key generate --userid 'Bob Babbage <bob@openpgp.example>' --creation-time 20200101 --expires never --export "$GNUPGHOME/bob"
sq key extract-cert "$GNUPGHOME/bob" --binary --output sq.pgp
