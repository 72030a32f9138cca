# shellcheck shell=sh
# What holds for every delivery agent. The script has called its _setup, and may have said to whom its recipes send, what becomes
# of mail that can't be verified, and how sendmail fails.
signed_for=${signed_for:-bob@example.net carol@example.net}
encrypted_for=${encrypted_for:-bob@example.net carol@example.net}
unverifiable=${unverifiable:-0} refusal=${refusal:-69}

in_comes() { # in_comes FILE RECIPE…
  message=$1
  shift
  rm -f box/new/*
  ./deliver "$@" <"$message"
}
goes_out() { # goes_out FILE RECIPE
  rm -rf outbox/*
  ./deliver "$2" <"$1"
}
delivered() { find box/new/ -type f; }
only() { # only NAME FILE-LIST CHECK: there is one file, and the check holds for it
  is "$1: one message" "$(printf '%s' "$2" | grep -c .)" 1
  if [ -n "$2" ]; then check "$1: $3" "$3" "$2"; fi
}
logged() { # logged REGEX: it goes through a pipe, and may come a little later
  sm_turn=0
  while ! grep -Eq "$1" syslog && [ $sm_turn -lt 100 ]; do
    sm_turn=$((sm_turn + 1))
    sleep 0.05
  done
  like "syslog says why" syslog "$1"
}

incoming one >in.eml
outgoing two >out.eml

SM_NAME="incoming-verify" expect_status 0 in_comes in.eml incoming-verify
only "incoming-verify" "$(delivered)" verified
SM_NAME="incoming-at-rest" expect_status 0 in_comes in.eml incoming-at-rest
only "incoming-at-rest" "$(delivered)" at_rest
SM_NAME="incoming-verify, then at-rest" expect_status 0 in_comes in.eml incoming-verify incoming-at-rest
only "both" "$(delivered)" at_rest
check "with the verdict inside" decrypted_is verified "$(delivered)"
cp "$(delivered)" encrypted.eml
SM_NAME="incoming-at-rest of what is encrypted" expect_status 0 in_comes encrypted.eml incoming-at-rest
only "again" "$(delivered)" at_rest
# Without line ends at its end: procmail adds one.
is "again: unchanged" "$(sed '1,/^$/d' "$(delivered)")" "$(sed '1,/^$/d' encrypted.eml)"
SM_NAME="outgoing-sign" expect_status 0 goes_out out.eml outgoing-sign
for address in $signed_for; do only "outgoing-sign to $address" "$(sent_to "$address")" signed_by_alice; done
SM_NAME="outgoing-encrypt" expect_status 0 goes_out out.eml outgoing-encrypt
for address in $encrypted_for; do
  only "outgoing-encrypt to $address" "$(sent_to "$address")" encrypted
  unlike "without a word of Carol, who is in Bcc" "$(sent_to "$address")" '[Cc]arol'
done
empty "nothing was to be said" syslog

# What can go wrong, and what comes of it.
without() { # without WHAT: the store lacks it
  rm -rf stores/broken
  cp -a "$STORE" stores/broken
  case $1 in
  key) rm -rf stores/broken/private/*.pgp stores/broken/pgp.cert.d/??/ stores/broken/bindings/* ;;
  binding) find stores/broken/bindings -type f -exec chmod 000 {} + ;;
  certificate) find stores/broken/pgp.cert.d -type f -path '*/??/*' -exec sh -c 'for f; do head -c 40 "$f" >x; cat x >"$f"; done' sh {} + ;;
  passphrase) printf 'a phrase\n' | smkey --store stores/broken passwd alice@example.org --new-passphrase-fd 0 2>"$ERR" ;;
  esac
  rm -rf stores/broken/index
  ln -sfn stores/broken store
}
whole() { ln -sfn stores/normal store; }

waits() { # waits PROGRAM WHY COMMAND WORD…: nothing is delivered, the status says try again, the syslog why, and nobody else does
  program=$1 why=$2
  shift 2
  rm -rf outbox/* box/new/*
  : >syslog
  SM_NAME="$3, $why: 75" expect_status 75 "$@"
  is "nothing is delivered" "$(delivered)" ""
  is "nothing is sent" "$(find outbox -type f)" ""
  logged "^$program: error: "
  unlike "and nobody else" "$ERR" "^$program:|sendmail"
}
for what in key binding certificate; do
  without $what
  waits smcrypt "without a $what" in_comes in.eml incoming-at-rest
  waits smcrypt "without a $what" goes_out out.eml outgoing-encrypt
done
without key
waits smsign "without a key" goes_out out.eml outgoing-sign
whole

# The filter can't even be started: no mail in clear, and no verdict that we didn't give.
mv bin/smsign bin/smcrypt tmp/
SM_NAME="incoming-at-rest, no program: 75" expect_status 75 in_comes in.eml incoming-at-rest
is "nothing is delivered" "$(delivered)" ""
SM_NAME="outgoing-encrypt, no program: 75" expect_status 75 goes_out out.eml outgoing-encrypt
is "nothing is sent" "$(find outbox -type f)" ""
SM_NAME="outgoing-sign, no program: 75" expect_status 75 goes_out out.eml outgoing-sign
is "nothing is sent" "$(find outbox -type f)" ""
SM_NAME="incoming-verify, no program: $unverifiable" expect_status "$unverifiable" in_comes in.eml incoming-verify
if [ "$unverifiable" = 0 ]; then
  only "incoming-verify, no program" "$(delivered)" unverified
else
  is "nothing is delivered" "$(delivered)" ""
fi
mv tmp/smsign tmp/smcrypt bin/

# sendmail refuses: what it says is no business of whoever sent the mail.
mv bin/sendmail tmp/
printf '#!/bin/sh\ncat >/dev/null\necho "sendmail: full" >&2\nexit %s\n' "$refusal" >bin/sendmail
chmod +x bin/sendmail
for name in outgoing-sign outgoing-encrypt; do
  outgoing "$name" >new.eml # Dovecot remembers what it has sent on
  SM_NAME="$name, sendmail fails: 75" expect_status 75 goes_out new.eml $name
  is "nothing is sent" "$(find outbox -type f)" ""
done
mv tmp/sendmail bin/
