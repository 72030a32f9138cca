# shellcheck shell=sh disable=SC2034,SC2094 # scripts use what is set here; a recipe is read from examples/
# The recipes of examples/ in their hosts. A script sources lib.sh and this, and calls enter; then it runs in namespaces of its own:
# no network but loopback, and every process it leaves behind dies with it.
#
#   recipe FILE >COPY    a file of examples/ with the paths at its top, and its deadlines, made those of this test
#   sent_to ADDR         the messages that sendmail delivered there, one name a line
#
# People: alice@example.org has secret keys in $STORE, bob@example.net and carol@example.net certificates there; their secret keys
# are in $OTHERS. The filters find the store through $SM_TMP/store, a link to $STORE.

enter() {
  need_namespace
  if [ -z "${SM_INSIDE:-}" ]; then
    chmod 711 "$SM_TMP"
    SM_INSIDE=1 TMPDIR=$SM_TMP $SM_UNSHARE sh "$0"
    sm_status=$?
    sm_done=yes
    exit $sm_status
  fi
  if [ $$ = 1 ]; then at_exit 'kill -KILL -1 2>/dev/null'; fi # whoever would still write into SM_TMP
  unset SM_INSIDE TMPDIR
  chmod 711 "$SM_TMP"
  cd "$SM_TMP" || exit 1
  mkdir bin outbox tmp var-mail
  # procmail makes mailboxes there, and goes there where DEFAULT fails.
  if [ -d /var/mail ]; then mount --bind var-mail /var/mail; fi
  hosts_people
  hosts_programs
}

hosts_people() {
  STORE=$SM_TMP/stores/normal OTHERS=$SM_TMP/stores/others
  mkdir stores
  smkey --store "$STORE" generate --no-passphrase 'Alice <alice@example.org>' >alice.fpr
  for sm_who in Bob Carol; do
    smkey --store "$OTHERS" generate --no-passphrase "$sm_who <$(echo $sm_who | tr BC bc)@example.net>" >/dev/null
  done
  smkey --store "$OTHERS" export --all | smkey --store "$STORE" -q import
  smkey --store "$STORE" export alice@example.org | smkey --store "$OTHERS" -q import
  ln -s stores/normal store
  SM_STORE=$SM_TMP/store
  export SM_STORE
}

# bin: what the recipes find first in PATH. smlog is ours, with a log of its own; sendmail delivers into outbox/ADDR.
hosts_programs() {
  for sm_program in smsign smcrypt smkey; do ln -s "$SM_BIN/$sm_program" bin/; done
  printf '#!/bin/sh\nexec cat >>%s/syslog\n' "$SM_TMP" >bin/log
  : >syslog
  sed "s,^PATH=.*,PATH=$SM_TMP/bin:/usr/bin:/bin," "$SM_TESTS/hosts/lib-sendmail.sh" | sed "s,^OUTBOX=.*,OUTBOX=$SM_TMP/outbox," >bin/sendmail
  recipe smlog.sh >bin/smlog
  chmod +x bin/log bin/sendmail bin/smlog
}

recipe() {
  sed -e "s,^PATH=\"[^\"]*\"\$,PATH=\"$SM_TMP/bin:/usr/bin:/bin\"," \
    -e "s,^PATH=/[^\"]*\$,PATH=$SM_TMP/bin:/usr/bin:/bin," \
    -e "s,^LOGGER=.*,LOGGER=$SM_TMP/bin/log," \
    -e "s,^TIMEOUT=.*,TIMEOUT=${SM_HOST_DEADLINE:-60}," \
    -e "s,^SMLOG=[^ ]*,SMLOG=$SM_TMP/bin/smlog," \
    -e "s,/usr/local/share/smtools,$SM_ROOT/examples,g" \
    -e "s,/usr/local/lib/smtools/sieve,$SM_TMP/sieve-bin,g" \
    -e "s,/usr/local/lib/smtools/smlog,$SM_TMP/bin/smlog,g" \
    -e "s,--timeout [0-9]*,--timeout ${SM_DEADLINE:-20},g" "$SM_ROOT/examples/$1"
}

maildir() { mkdir -p "$1/cur" "$1/new" "$1/tmp"; }
sent_to() { find "outbox/$1" -type f 2>/dev/null; }

# incoming SECRET >FILE: mail from outside, signed by Bob, with a verdict of its own in two spellings; outgoing SECRET: Alice's,
# for Bob, in copy Carol who must not be seen.
incoming() {
  printf 'From: Bob <bob@example.net>\nTo: alice@example.org\nSubject: hello\nMessage-ID: <%s@example.net>\n\nbody %s\n' "$1" "$1" |
    smsign --store "$OTHERS" sign >"$SM_TMP/signed" || return
  printf 'Received: from evil\nSM-Verdict: good; forged\nsm-verdict : good;\n forged\n'
  cat "$SM_TMP/signed"
}
outgoing() {
  printf 'From: Alice <alice@example.org>\nTo: Bob <bob@example.net>\nBcc: Carol <carol@example.net>\n'
  printf 'Subject: hello\nMessage-ID: <%s@example.org>\n\nbody %s\n' "$1" "$1"
}

