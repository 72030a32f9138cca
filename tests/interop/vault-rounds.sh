#!/bin/sh
# label: interop
# timeout: 900
# Two devices change a key and exchange it through a real nginx at the same time, 10 rounds, 100 with SM_FULL=1. After each, when both
# have pulled, they agree, and no change of any round is missing: user IDs, subkeys, revocations, expiry, certifications by others.
. "${0%/*}/../lib.sh"
. "${0%/*}/lib-vault.sh"
need_command gpg
rounds=10
if [ "${SM_FULL:-0}" = 1 ]; then rounds=100; fi
vault_start
device one
device two
one=$SM_TMP/one two=$SM_TMP/two url=$VAULT/dav/
gpg --batch -q --passphrase '' --quick-gen-key 'Bob <bob@example.net>' ed25519 default never 2>/dev/null
smkey --store "$one" export --binary "$ALICE" | gpg --batch -q --import 2>/dev/null

# What each device does in a round; `change` is one of user-id, subkey, revoke, expire, certify. Expected: user IDs, subkeys, revoked
# user IDs, when it ends, certifications.
user_ids=1 subkeys=1 revoked=0 certified=0 expires=$(smkey --store "$one" show --json "$ALICE" | jq -r .primary.expires)
change() { # change DEVICE CHANGE ROUND-AND-DEVICE
  case $2 in
  user-id) smkey --store "$1" uid add --passphrase-file "$PASSPHRASE" "$ALICE" "$3 <$3@example.org>" ;;
  subkey) smkey --store "$1" subkey add --passphrase-file "$PASSPHRASE" "$ALICE" --usage sign ;;
  revoke) smkey --store "$1" uid revoke --yes --passphrase-file "$PASSPHRASE" "$ALICE" "$(cat revocable)" ;;
  expire) smkey --store "$1" expire --passphrase-file "$PASSPHRASE" "$ALICE" "$((400 + $4))d" ;;
  certify)
    # Bob certifies the first user ID anew, at a time of its own.
    gpg --batch -q --no-tty --yes --faked-system-time "$(($(date +%s) + $4))" --force-sign-key -u bob@example.net \
      --quick-sign-key "$ALICE" 'Alice <alice@example.org>' 2>/dev/null
    gpg --batch -q --export "$ALICE" 2>/dev/null | smkey --store "$1" -q import
    ;;
  esac >change.out 2>change.err || not_ok "round $4: $2" "$(cat change.err)"
  case $2 in
  user-id)
    user_ids=$((user_ids + 1))
    echo "$3 <$3@example.org>" >revocable
    ;;
  subkey) subkeys=$((subkeys + 1)) ;;
  revoke) revoked=$((revoked + 1)) ;;
  expire) expires=$(smkey --store "$1" show --json "$ALICE" | jq -r .primary.expires) ;;
  certify) certified=$((certified + 1)) ;;
  esac
}

# exchange DEVICE COMMAND…: in the background; what goes wrong is kept
exchange() {
  sm_who=$1
  shift
  for sm_do; do
    vault "$sm_who" "$sm_do" "$url" >>"$sm_who.log" 2>&1 || echo "$sm_do: $?" >>"$sm_who.failed"
  done
}

# How many changes of each kind a device holds, and when the key ends.
counts() {
  smkey --store "$1" show --json "$ALICE" |
    jq -r '[(.user_ids | length), (.subkeys | length), (.user_ids | map(select(.revoked)) | length), .primary.expires] | join(" ")'
}
certifications() { smkey --store "$1" export --binary "$ALICE" | gpg --batch --list-packets 2>/dev/null | grep -c "keyid $bob"; }
bob=$(gpg --batch --with-colons -k bob@example.net | awk -F: '/^pub/ { print $5; exit }')

vault "$one" push "$url" >/dev/null
round=1
while [ $round -le $rounds ]; do
  case $((round % 4)) in
  1) change "$one" user-id "one-$round" $round && change "$two" user-id "two-$round" $round ;;
  2) change "$one" subkey "" $round && change "$two" certify "" $round ;;
  3) change "$one" revoke "" $round && change "$two" subkey "" $round ;;
  0) change "$one" expire "" $round && change "$two" user-id "two-$round" $round ;;
  esac
  case $((round % 3)) in
  0) of_one='push pull' of_two='push pull' ;;
  1) of_one='pull push pull' of_two='push pull' ;;
  2) of_one='pull' of_two='pull push' ;;
  esac
  # shellcheck disable=SC2086 # words
  exchange "$one" $of_one &
  first=$!
  # shellcheck disable=SC2086
  exchange "$two" $of_two &
  wait $first $!
  # All is on the server, whatever becomes of the devices: a store that gets the versions that lie there has every change.
  rm -rf whole
  for file in "$VAULT_FILES"/dav/*.pgp; do smkey --store whole -q import "$file"; done
  whole=$(counts whole)
  # The last to push pulls last; then the first once more.
  exchange "$one" pull
  exchange "$two" pull
  exchange "$one" pull
  same_state=no
  if [ "$(state "$one")" = "$(state "$two")" ]; then same_state=yes; fi
  want="$user_ids $subkeys $revoked $expires"
  if [ $same_state = yes ] && [ "$(counts "$one")" = "$want" ] && [ "$(counts "$two")" = "$want" ] &&
    [ "$whole" = "$want" ] && [ "$(stored dav)" = "$ALICE.$(state "$one").pgp" ] && [ ! -e one.failed ] && [ ! -e two.failed ]; then
    ok "round $round: both agree, and nothing is lost"
  else
    not_ok "round $round: both agree, and nothing is lost" "same state: $same_state" "want:   $want" "one:    $(counts "$one")" "two:    $(counts "$two")" "server: $whole" \
      "vault:  $(stored dav)" "failed: $(cat one.failed two.failed 2>/dev/null)" "$(tail -n 5 one.log two.log)"
    rm -f one.failed two.failed
  fi
  round=$((round + 1))
done
is "certifications by others" "$(certifications "$one") $(certifications "$two")" "$certified $certified"
# Whether the rounds were what they are meant to be: with two versions at once, both devices at work.
check "devices merged versions of each other" test "$(grep -c '^updated' one.log)" -ge $((rounds / 2))
check "and the other one" test "$(grep -c '^updated' two.log)" -ge $((rounds / 2))
echo "# $(grep -c PUT nginx/access.log) versions put, $(grep -c DELETE nginx/access.log) removed, $(awk '$6 == "\"GET" && $9 == 404' nginx/access.log | wc -l) gone before they were fetched"
done_testing
