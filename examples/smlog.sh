#!/bin/sh
# smlog CMD ARG…: runs CMD with its stderr in syslog, where a host would put it into a bounce or lose it. Copy it to
# /usr/local/lib/smtools/smlog, executable.
#
# CMD takes the place of this script. A host that kills at its deadline then kills the filter itself, and not a shell in front of
# it, behind whose back the filter would go on and send a mail that the host is going to try again.
PATH=/usr/local/lib/smtools:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
LOGGER="logger -t smtools -p mail.err"
export PATH

pipe=$(mktemp -u "${TMPDIR:-/tmp}/smlog.XXXXXXXXXX")
if mkfifo -m 600 "$pipe" 2>/dev/null; then
  # maildrop hangs up on its whole process group when it ends: what is on its way to the syslog must survive that. It ends
  # when those who write have ended. cat: without a syslog there is still somebody who reads, so that nothing dies of a
  # broken pipe.
  { trap '' HUP INT TERM && { $LOGGER || cat; } <"$pipe"; } >/dev/null 2>&1 &
  exec 2>"$pipe"
  rm -f "$pipe"
else
  exec 2>/dev/null
fi
exec "$@"
