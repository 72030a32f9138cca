#!/bin/sh
# label: hosts
# timeout: 120
# The recipes for mutt, neomutt and msmtp, and the job for cron.
. "${0%/*}/../lib.sh"
. "${0%/*}/lib-hosts.sh"
need_command mutt neomutt msmtp python3 formail script flock
enter
PATH=$SM_TMP/bin:$PATH TERM=vt100
export PATH TERM
outgoing two >out.eml
echo 'body three' >text
mkdir seen

for mutt in mutt neomutt; do
  {
    printf 'set from="alice@example.org"\nset realname="Alice"\nset copy=no\nset folder="%s"\nset crypt_use_gpgme=no\n' "$SM_TMP"
    recipe mutt/muttrc
  } >muttrc
  rm -rf outbox/*
  SM_NAME="$mutt sends" expect_status 0 $mutt -n -F muttrc -s 'hello there' -b carol@example.net bob@example.net <text
  for who in bob carol; do
    is "$mutt: one for $who" "$(sent_to $who@example.net | grep -c .)" 1
    check "$mutt: encrypted for $who" encrypted "$(sent_to $who@example.net)"
    unlike "$mutt: Carol is in Bcc" "$(sent_to $who@example.net)" '[Cc]arol|^Bcc'
  done
  smcrypt --store "$OTHERS" decrypt --status-fd 3 <"$(sent_to bob@example.net)" >plain.eml 3>status
  like "$mutt: and signed" status '^\[SM:] VERDICT verdict=good from=alice@example.org'
  rm -rf outbox/*
  # shellcheck disable=SC2016 # mutt's variable
  SM_NAME="$mutt sends signed" expect_status 0 \
    $mutt -n -F muttrc -e 'set sendmail=$my_sign' -s 'hello there' -b carol@example.net bob@example.net <text
  for who in bob carol; do check "$mutt: signed for $who" signed_by_alice "$(sent_to $who@example.net)"; done
  rm -rf outbox/*
  SM_NAME="$mutt, to somebody without a certificate" expect_status 1 \
    $mutt -n -F muttrc -s 'hello there' bob@example.net dan@example.net <text
  is "$mutt: nothing is sent" "$(find outbox -type f)" ""
  like "$mutt: it says why" "$ERR" 'smcrypt: error: dan@example.net'

  # On a terminal, by its keys.
  smcrypt --store "$OTHERS" encrypt --sign --to alice@example.org <<MAIL >mbox.eml
From: Bob <bob@example.net>
To: alice@example.org
Subject: for $mutt alone
Date: Thu, 01 Jan 2026 12:00:00 +0000

body four
MAIL
  { echo 'From bob@example.net Thu Jan  1 12:00:00 2026'; cat mbox.eml; echo; } >mbox
  # less writes to a file here, as what a terminal shows is full of escapes.
  printf '#!/bin/sh\ncat >%s/seen/%s\n' "$SM_TMP" "$mutt" >bin/less
  chmod +x bin/less
  # shellcheck disable=SC2016 # for the shell that script starts
  mutt=$mutt timeout 20 script -qec 'exec $mutt -n -F muttrc -e "set wait_key=no" -e "push ,d<exit>" -f mbox' /dev/null >screen 2>&1 </dev/null
  like "$mutt: ,d shows the Subject that was inside" "seen/$mutt" "^Subject: for $mutt alone"
  like "$mutt: and the text" "seen/$mutt" '^body four'
done

# msmtp, to a server of its own.
python3 "$SM_TESTS/hosts/loopback.py"
mkdir smtp
python3 "$SM_TESTS/hosts/sink.py" smtp port &
sm_turn=0
while [ ! -s port ] && [ $sm_turn -lt 200 ]; do
  sm_turn=$((sm_turn + 1))
  sleep 0.05
done
recipe msmtp/msmtprc | sed "s,^host .*,host 127.0.0.1,; s,^port .*,port $(cat port),; s,^tls on,tls off,; s,^auth on,auth off,
  s,^logfile .*,logfile $SM_TMP/msmtp.log,; /^user /d; /^passwordeval /d" >msmtprc
chmod 600 msmtprc
SM_NAME="msmtp sends" expect_status 0 smcrypt encrypt --sign --to-headers --keep-bcc -- msmtp -C msmtprc -t <out.eml
for who in bob carol; do
  check "msmtp: encrypted for $who" encrypted smtp/$who@example.net
  unlike "msmtp: without Bcc" smtp/$who@example.net '^Bcc'
done
rm -f smtp/*
SM_NAME="msmtp sends signed" expect_status 0 smsign sign -- msmtp -C msmtprc -t <out.eml
check "msmtp: signed" signed_by_alice smtp/carol@example.net
rm -f smtp/*
sed -i 's,^port .*,port 1,' msmtprc
SM_NAME="msmtp without its server: its own status" expect_status 75 smsign sign -- msmtp -C msmtprc -t <out.eml
is "nothing is sent" "$(ls smtp)" ""

# The job for cron.
maildir Maildir
maildir Maildir/.Archive
incoming five >"Maildir/new/1.a.host"
outgoing six >"Maildir/.Archive/cur/2.b.host:2,S"
recipe cron/maildir-at-rest.sh | sed "s,^MAILDIR=.*,MAILDIR=$SM_TMP/Maildir," >job
SM_NAME="cron job" expect_status 0 sh job
empty "is silent" "$OUT"
empty "on stderr too" "$ERR"
for file in Maildir/new/1.* Maildir/.Archive/cur/2.*; do check "$file is encrypted" at_rest "$file"; done
find Maildir -type f -path '*/[nc][eu]*' -exec cksum {} + | sort >before
SM_NAME="a second time" expect_status 0 sh job
find Maildir -type f -path '*/[nc][eu]*' -exec cksum {} + | sort >after
same "changes nothing" after before
incoming seven >"Maildir/new/3.c.host"
SM_NAME="while another runs: later" expect_status 0 flock Maildir/smtools.lock sh job
check "untouched" clear Maildir/new/3.c.host
done_testing
