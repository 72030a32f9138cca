#!/bin/sh
# label: lab
# timeout: 180
# Debian's Postfix, in its chroot, asks `smmtasts serve`: mail goes where a policy lets it, and waits where it does not, whatever
# becomes of the server meanwhile.
. "${0%/*}/../lib.sh"
. "$SM_TESTS/lab/lib-lab.sh"
need_root
need_command postfix smtp-source
lab_enter dns smtp https
if [ ! -x /usr/lib/postfix/sbin/master ]; then refuse "no Postfix on this machine"; fi
cd "$SM_TMP" || exit 1

# ---- a Postfix of our own, as Debian makes it: only the places of its files are other ones
mkdir etc-postfix spool var-lib
cp -r /etc/postfix/. etc-postfix/
cp /usr/share/postfix/master.cf.dist etc-postfix/master.cf
like "smtp(8) is in a chroot" etc-postfix/master.cf '^smtp +unix +- +- +y '
sed -i 's/^smtp  *inet.*/127.0.0.1:2525 inet n - y - - smtpd/' etc-postfix/master.cf
cat >etc-postfix/main.cf <<MAIN
compatibility_level = 3.6
myhostname = client.secure.test
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtp_address_preference = ipv4
alias_maps =
alias_database =
maillog_file = /var/lib/postfix/log
maillog_file_prefixes = /var/lib/postfix
smtpd_client_connection_count_limit = 0
smtpd_peername_lookup = no
soft_bounce = yes
queue_run_delay = 2s
minimal_backoff_time = 2s
maximal_backoff_time = 4s
destination_concurrency_failed_cohort_limit = 0
default_destination_concurrency_failed_cohort_limit = 1000000
smtp_tls_loglevel = 1
smtp_tls_security_level = may
smtp_tls_policy_maps = socketmap:unix:smtools/mtasts:mtasts
smtp_dns_support_level = dnssec
smtp_tls_CAfile = /etc/ssl/certs/ca-certificates.crt
MAIN
mount -t tmpfs -o mode=755 spool /var/spool/postfix && mount -t tmpfs -o mode=755 var-lib /var/lib/postfix && mount --bind etc-postfix /etc/postfix || exit 1
chown postfix /var/lib/postfix
mkdir /var/spool/postfix/smtools
postfix_up() {
  postfix set-permissions >postfix.out 2>&1
  postfix check >>postfix.out 2>&1
  sh /usr/lib/postfix/configure-instance.sh - >>postfix.out 2>&1
  postfix start >>postfix.out 2>&1 || { cat postfix.out; return 1; }
}
check "Postfix starts" postfix_up
at_exit 'postfix stop >/dev/null 2>&1'
check "and has what it needs in its chroot" grep -q trust-ad /var/spool/postfix/etc/resolv.conf
log=/var/lib/postfix/log
socket=/var/spool/postfix/smtools/mtasts

# ---- the server
serve() {
  smmtasts serve --allow-private --cache "$SM_TMP/cache/mtasts.sqlite" --metrics "$SM_TMP/metrics" -v "$@" >>serve.out 2>&1 &
  server=$!
}
until_true() {
  sm_turn=0
  until "$@"; do
    sm_turn=$((sm_turn + 1))
    if [ $sm_turn = 600 ]; then return 1; fi
    sleep 0.05
  done
}
mkdir -m 700 cache
serve --socket "unix:$socket"
check "serve starts" until_true test -S $socket
is "its socket is Postfix's" "$(stat -c '%a %G' $socket)" "660 postfix"

