#!/bin/sh
# label: fast
# Signatures made to deceive (Müller et al., "Johnny, you are fired!", USENIX Security 2019). S/MIME is not read:
# what uses it must not be called good.
. "${0%/*}/../lib.sh"
. "${0%/*}/lib-suites.sh"
skip_suites johnny
suite=$SM_SUITES/johnny
export SM_STORE="$SM_TMP/store"

signed_mails() { # WHAT VERDICT
  for who in eve manager; do
    for form in mime inline; do verdict "$who's $form mail, $1," "$suite/assets/valid-signed/$who-pgp-$form.eml" "$2"; done
  done
}
signed_mails "no certificate" unknown-key
expect_status 0 smkey import --no-bind "$suite/assets/public-keys/eve@bigcorporation.asc" "$suite/assets/public-keys/manager@bigcorporation.asc"
signed_mails "address not bound" unbound
expect_status 0 smkey import "$suite/assets/public-keys/eve@bigcorporation.asc" "$suite/assets/public-keys/manager@bigcorporation.asc"

signed_mails "address bound" good
for who in eve manager; do verdict "$who's S/MIME" "$suite/assets/valid-signed/$who-smime.eml" none; done
count=0
for file in "$suite"/03-mime/*/*.eml; do
  count=$((count + 1))
  name=${file##*/}
  case $name in
  *-pgp-mime.eml | *-pgp-inline*.eml)
    verdict "$name" "$file" partial
    SM_NAME="$name: as JSON" expect_status 1 smsign verify --json <"$file"
    like "$name: the signature itself is good" "$OUT" '"signatures":\[\{"verdict":"good"'
    unlike "$name: on no more than a part" "$OUT" '"outermost":true'
    ;;
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
