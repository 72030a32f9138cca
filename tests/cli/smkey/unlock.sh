#!/bin/sh
# smkey unlock and lock, and the programs with unlocked keys, against the kernel's keyrings.
# timeout: 300
. "${0%/*}/../../lib.sh"
own_keyrings
need_command gpg jq
cd "$SM_TMP" || exit 1
SM_STORE=$SM_TMP/store
export SM_STORE
gpg="gpg --batch -q --no-auto-check-trustdb --trust-model always --pinentry-mode loopback --passphrase sesame"
echo sesame >secret
echo wrong >wrong
alice=$(smkey generate --passphrase-file secret 'Alice <alice@example.org>')
subkey=$(smkey show --json "$alice" | jq -r '.subkeys[0].fingerprint')
printf 'From: Alice <alice@example.org>\nTo: alice@example.org\nSubject: test\n\nhello\n' >plain.eml
smcrypt encrypt --to alice@example.org <plain.eml >to-alice.eml

# What hangs in a keyring, by kind and name; ours, from all that this session sees, if none is named.
entries() { keyctl show "${1:-@s}" 2>/dev/null | sed -n 's/.*\\_ \([a-z]*: smtools:.*\)/\1/p' | LC_ALL=C sort; }
# Time-outs and permissions of all that hangs in @s or @u, as /proc/keys has them: hours are rounded down, so that what is unlocked
# here for a little more than an hour has one.
time_outs() {
  for number in $(keyctl show "$1" | awk '/smtools:/ { print $1 }'); do
    grep "^$(printf %08x "$number") " /proc/keys | awk '{ print $4, $5 }'
  done | sort -u
}
as_from_cron() { env -i PATH="$PATH" SM_STORE="$SM_STORE" setsid -w keyctl session - "$@" 2>/dev/null; }
another_session() { keyctl session - "$@" 2>/dev/null; }
locked() { # locked WHAT CMD…
  name=$1
  shift
  SM_NAME="$name: 77" expect_status 77 "$@" <plain.eml
  empty "$name: nothing comes out" "$OUT"
}
works() { # works WHAT CMD…: a filter on the message
  name=$1
  shift
  SM_NAME="$name" expect_status 0 "$@" <plain.eml
  is "$name: silently" "$(cat "$ERR")" ""
}

# Unlocking.
locked "a locked key" smsign sign --batch
SM_NAME="unlock without a passphrase: 77" expect_status 77 smkey unlock --batch "$alice"
SM_NAME="unlock with a wrong one: 77" expect_status 77 smkey unlock --passphrase-file wrong "$alice"
is "nothing is unlocked" "$(entries)" ""
for value in 0s 0d 367d never 5m 8 ''; do
  SM_NAME="--for '$value': 64" expect_status 64 smkey unlock --passphrase-file secret --for "$value" "$alice"
done
SM_NAME="--scope process: 64" expect_status 64 smkey unlock --passphrase-file secret --scope process "$alice"
SM_NAME="unknown: 77" expect_status 77 smkey unlock --passphrase-file secret bob@example.net
is "nothing is unlocked" "$(entries)" ""
SM_NAME="unlock" expect_status 0 smkey unlock --passphrase-file secret alice@example.org
is "silently" "$(cat "$OUT" "$ERR")" ""
is "a keyring with the two keys, and until when" "$(entries)" "$(printf '%s\n' "keyring: smtools:$alice" "user: smtools:$alice" \
  "user: smtools:$alice:until" "user: smtools:$subkey" | sort)"
is "for eight hours, for who possesses it" "$(time_outs @s | sed 's/^7h/8h/' | uniq)" "8h 1b010000"
is "nothing in the user keyring" "$(entries @u)" ""
smkey show "$alice" >shown
like "show says so" shown '^unlocked +until [0-9-]+ [0-9:]+ \+0000, in this session$'
is "in JSON, beside what changes from day to day" "$(smkey show --json "$alice" | jq -r '.run.unlocked[] | .scope, .until[10:11]' | tr '\n' ' ')" "session T "
SM_NAME="--verbose says until when" expect_status 0 smkey unlock -v --for 2730s --passphrase-file secret "$alice"
like "in local time" "$ERR" '^smkey: note: unlocked until [0-9-]+ [0-9:]+ \+0000$'
is "unlocking again counts anew" "$(time_outs @s)" "45m 1b010000"
SM_NAME="it takes the passphrase, too" expect_status 77 smkey unlock --for 9h --passphrase-file wrong "$alice"
is "what was there stays" "$(time_outs @s)" "45m 1b010000"