# What a message may be: verified FILE, unverified FILE (neither ours nor the forged verdict), at_rest FILE, encrypted FILE (for others), signed_by_alice FILE; each with its body. And clear FILE: somebody can read the body.
verified() { [ "$(grep -ci '^sm-verdict' "$1")" = 1 ] && grep -q '^SM-Verdict: good' "$1" && ! grep -q forged "$1"; }
unverified() { ! grep -qi '^sm-verdict' "$1" && clear "$1"; }
clear() { grep -q '^body ' "$1"; }
at_rest() { ! clear "$1" && smcrypt decrypt <"$1" 2>"$ERR" | grep -q '^body '; }
decrypted_is() { smcrypt decrypt <"$2" >plain.eml 2>"$ERR" && "$1" plain.eml; }
encrypted() { ! clear "$1" && smcrypt --store "$OTHERS" decrypt <"$1" 2>"$ERR" | grep -q '^body '; }
signed_by_alice() { smsign --store "$OTHERS" verify <"$1" >"$OUT" 2>"$ERR" && grep -q '^body ' "$1"; }

# procmail_setup, maildrop_setup, sieve_setup: put all recipes in place, and an executable "deliver RECIPE… <MESSAGE" that starts the
# host with them, as a mail server would, in the order given; a recipe for outgoing mail is alone. box is where mail arrives.
# Hosts run as somebody who isn't root, but owns SM_TMP: a mode can then be in the way.
agent() {
  maildir box
  {
    echo '#!/bin/sh'
    echo "cd '$SM_TMP' || exit 1"
    echo "as_user() { exec unshare -U --map-user=1000 --map-group=1000 \"\$@\"; }"
    cat
  } >deliver
  chmod +x deliver
}

procmail_setup() {
  for sm_recipe in incoming-verify incoming-at-rest outgoing-sign outgoing-encrypt; do
    recipe procmail/$sm_recipe.rc >$sm_recipe.rc
  done
  agent <<AGENT
case \$1 in outgoing-*) as_user procmail -m "SM_STORE=$SM_STORE" "TMPDIR=$SM_TMP/tmp" "$SM_TMP/\$1.rc" ;; esac
echo 'ME=alice@example.org' >procmailrc
for name; do echo "INCLUDERC=$SM_TMP/\$name.rc" >>procmailrc; done
as_user procmail -t -f bob@example.net "DEFAULT=$SM_TMP/box/" "ORGMAIL=$SM_TMP/box/" "SM_STORE=$SM_STORE" "TMPDIR=$SM_TMP/tmp" "$SM_TMP/procmailrc"
AGENT
}

maildrop_setup() {
  for sm_recipe in incoming-verify incoming-at-rest outgoing-sign outgoing-encrypt; do
    recipe maildrop/$sm_recipe.mailfilter >$sm_recipe.mailfilter
    chmod 600 $sm_recipe.mailfilter
  done
  agent <<AGENT
TMPDIR=$SM_TMP/tmp
export TMPDIR
case \$1 in outgoing-*) as_user maildrop "$SM_TMP/\$1.mailfilter" ;; esac
umask 077
echo 'ME="alice@example.org"' >mailfilter
for name; do echo "include \"$SM_TMP/\$name.mailfilter\"" >>mailfilter; done
echo "to \"$SM_TMP/box\"" >>mailfilter
as_user maildrop "$SM_TMP/mailfilter"
AGENT
}

sieve_setup() {
  mkdir -p sieve sieve-bin dovecot home/.config/smtools
  echo "store = $SM_TMP/store" >home/.config/smtools/smtools.conf # Dovecot passes no environment on
  recipe sieve/smtools-filter.sh >sieve-bin/smtools-filter
  chmod +x sieve-bin/smtools-filter
  for sm_recipe in incoming-verify incoming-at-rest outgoing-sign outgoing-encrypt; do
    recipe sieve/$sm_recipe.sieve >sieve/$sm_recipe.sieve
  done
  recipe sieve/dovecot.conf | sed "/sieve_before/d; s,exec_timeout = .*,exec_timeout = ${SM_HOST_DEADLINE:-10}s," >smtools.conf
  cat >dovecot.conf <<CONF
base_dir = $SM_TMP/dovecot
state_dir = $SM_TMP/dovecot
log_path = $SM_TMP/dovecot.log
mail_home = $SM_TMP/home
mail_location = maildir:$SM_TMP/box
mail_uid = 1000
mail_gid = 1000
first_valid_uid = 1
first_valid_gid = 1
protocols =
ssl = no
stats_writer_socket_path =
postmaster_address = postmaster@example.org
sendmail_path = $SM_TMP/bin/sendmail
namespace inbox {
  inbox = yes
}
!include $SM_TMP/smtools.conf
!include $SM_TMP/before.conf
CONF
  agent <<AGENT
n=
echo 'plugin {' >before.conf
for name; do
  echo "  sieve_before\$n = $SM_TMP/sieve/\$name.sieve" >>before.conf
  n=\$((\${n:-1} + 1))
done
echo '}' >>before.conf
as_user env USER=alice@example.org "HOME=$SM_TMP/home" \
  /usr/lib/dovecot/dovecot-lda -c "$SM_TMP/dovecot.conf" -f bob@example.net -a alice@example.org
AGENT
}
need_sieve() {
  if [ ! -x /usr/lib/dovecot/dovecot-lda ] || [ ! -e /usr/lib/dovecot/modules/sieve/lib90_sieve_extprograms_plugin.so ]; then
    refuse "no dovecot-lda with sieve on this machine"
  fi
}

