#!/bin/sh
# Unlocked keys among users: who shares a session keyring with another, and how much an ordinary user may unlock.
# timeout: 120
. "${0%/*}/../../lib.sh"
own_keyrings users
need_command setpriv jq
cd "$SM_TMP" || exit 1
one=61616 other=61617
as() {
  user=$1
  shift
  setpriv --reuid "$user" --regid "$user" --clear-groups "$@"
}
# The build tree may be closed to them.
chmod 755 .
mkdir bin
cp "$SM_BIN/smkey" "$SM_BIN/smsign" bin
PATH=$SM_TMP/bin:$PATH
HOME=$SM_TMP/home-of-one
SM_STORE=$HOME/store
export HOME SM_STORE
mkdir "$HOME"
chown $one:$one "$HOME"
echo sesame >secret
chmod 644 secret
alice=$(as $one smkey generate --passphrase-file secret 'Alice <alice@example.org>')
printf 'From: Alice <alice@example.org>\nSubject: test\n\nhello\n' >plain.eml
unlock() { as $one smkey unlock --passphrase-file "$SM_TMP/secret" "$@" "$alice"; }
sign() { as $one smsign sign --batch; }

# As after su(1): one is in the session of root.
SM_NAME="in another user's session: 78" expect_status 78 unlock
like "says so" "$ERR" 'error: the session keyring belongs to another user$'
SM_NAME="--scope user" expect_status 0 unlock --scope user
SM_NAME="signs" expect_status 0 sign <plain.eml
# Whatever hangs in a session keyring, possessed by all of the session.
as $one keyctl link @u @s
key=$(as $one keyctl search @s user "smtools:$alice")
check "this user can read it" test -n "$(as $one keyctl pipe "$key" | tr -d '\000')"
check "another user in the same session does not find it" test -z "$(as $other keyctl search @s user "smtools:$alice" 2>/dev/null)"
check "nor read it" test -z "$(as $other keyctl pipe "$key" 2>/dev/null)"
check "root is another user, too" test -z "$(keyctl pipe "$key" 2>/dev/null)"
as $one keyctl unlink @u @s
as $other keyctl add user "smtools:$alice" planted @s >/dev/null
as $other keyctl add keyring "smtools:$alice" "" @s >/dev/null
SM_NAME="what another user has put into the session is passed over" expect_status 0 sign <plain.eml
SM_NAME="lock" expect_status 0 as $one smkey lock
SM_NAME="locks" expect_status 77 sign <plain.eml
check "and leaves what is not its own" test -n "$(keyctl search @s keyring "smtools:$alice")"
keyctl clear @s

SM_NAME="a session that is over: 78" expect_status 78 as $one keyctl session - sh -c 'keyctl revoke @s; smkey unlock --passphrase-file secret "$1"' sh "$alice"
like "with the number of the error" "$ERR" 'error 128 \(Key has been revoked\)'

# Unlocks in a session where so much else was put that no byte, or no key, is left.
cat >full.sh <<'FULL'
scope=$1 alice=$2
shift 2
for bytes; do
  i=0
  while [ $i -lt 5000 ] && head -c "$bytes" /dev/zero | keyctl padd user "fill$bytes-$i" @s >/dev/null 2>&1; do i=$((i + 1)); done
done
exec smkey unlock --scope "$scope" --passphrase-file secret "$alice"
FULL
limits() { cat "/proc/sys/kernel/keys/$1"; }
SM_NAME="unlock" expect_status 0 unlock --scope user --for 300s
for scope in session user; do
  for sizes in '1000 60' 1; do
    # shellcheck disable=SC2086
    SM_NAME="--scope $scope, full of pieces of $sizes bytes: 78" expect_status 78 as $one keyctl session - sh full.sh $scope "$alice" $sizes
    like "with number and figures" "$ERR" \
      "^smkey: error: the kernel's keyring is full: error 122 \(Disk quota exceeded\), [0-9]+ of $(limits maxkeys) keys and [0-9]+ of $(limits maxbytes) bytes are in use\$"
    # What went with that session is taken away a moment later.
    tries=0
    while [ "$(awk -v user=$one: '$1 == user { print $4 + 0 }' /proc/key-users)" -gt 50 ] && [ $tries -lt 100 ]; do
      sleep 0.1
      tries=$((tries + 1))
    done
  done
done
SM_NAME="what was unlocked stays so" expect_status 0 sign <plain.eml
SM_NAME="there is room again" expect_status 0 unlock --scope user --for 300s
SM_NAME="lock" expect_status 0 as $one smkey lock
SM_NAME="locks" expect_status 77 sign <plain.eml
done_testing
