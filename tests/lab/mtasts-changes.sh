#!/bin/sh
# label: lab
# timeout: 60
# smmtasts check and lookup beside a cache: what has changed since, and what counts while the network is gone.
. "${0%/*}/../lib.sh"
. "$SM_TESTS/lab/lib-lab.sh"
lab_enter dns smtp https
need_command jq
cd "$SM_TMP" || exit 1
HOME=$SM_TMP STATE_DIRECTORY=$SM_TMP/state
export HOME STATE_DIRECTORY
cache=$STATE_DIRECTORY/mtasts.sqlite
mkdir records
mkfifo ready
python3 -B "$SM_TESTS/lab/override.py" 127.0.77.53 records >ready &
read -r line <ready
is "a resolver of our own" "$line" ready
lab_use_resolver 127.0.77.53 trust-ad

domain=sts-enforce.secure.test
file=$LAB_RUN/www/mta-sts.$domain/.well-known/mta-sts.txt
publish_id() { printf 'v=STSv1; id=%s;' "$1" >"records/_mta-sts.$domain"; }
publish() { printf 'version: STSv1\r\nmode: %s\r\nmx: mx.%s\r\nmax_age: 604800\r\n' "$1" $domain >"$file"; }
check_it() { SM_NAME="$1" expect_status "$2" smmtasts check --json --allow-private $domain; }
lookup_it() { SM_NAME="$1" expect_status "$2" smmtasts lookup --json --allow-private $domain; }
severity() { jq -r --arg code "mtasts.$1" '.findings[] | select(.code == $code) | .severity' "$OUT"; }
sql() { python3 -c 'import sqlite3, sys; d = sqlite3.connect(sys.argv[1]); d.execute(sys.argv[2]); d.commit()' "$cache" "$1"; }

publish_id 1
publish enforce
expect_status 0 smmtasts refresh --allow-private $domain
cp "$cache" before
check_it "nothing has changed" 0
is "and nothing is said of it" "$(severity same-id)$(severity same-policy)$(severity mode-changed)" ""
publish testing
check_it "a new policy under the old id" 0
is "is warned of" "$(severity same-id)" warning
is "with the mode that was" "$(severity mode-changed)" info
publish enforce
publish_id 2
check_it "a new id and the old policy" 0
is "is said" "$(severity same-policy)" info
publish none
check_it "a policy that is taken back, with a new id" 0
is "is as it should be" "$(severity same-id)$(severity same-policy)" ""
is "in another mode" "$(severity mode-changed)" info
lookup_it "the network's policy" 0
is "counts before the cache's" "$(jq -c '[.from, .policy.mode, .record.id]' "$OUT")" '["network","none","2"]'

# The cache's, while there is none.
rm "$file"
check_it "no policy" 1
is "though senders have one" "$(severity cached)" info
lookup_it "it counts" 0
is "from the cache, with what was before" "$(jq -c '[.from, .policy.mode, .error, .result]' "$OUT")" '["cache","enforce","mtasts.status","policy"]'
check "and with its age" test "$(jq '.run.age >= 0 and .run.age < 60' "$OUT")" = true
printf servfail >"records/_mta-sts.$domain"
lookup_it "no DNS" 0
is "the cache's" "$(jq -r .from "$OUT")" cache
: >"records/_mta-sts.$domain"
lookup_it "no record" 0
is "the cache's again" "$(jq -r .from "$OUT")" cache
SM_NAME="as text" expect_status 0 smmtasts lookup --allow-private $domain
like "it says from where" "$OUT" "^$domain: enforce, from the cache\$"
like "since when" "$OUT" '^fetched: [0-9-]+ [0-9:]+ .0000, [0-9]+ s ago$'
like "and why" "$OUT" '^why: there is no record now$'
same "nothing of it was written" before "$cache"
sql "UPDATE policy SET fetched = fetched - 700000, expires = expires - 700000"
lookup_it "one that has expired" 2
is "does not count" "$(jq -c '[.from, .policy]' "$OUT")" '[null,null]'
publish_id 2
check_it "nor is it spoken of" 1
is "as what senders have" "$(severity cached)" ""
chmod 644 "$cache"
SM_NAME="a cache that is open to all" expect_status 78 smmtasts lookup --allow-private --cache "$cache" $domain
done_testing
