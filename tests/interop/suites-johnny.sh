#!/bin/sh
# label: fast
# Signatures made to deceive (Müller et al., "Johnny, you are fired!", USENIX Security 2019). Inline OpenPGP and S/MIME are not
# read: what uses them must not be called good.
. "${0%/*}/../lib.sh"
. "${0%/*}/lib-suites.sh"
skip_suites johnny
suite=$SM_SUITES/johnny
export SM_STORE="$SM_TMP/store"

for who in eve manager; do verdict "$who's mail, no certificate," "$suite/assets/valid-signed/$who-pgp-mime.eml" unknown-key; done
expect_status 0 smkey import --no-bind "$suite/assets/public-keys/eve@bigcorporation.asc" "$suite/assets/public-keys/manager@bigcorporation.asc"
for who in eve manager; do verdict "$who's mail, address not bound," "$suite/assets/valid-signed/$who-pgp-mime.eml" unbound; done
expect_status 0 smkey import "$suite/assets/public-keys/eve@bigcorporation.asc" "$suite/assets/public-keys/manager@bigcorporation.asc"

for who in eve manager; do
  verdict "$who's mail, address bound," "$suite/assets/valid-signed/$who-pgp-mime.eml" good
  verdict "$who's S/MIME" "$suite/assets/valid-signed/$who-smime.eml" none
  never_good "$who's inline mail" "$suite/assets/valid-signed/$who-pgp-inline.eml"
done
count=0
for file in "$suite"/03-mime/*/*.eml; do
  count=$((count + 1))
  name=${file##*/}
  case $name in
  *-pgp-mime.eml) verdict "$name" "$file" partial ;;
  *) never_good "$name" "$file" ;;
  esac
done
is "messages in 03-mime" $count 14
for file in "$suite"/04-id/*/*.eml; do
  name=${file##*/}
  case $name in
  *-pgp-mime.eml) verdict "$name" "$file" mismatch ;;
  *) never_good "$name" "$file" ;;
  esac
done
done_testing