# postfix_setup: a Postfix with the configuration of examples/postfix, on /etc/postfix and /var/spool/postfix of this namespace
# alone. Its filters run as nobody and use $SM_TMP/filter-store, a link to stores/nobody. Mail ends up in mail/USER/new.
# Ports: smtp verifies, 2500 encrypts at rest, submission signs, 5870 encrypts.
postfix_setup() {
  rm bin/sendmail
  mkdir -p etc-postfix spool var-lib-postfix mail programs
  python3 "$SM_TESTS/hosts/loopback.py"
  # The build tree may lie where nobody can't go. Read-only, and gone before SM_TMP is removed with all that is in it.
  at_exit 'umount -l "$SM_TMP/programs"'
  mount --bind "$SM_BIN" programs && mount -o remount,bind,ro programs || return
  rm bin/sm*
  for sm_program in smsign smcrypt smkey; do ln -s "$SM_TMP/programs/$sm_program" bin/; done
  recipe smlog.sh | sed "s,^PATH=.*,PATH=$SM_TMP/bin:/usr/bin:/bin:/usr/sbin," >bin/smlog
  chmod 755 bin bin/smlog
  chmod 666 syslog
  cp -a "$STORE" stores/nobody
  chown -R nobody stores/nobody mail tmp
  ln -s stores/nobody filter-store

  cp -r /etc/postfix/. etc-postfix/
  {
    grep -v '^smtp *inet' etc-postfix/master.cf.proto
    recipe postfix/master.cf | sed "s,user=[a-z]*,user=nobody,; s,/var/lib/smtools,$SM_TMP/filter-store,"
    cat <<'MASTER'
2500 inet n - y - - smtpd
  -o content_filter=smtools-at-rest:
  -o cleanup_service_name=smtools-strip
5870 inet n - y - - smtpd
  -o content_filter=smtools-encrypt:
MASTER
  } >etc-postfix/master.cf
  cat >etc-postfix/main.cf <<MAIN
compatibility_level = 3.6
myhostname = mail.example.org
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtpd_peername_lookup = no
disable_dns_lookups = yes
maillog_file = $SM_TMP/mail.log
maillog_file_prefixes = $SM_TMP
virtual_mailbox_domains = example.org, example.net
virtual_mailbox_base = $SM_TMP/mail
virtual_mailbox_maps = inline:{ {alice@example.org = alice/}, {bob@example.net = bob/}, {carol@example.net = carol/}, {dan@example.net = dan/} }
recipient_delimiter = +
alias_maps =
alias_database =
virtual_uid_maps = static:$(id -u nobody)
virtual_gid_maps = static:$(id -g nobody)
virtual_minimum_uid = 100
transport_maps = inline:{ {lda.example = smtools-lda:} }
relay_domains = lda.example
delay_warning_time = 0
MAIN
  recipe postfix/main.cf | sed "s,_time_limit = .*,_time_limit = ${SM_HOST_DEADLINE:-60}s," >>etc-postfix/main.cf
  cp "$SM_ROOT/examples/postfix/smtools.header_checks" etc-postfix/
  mount --bind etc-postfix /etc/postfix
  mount --bind spool /var/spool/postfix
  mount --bind var-lib-postfix /var/lib/postfix
  chown postfix var-lib-postfix
  postfix start >postfix.out 2>&1 || { cat postfix.out; return 1; }
  at_exit 'postfix stop >/dev/null 2>&1'
}

# settled: Postfix has nothing more to do now: what is there is delivered or deferred.
settled() {
  sm_turn=0
  while [ -n "$(find spool/maildrop spool/incoming spool/active -type f)" ]; do
    sm_turn=$((sm_turn + 1))
    if [ $sm_turn = 600 ]; then return 1; fi
    sleep 0.05
  done
}
flush() { postqueue -f && sleep 0.2 && settled; }
queued() { find spool/deferred -type f | grep -c .; }
