#!/bin/sh
# label: hosts
# timeout: 240
# The recipes of examples/postfix, run by a Postfix of our own.
. "${0%/*}/../lib.sh"
. "${0%/*}/lib-hosts.sh"
need_root
need_command postfix python3 formail
if [ ! -x /usr/lib/dovecot/dovecot-lda ]; then refuse "no dovecot-lda on this machine"; fi
enter
smkey generate --no-passphrase 'Alice <alice@lda.example>' >/dev/null
check "Postfix starts" postfix_setup

# smtp PORT SENDER RECIPIENT… <MESSAGE, and wait until Postfix has nothing to do
smtp() { python3 "$SM_TESTS/hosts/smtp.py" "$@" && settled; }
mailbox() { find "mail/$1/new" -type f 2>/dev/null; }
emptied() { rm -rf mail/*; }
only() { # only NAME FILE-LIST CHECK
  is "$1: one message" "$(printf '%s' "$2" | grep -c .)" 1
  if [ -n "$2" ]; then check "$1: $3" "$3" "$2"; fi
}
incoming one >in.eml
outgoing two >out.eml

smtp 25 bob@example.net alice@example.org <in.eml
only "smtools-verify" "$(mailbox alice)" verified
emptied
smtp 25 '' alice@example.org <in.eml
only "smtools-verify, null sender" "$(mailbox alice)" verified
check "which stays one" grep -q '^Return-Path: <>' "$(mailbox alice)"
emptied
smtp 2500 bob@example.net alice@example.org <in.eml
only "smtools-at-rest" "$(mailbox alice)" at_rest
unlike "which drops the forged verdict too" "$(mailbox alice)" '[Ff]orged'
cp "$(mailbox alice)" encrypted.eml
emptied
smtp 2500 bob@example.net alice@example.org <encrypted.eml
only "smtools-at-rest of what is encrypted" "$(mailbox alice)" at_rest
is "unchanged" "$(sed '1,/^$/d' "$(mailbox alice)")" "$(sed '1,/^$/d' encrypted.eml)"
emptied
smtp 587 alice@example.org bob@example.net carol@example.net <out.eml
for who in bob carol; do only "smtools-sign for $who" "$(mailbox $who)" signed_by_alice; done
emptied
smtp 5870 alice@example.org bob@example.net carol@example.net <out.eml
for who in bob carol; do only "smtools-encrypt for $who" "$(mailbox $who)" encrypted; done
unlike "Bob sees nothing of Carol" "$(mailbox bob)" '[Cc]arol'
smkey --store "$OTHERS" export --secret carol@example.net | smkey --store stores/carol -q import
SM_NAME="and Carol can't read his copy" expect_status 77 smcrypt --store stores/carol decrypt <"$(mailbox bob)"
emptied

# The filter pair for scripts, with the sendmail of this Postfix.
SM_NAME="sendmail -i -t" expect_status 0 \
  env PATH="$PATH:/usr/sbin" smcrypt encrypt --to-headers --keep-bcc --encrypt-to alice@example.org -- sendmail -i -t <out.eml
settled
for who in bob carol; do only "sendmail -i -t for $who" "$(mailbox $who)" encrypted; done
unlike "without Bcc" "$(mailbox bob)" '^[Bb]cc'
is "nobody else" "$(find mail -type f | wc -l)" 2
emptied

# The transport, with a Dovecot that knows its users.
mkdir -p etc-dovecot dovecot
cat >etc-dovecot/dovecot.conf <<CONF
base_dir = $SM_TMP/dovecot
state_dir = $SM_TMP/dovecot
log_path = $SM_TMP/dovecot.log
mail_location = maildir:$SM_TMP/mail/%u
first_valid_uid = 1
protocols =
listen = 127.0.0.1
ssl = no
postmaster_address = postmaster@example.org
passdb {
  driver = static
  args = nopassword=y
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=$SM_TMP/mail/%u
}
service auth {
  unix_listener auth-userdb {
    mode = 0666
  }
}
service stats {
  unix_listener stats-writer {
    mode = 0666
  }
}
CONF
touch dovecot.log
chmod 666 dovecot.log
chmod 755 dovecot etc-dovecot
mount --bind etc-dovecot /etc/dovecot
SM_NAME="Dovecot starts" expect_status 0 dovecot
at_exit 'doveadm stop >/dev/null 2>&1'
smtp 25 bob@example.net alice+news@lda.example <in.eml
is "through both" "$(queued)" 0
only "smtools-lda" "$(mailbox alice@lda.example)" at_rest
check "with the verdict inside" decrypted_is verified "$(mailbox alice@lda.example)"
emptied

empty "nothing was to be said" syslog
unlike "nothing came back to a sender" mail.log 'status=bounced'

# What can go wrong: it waits in the queue until it is mended, and the sender hears nothing.
broken() {
  rm -rf stores/broken
  cp -a stores/nobody stores/broken
  case $1 in
  key) rm -rf stores/broken/private/*.pgp stores/broken/pgp.cert.d/??/ stores/broken/bindings/* ;;
  binding) find stores/broken/bindings -type f -exec chmod 000 {} + ;;
  certificate) find stores/broken/pgp.cert.d -type f -path '*/??/*' -exec sh -c 'for f; do head -c 40 "$f" >x; cat x >"$f"; done' sh {} + ;;
  esac
  rm -rf stores/broken/index
  ln -sfn stores/broken filter-store
}
for what in key binding certificate; do
  broken $what
  : >syslog
  smtp 2500 bob@example.net alice@example.org <in.eml
  smtp 5870 alice@example.org bob@example.net carol@example.net <out.eml
  is "without a $what: nothing is delivered" "$(find mail -type f)" ""
  is "and all of it waits" "$(queued)" 2
  like "the syslog says why" syslog '^smcrypt: error: '
  unlike "and nobody else" mail.log 'smcrypt: |smsign: '
  ln -sfn stores/nobody filter-store
  flush
  is "mended: nothing waits" "$(queued)" 0
  only "mended" "$(mailbox alice)" at_rest
  for who in bob carol; do only "mended, $who" "$(mailbox $who)" encrypted; done
  emptied
done
smtp 5870 alice@example.org bob@example.net dan@example.net <out.eml
only "for Bob and for Dan, who has no certificate" "$(mailbox bob)" encrypted
is "Dan's waits" "$(queued)" 1
is "and isn't delivered" "$(mailbox dan)" ""
like "the syslog names him" syslog '^smcrypt: error: dan@example.net'
postsuper -d ALL >/dev/null 2>&1
emptied

# No program, and one that Postfix kills.
mv bin/smsign bin/smcrypt tmp/
smtp 25 bob@example.net alice@example.org <in.eml
smtp 587 alice@example.org bob@example.net <out.eml
is "no program: all waits" "$(queued)" 2
is "nothing is delivered" "$(find mail -type f)" ""
mv tmp/smsign tmp/smcrypt bin/
flush
only "then verify" "$(mailbox alice)" verified
only "then sign" "$(mailbox bob)" signed_by_alice
unlike "nothing came back to a sender" mail.log 'status=bounced'
done_testing
