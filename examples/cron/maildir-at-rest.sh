#!/bin/sh
# Encrypts what lies in a Maildir in clear: for mail that no filter saw on its way in, and for an old archive. From cron:
#   */15 * * * * /usr/local/lib/smtools/maildir-at-rest.sh
# Silent while all is well; what it prints, cron mails. It can be stopped and started at any time, beside programs that read mail.
PATH=/usr/local/bin:/usr/bin:/bin
MAILDIR=$HOME/Maildir
ADDRESS=alice@example.org

# One run at a time; a long first one is not overtaken by the next.
exec 9>"$MAILDIR/smtools.lock" || exit 75
flock -n 9 || exit 0

status=0
for folder in "$MAILDIR" "$MAILDIR"/.[!.]*; do
  if [ -d "$folder/cur" ]; then smcrypt maildir "$folder" --to "$ADDRESS" --batch --quiet || status=$?; fi
done
exit $status