# ---- what Postfix hears is what a person hears
ask() { (cd /var/spool/postfix && postmap -q "$1" socketmap:unix:smtools/mtasts:mtasts); }
# Where a policy host takes its minute, an asker is told to come again; this one is heard of at the end.
{
  began=$(date +%s)
  ask sts-web-drip.secure.test >slow 2>&1
  echo "after $(($(date +%s) - began)) s" >>slow
} &
slow=$!
cut -f 1 "$LAB/policies.tsv" | grep -vE '^sts-web-(dead|drip|stall|stall-handshake)\.' >domains
printf '%s\n' obeys wrong-name other-mx plain testing none dane dane-wrong no-policy | sed 's/.*/sts-post-&.secure.test/' >>domains
for domain in ee-spki.secure.test plain.secure.test dane.unsigned.test plain.bogus.test null-mx.secure.test missing.secure.test nowhere.test; do echo $domain; done >>domains
asking=
while read -r domain; do
  # Not one after the other: some of them take their time.
  {
    smmtasts postfix --allow-private --cache "$SM_TMP/none.sqlite" "$domain" >"said-$domain" 2>/dev/null
    echo "status $?" >>"said-$domain"
    ask "$domain" >"heard-$domain" 2>"heard-$domain.err"
    status=$?
    # 1 is "not found" and "try again" alike.
    if [ $status = 1 ] && [ -s "heard-$domain.err" ]; then status=75; elif [ $status = 1 ]; then status=2; fi
    echo "status $status" >>"heard-$domain"
  } &
  asking="$asking $!"
done <domains
# shellcheck disable=SC2086 # the server goes on
wait $asking
agreed=0
while read -r domain; do
  if cmp -s "said-$domain" "heard-$domain"; then agreed=$((agreed + 1)); else not_ok "postmap -q $domain" "$(cat "heard-$domain" "heard-$domain.err")" "$(cat "said-$domain")"; fi
done <domains
is "postmap -q agrees with smmtasts postfix" "$agreed" "$(wc -l <domains)"
is "for a domain that must be authenticated" "$(ask sts-post-obeys.secure.test)" "secure match=mx.sts-post-obeys.secure.test servername=hostname"
is "for one with DANE" "$(ask sts-post-dane.secure.test)" "dane-only"
for key in .secure.test '[127.0.0.1]' '[127.0.0.1]:25' 192.0.2.1; do SM_NAME="nothing for $key" expect_status 1 ask "$key"; done

# ---- what another process changes counts within a second
before=$(ask sts-post-obeys.secure.test)
sed -i 's/^mx: .*/&\nmx: *.elsewhere.test\r/' "$LAB_RUN/www/mta-sts.sts-post-obeys.secure.test/.well-known/mta-sts.txt"
is "a policy that has changed" "$(ask sts-post-obeys.secure.test)" "$before"
SM_NAME="is fetched by refresh" expect_status 0 smmtasts refresh --allow-private --cache "$SM_TMP/cache/mtasts.sqlite" sts-post-obeys.secure.test
sleep 1 # what is promised
is "and counts" "$(ask sts-post-obeys.secure.test)" "secure match=mx.sts-post-obeys.secure.test:.elsewhere.test servername=hostname"

# ---- mail
# send PREFIX COUNT: so many messages to each of these domains, from PREFIX-1@ to PREFIX-COUNT@.
goes="obeys testing none dane no-policy"
waits="wrong-name other-mx plain dane-wrong"
send() {
  for name in $goes $waits; do
    smtp-source -c -s 4 -m "$2" -N -f "$1@client.secure.test" -t "$1@sts-post-$name.secure.test" 127.0.0.1:2525 >/dev/null 2>&1 || return
  done
}
# sent PREFIX NAME: deliveries that Postfix says it made.
sent() { grep -cE "postfix/smtp\[.* to=<[0-9]*$1@sts-post-$2\.secure\.test>.* status=sent" $log; }
deferred() { grep -cE "postfix/smtp\[.* to=<[0-9]*$1@sts-post-$2\.secure\.test>.* status=deferred" $log; }
all_sent() { for one in $goes; do if [ "$(sent "$1" "$one")" -lt "$2" ]; then return 1; fi; done; }
all_deferred() { for one in $waits; do if [ "$(deferred "$1" "$one")" -lt "$2" ]; then return 1; fi; done; }
check "mail is taken" send one 1
check "it is delivered where a policy lets it, or there is none" until_true all_sent one 1
check "it waits where a policy forbids it" until_true all_deferred one 1
for name in $waits; do is "and does not go to $name" "$(sent one "$name")" 0; done
like "the host that obeys was verified" $log 'Verified TLS connection established to mx\.sts-post-obeys\.'
like "and so was the one with DANE" $log 'Verified TLS connection established to mx\.sts-post-dane\.'
like "DANE that fails is not replaced by the policy" $log 'verification failed for mx\.sts-post-dane-wrong\..*no matching DANE TLSA records'
unlike "nothing came back" $log 'status=bounced'
postsuper -d ALL >/dev/null 2>&1

