#!/bin/sh
# A renewed certificate with a new key, without a moment in which the TLSA records of a mail server do not fit: the record of the new key is
# published, the key waits until no cache can be without it, and only then the server gets it. As root:
#
#   certbot renew --deploy-hook /usr/local/lib/smtools/smdane-hook
#
# and every hour from cron, until it has been done:
#
#   17 * * * * /usr/local/lib/smtools/smdane-hook /etc/letsencrypt/live/mail.example.org
#
# It prints nothing unless somebody has to do something. With another client than certbot: give it a folder with fullchain.pem and
# privkey.pem. (Where the key stays the same, as with certbot's --reuse-key, it installs at once.)
set -eu
umask 077
lineage=${1:-${RENEWED_LINEAGE:?}}

host=mail.example.org
# What the server reads, key and chain in one file: smtpd_tls_chain_files = /etc/postfix/chain.pem
chain=/etc/postfix/chain.pem
state=/var/lib/smtools/rollover
# How the zone is changed (here a bind on this machine), and how the server is told.
publish() { nsupdate -l; }
reload() { postfix reload; }

record() { smdane generate --cert "$1" --nsupdate "$host"; }

if [ ! -e "$chain" ]; then
  echo "there is no $chain yet: put privkey.pem and fullchain.pem into it, publish the record, then this renews both" >&2
  record "$lineage/fullchain.pem" >&2
  exit 1
fi
cat "$lineage/privkey.pem" "$lineage/fullchain.pem" >"$chain.next"
trap 'rm -f "$chain.next"' EXIT
if cmp -s "$chain.next" "$chain"; then exit 0; fi

old=$(record "$chain")
new=$(record "$chain.next")
if [ "$old" != "$new" ]; then
  echo "$new" | publish
  status=0
  said=$(smdane rollover --current "$chain" --next "$chain.next" --state "$state" "$host" 2>&1) || status=$?
  if [ $status != 0 ]; then
    # 75: to wait is what is expected. 1: so it is while secondary servers do not have it yet.
    if [ $status = 75 ] || [ $status = 1 ] && openssl x509 -in "$chain" -noout -checkend 604800 >/dev/null; then exit 0; fi
    echo "the certificate in $chain ends within 7 days, and the next one can't be used: $said" >&2
    exit $status
  fi
fi
mv "$chain.next" "$chain"
reload
# Those who have the old records from a cache have the new one, too.
if [ "$old" != "$new" ]; then echo "$old" | sed 's/^update add/update delete/' | publish; fi
