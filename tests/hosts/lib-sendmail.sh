#!/bin/sh
# sendmail as the tests of the hosts see it, on stdin a message: -t takes the recipients from To, Cc and Bcc and removes Bcc;
# otherwise they are the arguments. One file for each in OUTBOX/ADDRESS, whole or not at all.
PATH=/usr/bin:/bin
OUTBOX=outbox
headers=no
while [ $# != 0 ]; do
  case $1 in
  -t) headers=yes ;;
  -f) shift ;;
  --) shift && break ;;
  -*) ;;
  *) break ;;
  esac
  shift
done
message=$(mktemp "$OUTBOX/.XXXXXX") || exit 75
cat >"$message" || exit 75
if [ ! -s "$message" ]; then
  echo "sendmail: an empty message" >>"$OUTBOX/empty"
  exit 65
fi
recipients=$*
if [ $headers = yes ]; then
  recipients=$(formail -f -c -x To -x Cc -x Bcc <"$message" | tr -s ', <>' '\n' | grep @)
  formail -f -I Bcc <"$message" >"$message.2" && mv "$message.2" "$message" || exit 75
fi
for recipient in $recipients; do
  mkdir -p "$OUTBOX/$recipient"
  ln "$message" "$OUTBOX/$recipient/${message##*/.}" || exit 75
done
rm -f "$message"