# ---- a thousand deliveries, while the server comes and goes
# settled PREFIX COUNT: all is where it belongs.
settled() {
  check "they are delivered where they may be" until_true all_sent "$1" "$2"
  check "and wait where they may not" until_true all_deferred "$1" "$2"
  for name in $goes; do
    again=$(grep -E "postfix/smtp\[.* to=<[0-9]*$1@sts-post-$name\.secure\.test>.* status=sent" $log | sed "s/.*to=<\([0-9]*$1\)@.*/\1/" | sort | uniq -d | wc -l)
    is "to $name, each once" "$(sent "$1" "$name") $again" "$2 0"
  done
  for name in $waits; do is "none to $name" "$(sent "$1" "$name")" 0; done
  is "none is lost" "$(find /var/spool/postfix/active /var/spool/postfix/deferred /var/spool/postfix/incoming -type f | wc -l)" $((4 * $2))
  unlike "nothing came back" $log 'status=bounced'
  postsuper -d ALL >/dev/null 2>&1
}
send alone 56 &
sending=$!
for _ in 1 2 3 4; do
  kill -TERM $server
  wait $server
  is "stopped in the middle, it ends well" $? 0
  check "and leaves no socket" test ! -e $socket
  sleep 0.2
  serve --socket "unix:$socket"
  until_true test -S $socket
  sleep 0.3
done
kill -HUP $server
check "messages are taken" wait $sending
settled alone 56
like "some found nobody there" $log 'socketmap.*lookup error'
kill -TERM $server
wait $server

# The same with a socket that is kept for it, as systemd keeps one.
cat >keeper.py <<'PY'
import grp, os, signal, socket, sys

path, command = sys.argv[1], sys.argv[2:]
s = socket.socket(socket.AF_UNIX)
s.bind(path)
os.chmod(path, 0o660)
os.chown(path, 0, grp.getgrnam("postfix").gr_gid)
s.listen(1024)
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
for turn in range(1000):
    child = os.fork()
    if child == 0:
        os.dup2(s.fileno(), 3)
        os.set_inheritable(3, True)
        os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
        os.execvp(command[0], command)
    open("child", "w").write(str(child))
    status = os.waitpid(child, 0)[1]
    # Of one that was told to end before it had begun there is nothing to say.
    if status not in (0, signal.SIGTERM):
        open("failed", "a").write(f"{status}\n")
PY
python3 keeper.py $socket smmtasts serve --allow-private --cache "$SM_TMP/cache/mtasts.sqlite" >>serve.out 2>&1 &
keeper=$!
check "with a socket that is kept" until_true test -s child
errors=$(grep -c 'socketmap.*lookup error' $log)
send kept 56 &
sending=$!
for _ in 1 2 3 4; do
  sleep 0.4
  kill -TERM "$(cat child)"
done
check "messages are taken" wait $sending
settled kept 56
is "nobody was turned away" "$(grep -c 'socketmap.*lookup error' $log)" "$errors"
check "each of them ended well" test ! -e failed
kill -KILL $keeper
kill -TERM "$(cat child)"
wait $slow
like "a policy host that takes its minute is for later" slow 'temporary error: no answer in time'
like "said in time" slow '^after (2[4-9]|30) s$'
unlike "it had nothing to complain of" serve.out '^smmtasts: error|a connection is closed'
done_testing
