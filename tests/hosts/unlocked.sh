#!/bin/sh
# label: hosts
# timeout: 120
# Keys that a user has unlocked, in what others start for her: cron with a line of examples/cron/crontab, and a socket with the
# service of examples/systemd. cron is the real one; of the service it is shown that systemd takes it and how it rates it, and the
# filter runs behind a listener of systemd's with what can be had of the unit without systemd as init.
. "${0%/*}/../lib.sh"
. "${0%/*}/lib-hosts.sh"
own_keyrings users
need_command cron systemd-analyze systemd-socket-activate socat setpriv strace formail
enter
user=61616
chmod 777 outbox
rm bin/smsign bin/smkey
cp "$SM_BIN/smsign" "$SM_BIN/smkey" bin # the build tree may be closed to her

# Alice, a user of this machine.
home=$SM_TMP/home-of-alice
mkdir "$home"
for file in passwd shadow; do cp /etc/$file .; done
echo "alice:x:$user:$user::$home:/bin/sh" >>passwd
echo 'alice:*:19000:0:99999:7:::' >>shadow
for file in passwd shadow; do mount --bind $file /etc/$file; done
mount -t tmpfs tmpfs /run
chown $user:$user "$home"
echo sesame >secret
chmod 644 secret
as_alice() { setpriv --reuid $user --regid $user --clear-groups env -i HOME="$home" LOGNAME=alice PATH="$SM_TMP/bin:/usr/bin:/bin" "$@"; }
as_alice smkey generate --passphrase-file secret 'Alice <alice@example.org>' >/dev/null
as_alice smkey export alice@example.org | smkey --store verifier -q import
unlock() { as_alice smkey unlock --passphrase-file secret alice@example.org "$@"; }
signed() { smsign --store verifier verify -q <"$1" && grep -q "$2" "$1"; }
# until CMD…: waits for it.
until_true() {
  turn=0
  while ! "$@" && [ $turn -lt 200 ]; do
    turn=$((turn + 1))
    sleep 0.05
  done
}

# A login of hers, with what is unlocked there, that lasts as long as this.
mkdir login
mkfifo login/end
chown -R $user login
as_alice keyctl session - sh -c 'smkey unlock --passphrase-file secret alice@example.org && : >login/began && read -r _ <login/end' sh 2>login.err &
until_true test -e login/began
check "she has logged in, and unlocked her key there" test -e login/began

