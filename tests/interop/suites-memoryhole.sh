#!/bin/sh
# label: fast
# The memoryhole corpus: A, C, F, G, H verify (H by somebody else than its From), B is unsigned, D and E open with a passphrase.
. "${0%/*}/../lib.sh"
. "${0%/*}/lib-suites.sh"
skip_suites memoryhole
suite=$SM_SUITES/memoryhole/corpus
export SM_STORE="$SM_TMP/store"

expect_status 0 smkey import "$suite/OpenPGP/winston.pgp" "$suite/OpenPGP/julia.pgp" "$suite/OpenPGP/obrian.pgp"
for name in A C F G; do verdict "$name" "$suite/$name.eml" good; done
verdict "H, whose From was changed," "$suite/H.eml" mismatch
SM_NAME="H with --any-signer" expect_status 0 smsign verify --any-signer <"$suite/H.eml"
verdict "B, unsigned," "$suite/B.eml" none
for name in D E; do verdict "$name, encrypted and not opened," "$suite/$name.eml" none; done

for who in winston julia; do
  export SM_STORE="$SM_TMP/$who"
  printf '_%s_' "$who" >"$SM_TMP/$who.passphrase"
  printf '_nobody_' >"$SM_TMP/wrong"
  expect_status 0 smkey import "$suite/OpenPGP/$who.key" "$suite/OpenPGP/winston.pgp"
  while read -r name verdict; do
    SM_NAME="$name without $who's passphrase" expect_status 77 smcrypt --batch decrypt <"$suite/$name.eml"
    empty "$name without $who's passphrase: nothing comes out" "$OUT"
    SM_NAME="$name with a wrong passphrase" expect_status 77 smcrypt --batch decrypt --passphrase-file "$SM_TMP/wrong" <"$suite/$name.eml"
    empty "$name with a wrong passphrase: nothing comes out" "$OUT"
    decrypts "$name with $who's key" "$suite/$name.eml" "$verdict" --passphrase-file "$SM_TMP/$who.passphrase"
    like "$name: the payload is there" "$OUT" '^Content-Type: multipart/alternative'
  done <<'LIST'
D none
E good
LIST
done

# Neither is encrypted to O'Brian.
export SM_STORE="$SM_TMP/obrian"
printf '_obrian_' >"$SM_TMP/obrian.passphrase"
expect_status 0 smkey import "$suite/OpenPGP/obrian.key"
SM_NAME="D is not for O'Brian" expect_status 77 smcrypt --batch decrypt --passphrase-file "$SM_TMP/obrian.passphrase" <"$suite/D.eml"
done_testing