# The programs.
works "smsign sign" smsign sign --batch
smsign verify --store "$SM_STORE" <"$OUT" >verdict
is "is good" "$(head -n 1 verdict)" good
SM_NAME="smcrypt decrypt" expect_status 0 smcrypt decrypt --batch <to-alice.eml
like "has the text" "$OUT" '^hello$'
works "smcrypt encrypt --sign" smcrypt encrypt --batch --sign --to alice@example.org
works "a passphrase is not looked at" smsign sign --passphrase-file wrong
mkdir -p maildir/cur maildir/new maildir/tmp
cp plain.eml maildir/cur/1:2,S
SM_NAME="smcrypt maildir" expect_status 0 smcrypt maildir maildir --to alice@example.org
unlike "is encrypted" maildir/cur/1:2,S '^hello'
SM_NAME="smcrypt maildir --decrypt" expect_status 0 smcrypt maildir maildir --decrypt --batch
same "is back" maildir/cur/1:2,S plain.eml
SM_NAME="export --secret" expect_status 0 smkey export --secret --binary "$alice"
same "is protected as stored" "$OUT" "store/private/$alice.pgp"
SM_NAME="another session: 77" expect_status 77 another_session smsign sign --batch <plain.eml
works "a user namespace in this session" unshare -Ur smsign sign --batch
SM_NAME="a store that has not the secret key: 77" expect_status 77 sh -c "smkey export '$alice' | smkey --store other import -q &&
  smsign --store other sign --batch --key '$alice'" <plain.eml

# Locking.
SM_NAME="lock in another session" expect_status 0 another_session smkey lock
works "does not reach this one" smsign sign --batch
SM_NAME="lock" expect_status 0 smkey lock alice@example.org
is "silently" "$(cat "$OUT" "$ERR")" ""
is "nothing is left" "$(entries)" ""
locked "locked" smsign sign --batch
SM_NAME="lock what is locked" expect_status 0 smkey lock "$alice"
SM_NAME="lock all" expect_status 0 smkey lock
SM_NAME="lock what is unknown: 77" expect_status 77 smkey lock 0123456789ABCDEF0123456789ABCDEF01234567

# For all that runs as this user.
SM_NAME="--scope user" expect_status 0 smkey unlock --scope user --for 7300s --passphrase-file secret "$alice"
is "in the user keyring" "$(entries @u | wc -l) $(entries | wc -l)" "4 0"
is "for this user alone" "$(time_outs @u)" "2h 001b0000"
works "this session" smsign sign --batch
works "another session" another_session smsign sign --batch
SM_NAME="but no other user namespace: 77" expect_status 77 unshare -Ur smsign sign --batch <plain.eml
works "as from cron" as_from_cron smsign sign --batch
SM_NAME="both scopes" expect_status 0 smkey unlock --for 1h --passphrase-file secret "$alice"
is "in both" "$(entries @u | wc -l) $(entries | wc -l)" "4 4"
SM_NAME="lock ID takes it out of both" expect_status 0 smkey lock "$alice"
is "of both" "$(entries @u)$(entries)" ""
locked "locked in this session" smsign sign --batch
locked "and in others" another_session smsign sign --batch

# Time-out.
smkey unlock --for 1s --passphrase-file secret "$alice"
tries=0
while [ $tries -lt 100 ] && smsign sign --batch <plain.eml >/dev/null 2>&1; do
  sleep 0.1
  tries=$((tries + 1))
done
locked "after the time-out" smsign sign --batch
smkey lock

# A key without a passphrase needs none of this.
smkey generate --no-passphrase 'Open <open@example.org>' >open
SM_NAME="unlock what has no passphrase" expect_status 0 smkey unlock --batch open@example.org
is "does nothing" "$(entries)" ""