# Cron, as systemd starts it: in a session keyring that is none of its users'.
mkdir crontabs crond empty
touch empty-crontab
mount --bind crontabs /var/spool/cron/crontabs
mount --bind empty /etc/cron.d
mount --bind empty-crontab /etc/crontab
if [ -e /usr/sbin/sendmail ]; then mount --bind bin/sendmail /usr/sbin/sendmail; fi
recipe cron/crontab >line
is "the crontab has one line for the morning" "$(grep -c '^0 6 \* \* \* .*smsign' line)" 1
sed 's/^0 6 \* \* \* /@reboot /' line >crontabs/alice
chown $user crontabs/alice
chmod 600 crontabs/alice
cron_boots() { # cron_boots FILE…: until it has mailed
  rm -rf outbox/* /run/crond.reboot
  keyctl session - cron -f 2>cron.err &
  cron=$!
  until_true test -d "outbox/$1"
  kill $cron
  wait $cron 2>/dev/null
}
if [ -e /usr/sbin/sendmail ]; then
  cron_boots alice
  like "cron mails why nothing was signed" "$(sent_to alice)" '^smsign: error: key [0-9A-F]* is locked'
  is "and nothing is sent" "$(sent_to bob@example.net)" ""
else
  skip "cron mails why nothing was signed" "no sendmail for cron to mail with"
fi
unlock --scope user
cron_boots bob@example.net
check "cron sends the report, signed with what is unlocked for the user" signed "$(sent_to bob@example.net)" '^Filesystem'
is "and mails nothing" "$(sent_to alice)" ""
as_alice smkey lock

# The unit.
mkdir units
for unit in smtools-sign.socket smtools-sign@.service; do
  sed "s,/usr/local/bin/,$SM_TMP/bin/," "$SM_ROOT/examples/systemd/$unit" >"units/$unit"
done
SM_NAME="systemd takes the socket" expect_status 0 systemd-analyze verify --man=no units/smtools-sign.socket
is "without a word" "$(cat "$OUT" "$ERR")" ""
SM_NAME="and the service" expect_status 0 systemd-analyze verify --man=no units/smtools-sign@.service
is "without a word" "$(cat "$OUT" "$ERR")" ""
SM_NAME="its exposure is at most 1 of 10" expect_status 0 systemd-analyze security --no-pager --offline=true --threshold=10 units/smtools-sign@.service
# setting NAME: its values, one a line
setting() { sed -n "s/^$1=//p" units/smtools-sign@.service; }
is "nothing gives it another user keyring" "$(setting PrivateUsers)$(setting DynamicUser)$(setting KeyringMode)" private

# listen: the service as its unit has it: user, no privileges to be gained, home read-only, a session keyring of its own.
listen() {
  # shellcheck disable=SC2046 # words of a command
  unshare -m sh -c 'mount --bind -o ro "$1" "$1" && shift && exec "$@"' sh "$home" \
    setpriv --reuid $user --regid $user --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all \
    env -i HOME="$home" LOGNAME=alice USER=alice PATH=/usr/bin:/bin keyctl session - \
    systemd-socket-activate --accept --inetd -l "$SM_TMP/sign/socket" $(setting ExecStart) >listener 2>&1 &
  listener=$!
  until_true test -S sign/socket
}
mkdir sign
chown $user sign
plain() { printf 'From: alice@example.org\nTo: bob@example.net\nSubject: report\n\nbody\n'; }
ask() { plain | socat -t 30 - UNIX-CONNECT:sign/socket; }
listen
SM_NAME="asked while the key is locked" expect_status 0 ask
empty "the service gives nothing" "$OUT"
like "and says why" listener 'smsign: error: key [0-9A-F]* is locked'
unlock --scope user --for 7d
SM_NAME="asked when it is unlocked for the user" expect_status 0 ask
check "it signs" signed "$OUT" '^body$'
as_alice smkey lock
SM_NAME="asked when it is locked again" expect_status 0 ask
empty "it gives nothing" "$OUT"
kill $listener
wait $listener 2>/dev/null

# The filter of the unit allows what the program calls; a set of calls is made of names and other sets.
unlock --scope user
systemd-analyze syscall-filter >sets 2>/dev/null
# calls SET…
calls() {
  awk -v wanted="$*" '
    function expand(set, names, n, i) {
      n = split(members[set], names)
      for (i = 1; i <= n; i++) if (names[i] ~ /^@/) expand(names[i]); else print names[i]
    }
    /^@/ { set = $1 }
    /^ +[@a-z0-9]/ { members[set] = members[set] " " $1 }
    END { n = split(wanted, sets_wanted); for (i = 1; i <= n; i++) expand(sets_wanted[i]) }' sets | sort -u
}
# shellcheck disable=SC2046 # the names of sets
calls $(setting SystemCallFilter | grep -v '^~') >allowed
# shellcheck disable=SC2046
calls $(setting SystemCallFilter | sed -n 's/^~//p') >denied
comm -23 allowed denied >filter
check "there is a filter" test "$(wc -l <filter)" -gt 100
plain >plain.eml
touch trace
chmod 666 trace plain.eml
# shellcheck disable=SC2046
SM_NAME="it signs" expect_status 0 as_alice strace -f -qq -o trace $(setting ExecStart) <plain.eml
sed -n 's/^[0-9 ]*\([a-z][a-z0-9_]*\)(.*/\1/p' trace | sort -u >called
check "it asks for the key" grep -qx keyctl called
is "it calls nothing that is not allowed" "$(comm -23 called filter)" ""
as_alice smkey lock
echo >login/end
wait
done_testing
