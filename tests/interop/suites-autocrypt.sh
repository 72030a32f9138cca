#!/bin/sh
# label: fast
# The examples of Autocrypt Level 1: fields, gossip, drafts and the Setup Message with the code that its text gives.
. "${0%/*}/../lib.sh"
skip_suites autocrypt-level1
need_command jq gpg sq
cd "$SM_TMP" || exit 1
examples=$SM_SUITES/autocrypt-level1/doc/appendix
SM_STORE=$SM_TMP/store
export SM_STORE
alice=EB85BB5FA33A75E15E944E63F231550C4F47E38E

for file in example-simple-autocrypt example-gossip; do
  rm -rf store
  SM_NAME="$file" expect_status 0 smkey autocrypt import --json <"$examples/$file.eml"
  is "$file: the sender's certificate" "$(jq -c '[.what, .result, .secret, .prefer_encrypt]' "$OUT")" \
    "[\"$alice\",\"new\",false,\"mutual\"]"
  is "$file: nobody else's" "$(smkey list --json | jq -s length)" 1
  SM_NAME="$file binds nothing" expect_status 2 smkey bindings alice@autocrypt.example
  smkey export --binary "$alice" >ours
  gpg --batch --dearmor <"$examples/alice@autocrypt.example.pub.asc" >theirs 2>/dev/null
  same "$file: as it is published" ours theirs
done
rm -rf store
for file in example-draft example-draft-cleartext example-gossip-cleartext; do
  SM_NAME="$file" expect_status 0 smkey autocrypt import <"$examples/$file.eml"
  is "$file: nothing for a sender" "$(cat "$OUT")" "skipped  message  autocrypt.no-header"
done

# body FILE: behind the header. same_packets NAME GOT WANT: key files, in whichever form their packets' headers are written.
body() { awk 'past { print } /^$/ { past = 1 }' "$1"; }
same_packets() {
  for file in "$2" "$3"; do sq packet dump --mpis "$file" 2>/dev/null | sed 's/, \(old\|new\) CTB//' >"$(basename "$file").dump"; done
  check "$1: something to compare" grep -q '^ *Secret Key:$\|^Public-Key' "$(basename "$3").dump"
  same "$1" "$(basename "$2").dump" "$(basename "$3").dump"
}

# Each peer's certificate and secret key come and go as the packets they are. All of them expired in January 2021.
for name in alice bob carol; do
  rm -rf store
  SM_NAME="$name: published" expect_status 0 smkey import "$examples/$name@autocrypt.example.pub.asc"
  fingerprint=$(awk '{ print $2 }' "$OUT")
  is "is new" "$(cat "$OUT")" "new  $fingerprint  $name@autocrypt.example"
  SM_NAME="$name: with the secret key" expect_status 0 smkey import "$examples/$name@autocrypt.example.sec.asc"
  smkey export "$fingerprint" >ours
  same_packets "$name: the certificate" ours "$examples/$name@autocrypt.example.pub.asc"
  smkey export --secret "$fingerprint" >ours
  same_packets "$name: the secret key" ours "$examples/$name@autocrypt.example.sec.asc"
  is "$name: expired" "$(smkey show --json "$fingerprint" | jq -c '[.state, .primary.expires, .usable_for]')" \
    '["expired","2021-01-21T11:56:25Z",[]]'
done

# ---- the Setup Message
# The code is 36 digits. How they are set apart is the business of whoever types them; letters or another digit are no code.
setup=$examples/example-setup-message.eml
code=1742-0185-6197-1303-7016-8412-3581-4441-0597
rm -rf store
for wrong in "${code%7}8" "2${code#1}" "$(echo "$code" | tr 1 l)" "${code%-*}" "$code-0597" "17" ""; do
  echo "$wrong" >code
  SM_NAME="the code \"$wrong\": 77" expect_status 77 smkey autocrypt import --batch --passphrase-file code <"$setup"