# What is unlocked: not a primary key that only certifies; the signing key; what decrypts, or did.
past="$gpg --faked-system-time 20200101T000000!"
$past --quick-gen-key 'Carol <carol@example.net>' ed25519 cert never 2>/dev/null
carol=$($gpg --with-colons --list-keys carol@example.net | awk -F: '$1 == "fpr" { print $10; exit }')
$past --quick-add-key "$carol" cv25519 encr 30d 2>/dev/null
printf 'to an old subkey\n' | $past --armor -r carol@example.net --encrypt >old.asc 2>/dev/null
$gpg --quick-add-key "$carol" cv25519 encr never 2>/dev/null
$gpg --quick-add-key "$carol" ed25519 sign never 2>/dev/null
$gpg --export-secret-keys "$carol" 2>/dev/null | smkey import -q
subkeys() { smkey show --json "$carol" | jq -r ".subkeys[] | $1 | .fingerprint"; }
SM_NAME="a key with its primary key apart" expect_status 0 smkey unlock --passphrase-file secret "$carol"
is "unlocked are the subkeys alone" "$(entries | sed -n 's/^user: smtools:\([0-9A-F]*\)$/\1/p')" "$(subkeys . | sort)"
is "one of them has expired" "$(subkeys 'select(.state == "expired")' | wc -l)" 1
printf 'From: Carol <carol@example.net>\nSubject: test\n\nhello\n' >carol.eml
SM_NAME="it signs" expect_status 0 smsign sign --batch <carol.eml
{
  printf 'From: x@example.org\nSubject: old\nMIME-Version: 1.0\nContent-Type: multipart/encrypted; boundary=b; protocol="application/pgp-encrypted"\n\n'
  printf '%s\n' '--b' 'Content-Type: application/pgp-encrypted' '' 'Version: 1' '' '--b' 'Content-Type: application/octet-stream' ''
  cat old.asc
  printf '\n--b--\n'
} >old.eml
SM_NAME="it decrypts what is old" expect_status 0 smcrypt decrypt --batch <old.eml
like "it has the text" "$OUT" '^to an old subkey'
SM_NAME="what is of others stays" expect_status 0 smkey lock "$alice"
SM_NAME="it signs still" expect_status 0 smsign sign --batch <carol.eml
# The same with its primary key left at home.
$gpg --export-secret-subkeys "$carol" 2>/dev/null >offline.pgp
smkey lock
SM_STORE=$SM_TMP/offline
smkey import -q offline.pgp
SM_NAME="a key whose primary key is elsewhere" expect_status 0 smkey unlock --passphrase-file secret "$carol"
SM_NAME="it signs" expect_status 0 smsign sign --batch <carol.eml
smkey lock
SM_STORE=$SM_TMP/store

# smkey itself signs with a primary key that is unlocked, but for what takes a passphrase anyway.
smkey unlock --passphrase-file secret "$alice"
smkey unlock --passphrase-file secret "$carol"
SM_NAME="revocation" expect_status 0 smkey revocation --batch --reason none "$alice"
cp -a store changed
SM_STORE=$SM_TMP/changed
SM_NAME="expire" expect_status 0 smkey expire --batch "$alice" 1y
SM_NAME="expire, its primary key being locked: 77" expect_status 77 smkey expire --batch "$carol" 1y
SM_NAME="subkey add takes the passphrase: 77" expect_status 77 smkey subkey add --batch --usage sign "$alice"
SM_NAME="and has it" expect_status 0 smkey subkey add --passphrase-file secret --usage sign "$alice"
is "no part of a secret key has come to lie open" "$(smkey export --secret "$alice" | gpg --batch --list-packets 2>/dev/null | grep -c 'protect count')" 3
SM_NAME="the new subkey is locked: 77" expect_status 77 smsign sign --batch <plain.eml
SM_NAME="until the key is unlocked again" expect_status 0 smkey unlock --passphrase-file secret "$alice"
works "the new subkey" smsign sign --batch
echo changed >changed-secret
SM_NAME="passwd takes the old passphrase: 77" expect_status 77 smkey passwd --batch --new-passphrase-file changed-secret "$alice"
works "nothing is locked by that" smsign sign --batch
SM_NAME="passwd" expect_status 0 smkey passwd --passphrase-file secret --new-passphrase-file changed-secret "$alice"
locked "locks" smsign sign --batch
SM_NAME="and leaves others unlocked" expect_status 0 smsign sign --batch <carol.eml
SM_STORE=$SM_TMP/store
smkey lock

