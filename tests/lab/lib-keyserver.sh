# shellcheck shell=sh disable=SC2034 # scripts use what is set here
# A validating key server in the laboratory, for tests that have sourced lib-lab.sh and called lab_enter:
#
#   . "$SM_TESTS/lab/lib-keyserver.sh"
#   lab_keyserver
#   lab_publish ann.asc ann@example.org
#   expect_status 0 smvks get ann@example.org
#
# It is https://keys.openpgp.org, which programs ask unless told otherwise, and https://keys.secure.test. Neither is on a public address:
# the first needs --allow-private, or `allow-private = yes` in $SM_CONFIG, the other only to be named (--server).

# lab_keyserver: starts it. $LAB_KEYSERVER is then its folder (keyserver.py says which files there change what it does: limit,
# maintenance), $LAB_KEYSERVER_URL one of its URLs. Where there is a Postfix, and for root, mail goes through it: see lab_mail.
lab_keyserver() {
  need_command gpg python3 curl
  LAB_KEYSERVER=$LAB_RUN/keyserver LAB_KEYSERVER_URL=https://keys.secure.test
  mkdir -p "$LAB_KEYSERVER"
  if [ "$LAB_USER" = 0 ] && [ -x /usr/lib/postfix/sbin/master ]; then
    lab_postfix
    lab_mailhost=127.0.0.25
  else
    LAB_MAIL=$LAB_KEYSERVER/mail lab_mailhost=-
    mkdir -p "$LAB_MAIL/new"
  fi
  set --
  for lab_host in keys.openpgp.org keys.secure.test; do
    set -- "$@" "$lab_host=$(lab_certificate "$lab_host")=$(awk -v name="$lab_host" '$1 == name { print $2 "," $3 }' "$LAB/hosts.tsv")"
  done
  "$LAB_PYTHON" -B "$SM_TESTS/lab/keyserver.py" "$LAB_KEYSERVER" "$lab_mailhost" "$@" || refuse "no key server"
}

# lab_postfix: one that delivers whatever comes to port 25 of 127.0.0.25 into the Maildir $LAB_MAIL. Its own user must be able to get
# there: /var/lib/unbound belongs to a package that is needed anyway, and none of our unbounds uses it.
lab_postfix() {
  mount -t tmpfs -o mode=755 keyserver /var/lib/unbound || refuse "can't mount"
  LAB_MAIL=/var/lib/unbound/mail/inbox
  (
    cd /var/lib/unbound || exit 1
    mkdir queue data mail etc queue/pid
    chown postfix data
    chown nobody mail
    cd queue || exit 1
    mkdir active bounce corrupt defer deferred flush hold incoming private saved trace
    chown postfix ./*/
    chown root pid
    mkdir -m 730 maildrop
    mkdir -m 710 public
    chown postfix:postdrop maildrop public
    cat >../etc/main.cf <<END
compatibility_level = 3.6
myhostname = mail.secure.test
queue_directory = /var/lib/unbound/queue
data_directory = /var/lib/unbound/data
maillog_file = /var/lib/unbound/log
maillog_file_prefixes = /var/lib/unbound
inet_protocols = ipv4
smtputf8_enable = no
mynetworks = 127.0.0.0/8
mydestination =
virtual_mailbox_domains = static:all
virtual_mailbox_base = /var/lib/unbound/mail
virtual_mailbox_maps = static:inbox/
virtual_uid_maps = static:$(id -u nobody)
virtual_gid_maps = static:$(id -g nobody)
virtual_minimum_uid = 100
smtpd_peername_lookup = no
alias_maps =
alias_database =
END
    cat >../etc/master.cf <<END
127.0.0.25:25 inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
END
  ) || refuse "no queue for Postfix"
  /usr/lib/postfix/sbin/master -c /var/lib/unbound/etc -w || refuse "Postfix does not start"
}

# lab_link ADDRESS: prints the link in the mail to it that came last, once one is there; fails after ten seconds.
lab_link() {
  lab_tries=0
  while [ $lab_tries -lt 200 ]; do
    lab_mail=$(grep -lixF "Delivered-To: $1" "$LAB_MAIL"/new/* 2>/dev/null | xargs -r ls -t | head -n 1)
    if [ -n "$lab_mail" ]; then
      sed -n 's,^\(https://.*/verify/[^ ]*\).*,\1,p' "$lab_mail"
      return
    fi
    lab_tries=$((lab_tries + 1))
    sleep 0.05
  done
  return 1
}

# lab_follow ADDRESS: follows that link, which publishes, and removes the mails to it.
lab_follow() {
  lab_url=$(lab_link "$1") || return
  curl -sSf --cacert /etc/ssl/certs/ca-certificates.crt "$lab_url" >/dev/null || return
  grep -lixF "Delivered-To: $1" "$LAB_MAIL"/new/* | xargs rm -f
}

# lab_publish FILE [ADDRESS…]: uploads a certificate, and proves the addresses.
lab_publish() {
  lab_file=$1
  shift
  if [ $# = 0 ]; then
    smvks upload -q --server "$LAB_KEYSERVER_URL" "$lab_file"
    return
  fi
  smvks request-verify -q --server "$LAB_KEYSERVER_URL" "$lab_file" "$@" || return
  for lab_address; do lab_follow "$lab_address" || return; done
}