done
SM_NAME="nobody to ask: 77" expect_status 77 smkey autocrypt import --batch <"$setup"
is "nothing was taken" "$(smkey list --json | jq -s length)$(find store -name '*.pgp' 2>/dev/null)" 0
setup_taken() { # NAME FILE
  rm -rf store
  SM_NAME="Setup Message, $1" expect_status 0 smkey autocrypt import --batch --passphrase-file code <"$2"
  is "$1: its key" "$(cat "$OUT")" "new  $alice  secret  alice@autocrypt.example"
}
sed 's/$/\r/' "$setup" >crlf
echo "$code" | tr -d - >code
setup_taken "the code in one" "$setup"
echo " $code " | tr - ' ' >code
setup_taken "the code in words" "$setup"
printf '%s\r\n' "$code" >code
setup_taken "CRLF" crlf
echo "$code" >code
setup_taken "the code as it is shown" "$setup"
is "bound to its owner" "$(smkey bindings alice@autocrypt.example | awk '{ print $2 }')" "$alice"
smkey export --secret "$alice" >ours
same_packets "as the cleartext beside it" ours "$examples/example-setup-message-cleartext.key"
is "which has no passphrase" "$(smkey show "$alice" | grep -c 'without a passphrase')" 1
SM_NAME="once more" expect_status 0 smkey autocrypt import --json --batch --passphrase-file code <"$setup"
is "unchanged; mutual, as the armor says" "$(jq -c '[.what, .result, .secret, .prefer_encrypt]' "$OUT")" \
  "[\"$alice\",\"unchanged\",true,\"mutual\"]"
# From and To are one address, the version is v1, and the part has its type; else it is no Setup Message that we open.
for change in 's/^To: alice/To: bob/' 's/^Autocrypt-Setup-Message: v1/Autocrypt-Setup-Message: v2/' \
  's,application/autocrypt-setup,text/html,' 's,^Content-type: multipart/mixed,Content-type: multipart/alternative,' \
  's/^jA0EBwMC/jA0EBwMD/' 's/-----END PGP MESSAGE-----//'; do
  sed "$change" "$setup" >changed
  SM_NAME="changed by $change: 65" expect_status 65 smkey autocrypt import --batch --passphrase-file code <changed
done

# With their keys their encrypted examples open, and the gossip in them is left alone.
for name in alice bob carol; do
  rm -rf store
  smkey import -q "$examples/$name@autocrypt.example.sec.asc"
  for example in draft gossip; do
    case $example-$name in
    draft-alice | gossip-bob | gossip-carol)
      SM_NAME="$example opens for $name" expect_status 0 smcrypt decrypt <"$examples/example-$example.eml"
      body "$OUT" >ours
      body "$examples/example-$example-cleartext.eml" >theirs
      same "its text" ours theirs
      ;;
    *) SM_NAME="$example does not open for $name" expect_status 77 smcrypt decrypt <"$examples/example-$example.eml" ;;
    esac
  done
  is "what they say of others is not taken" "$(smkey list --json | jq -s length)" 1
done

# ---- the key of the Setup Message, given a new life, is one like any other
setup_taken "to be used" "$setup"
printf 'From: alice@autocrypt.example\nTo: alice@autocrypt.example\nSubject: hello\n\nhello\n' >mail
SM_NAME="it has expired: it does not sign" expect_status 77 smsign sign <mail
SM_NAME="nor encrypt" expect_status 77 smcrypt encrypt --to alice@autocrypt.example <mail
SM_NAME="nor go into a header" expect_status 77 smkey autocrypt header alice@autocrypt.example
SM_NAME="a new life" expect_status 0 smkey expire "$alice" 1y
SM_NAME="it signs and encrypts" expect_status 0 smcrypt encrypt --sign --to alice@autocrypt.example <mail
cp "$OUT" protected
SM_NAME="it opens that" expect_status 0 smcrypt decrypt --status-fd 3 3>status <protected
like "good" status 'VERDICT .*verdict=good'
SM_NAME="its header" expect_status 0 smkey autocrypt header alice@autocrypt.example
{ cat "$OUT" mail; } >message
is "is shorter than 10 KiB" "$(($(wc -c <"$OUT") < 10240))" 1
rm -rf store
SM_NAME="the header goes to a peer" expect_status 0 smkey autocrypt import --json <message
is "who takes it" "$(jq -c '[.what, .result, .secret, .address]' "$OUT")" "[\"$alice\",\"new\",false,\"alice@autocrypt.example\"]"
is "alive" "$(smkey show --json "$alice" | jq -r .state)" usable
done_testing