# The store decides.
smkey unlock --passphrase-file secret "$alice"
cp -a store revoked
SM_STORE=$SM_TMP/revoked smkey import -q "store/private/$alice.rev"
SM_NAME="a revoked certificate signs nothing: 77" expect_status 77 env SM_STORE="$SM_TMP/revoked" smsign sign --batch --key "$alice" <plain.eml
like "and says why" "$ERR" revoked
SM_NAME="it still decrypts" expect_status 0 env SM_STORE="$SM_TMP/revoked" smcrypt decrypt --batch <to-alice.eml
cp -a store gone
SM_NAME="delete --secret" expect_status 0 env SM_STORE="$SM_TMP/gone" smkey delete --secret --yes "$alice"
is "locks it" "$(entries)" ""
smkey unlock --passphrase-file secret "$alice"
rm "gone/pgp.cert.d"/* -r
SM_NAME="a certificate that is stored no more is locked by its fingerprint" expect_status 0 env SM_STORE="$SM_TMP/gone" smkey lock "$alice"
is "it is" "$(entries)" ""

# What somebody else has put there.
planted() { # planted NAME BYTES-FILE: instead of Alice's primary key
  keyctl padd user "smtools:$alice" @s <"$2" >/dev/null
  locked "$1" smsign sign --batch
  keyctl purge user "smtools:$alice" >/dev/null
}
smkey export --secret --binary open@example.org >open.pgp
planted "another key in its place" open.pgp
head -c 3000 /dev/urandom >junk
planted "junk in its place" junk
planted "itself, protected, in its place" "store/private/$alice.pgp"
: >empty-packet
smkey unlock --passphrase-file secret --scope user "$alice"
keyctl padd user "smtools:$alice" @s <junk >/dev/null
SM_NAME="junk hides what is in the user keyring, and does no other harm: 77" expect_status 77 smsign sign --batch <plain.eml
works "others don't see it" another_session smsign sign --batch
keyctl purge user "smtools:$alice" >/dev/null
smkey lock

# A session keyring that is everybody's who has none.
shared() { keyctl session _uid_ses.0 "$@" 2>&3; }
SM_NAME="no session keyring: 78" expect_status 78 shared smkey unlock --passphrase-file secret "$alice" 3>session.err
like "says what to do" session.err 'hint: .*--scope user'
SM_NAME="--scope user needs none" expect_status 0 shared smkey unlock --scope user --passphrase-file secret "$alice" 3>/dev/null
smkey lock

# A kernel, or a sandbox, that refuses: what is locked is locked, and needs its passphrase.
if ! command -v strace >/dev/null || ! strace -o /dev/null true 2>/dev/null; then
  skip "system calls that fail" "no strace"
  done_testing
fi
calls() { # calls WHAT CMD…: with add_key and keyctl refused or interrupted
  what=$1
  shift
  strace -qq -o /dev/null -e inject="$what" -E LSAN_OPTIONS=detect_leaks=0 "$@"
}
smkey unlock --passphrase-file secret "$alice"
for error in ENOSYS EPERM; do
  number=$([ $error = EPERM ] && echo 1 || echo 38)
  SM_NAME="$error: a locked key is locked: 77" expect_status 77 calls add_key,keyctl:error=$error smsign sign --batch <plain.eml
  SM_NAME="$error: a passphrase is used" expect_status 0 calls add_key,keyctl:error=$error smsign sign --passphrase-file secret <plain.eml
  for scope in session user; do
    SM_NAME="$error: unlock --scope $scope: 78" expect_status 78 calls add_key,keyctl:error=$error smkey unlock --scope $scope --passphrase-file secret "$alice"
    like "with the number" "$ERR" "error $number "
  done
  SM_NAME="$error: lock: 78" expect_status 78 calls add_key,keyctl:error=$error smkey lock
  like "with the number" "$ERR" "error $number "
  cp -a store gone-$error
  SM_NAME="$error: delete works" expect_status 0 calls add_key,keyctl:error=$error smkey --store gone-$error delete --secret --yes "$alice"
done
smkey lock

# Each call of unlock fails, or is the last before a kill: what was there stays whole, or all of the new is there.
before=$(smkey unlock --for 72300s --passphrase-file secret "$alice" && entries)
all() { # what is there is whole, and ends: prints when
  if [ "$(entries)" != "$before" ]; then echo "not whole: $(entries)"; else time_outs @s | sed 's/ .*//'; fi
}
for call in add_key keyctl; do
  calls=0
  while calls=$((calls + 1)) && [ $calls -lt 60 ]; do
    calls $call:error=EDQUOT:when=$calls smkey unlock --for 36300s --passphrase-file secret "$alice" >"$OUT" 2>"$ERR"
    status=$?
    if [ $status = 0 ]; then break; fi
    if [ $status != 78 ] || [ "$(all)" != 20h ] || ! grep -q 'full: error 122 .* keys and .* bytes are in use' "$ERR"; then
      not_ok "call $calls of $call fails" "status $status" "$(cat "$ERR")" "$(all)"
    fi
  done
  check "$call: each of $((calls - 1)) failed, and nothing had changed" test $calls -gt 3 -a $calls -lt 60
  is "the first that did not fail did it" "$(all)" 10h
  smkey unlock --for 72300s --passphrase-file secret "$alice"
  seen=
  for kill in $(seq 1 $((calls - 1))); do
    calls $call:signal=KILL:when="$kill" smkey unlock --for 36300s --passphrase-file secret "$alice" >"$OUT" 2>&1
    seen="$seen $?:$(all)"
  done
  # 137: it was killed.
  is "$call: killed at each, it was there before or after" "$(echo "$seen" | tr ' ' '\n' | sort -u | grep -vE '^(137:(20h|10h))?$')" ""
  smkey unlock --for 72300s --passphrase-file secret "$alice"
done
smkey lock
is "nothing is left" "$(entries)$(entries @u)" ""
done_testing
