#!/bin/sh
# label: lab
# timeout: 60
# smmtasts refresh and cache, and what postfix makes of what is kept: while the network is gone, when a policy has expired, when its mode or
# its id changes, and what another process has put there. Time is moved by moving the times in the cache.
. "${0%/*}/../lib.sh"
. "$SM_TESTS/lab/lib-lab.sh"
lab_enter dns https
need_command jq
cd "$SM_TMP" || exit 1
XDG_CACHE_HOME=$SM_TMP HOME=$SM_TMP STATE_DIRECTORY=$SM_TMP/state
export XDG_CACHE_HOME HOME STATE_DIRECTORY
cache=$STATE_DIRECTORY/mtasts.sqlite
mkdir records
mkfifo ready
python3 -B "$SM_TESTS/lab/override.py" 127.0.77.53 records >ready &
read -r line <ready
is "a resolver of our own" "$line" ready
lab_use_resolver 127.0.77.53 trust-ad

one=sts-enforce.secure.test
secure="secure match=mx.$one servername=hostname"
record() { printf '%s' "$2" >"records/_mta-sts.$1"; }
publish_id() { record "$1" "v=STSv1; id=$2;"; }
policy() { echo "$LAB_RUN/www/mta-sts.$1/.well-known/mta-sts.txt"; }
publish() { printf 'version: STSv1\r\nmode: %s\r\nmx: mx.%s\r\nmax_age: %s\r\n' "$2" "$1" "$3" >"$(policy "$1")"; }
gone() { rm "$(policy "$1")"; }
fetches() { grep -c 'mta-sts\.txt' "$LAB_RUN/access.log"; }
postfix() { smmtasts postfix --allow-private "$1"; }
refresh() { smmtasts refresh --allow-private "$@"; }
member() { smmtasts cache show --json "$1" | jq -r "$2"; }
sql() { python3 -c 'import sqlite3, sys; d = sqlite3.connect(sys.argv[1]); d.execute(sys.argv[2]); d.commit()' "$cache" "$1"; }
# later DOMAIN SECONDS: as if what is kept of it were so much older.
later() { sql "UPDATE policy SET fetched = fetched - $2, expires = expires - $2, failed = failed - $2 WHERE domain = '$1'"; }

SM_NAME="nothing is kept yet" expect_status 0 smmtasts cache list
empty "and nothing said" "$OUT"
SM_NAME="nothing is due" expect_status 0 refresh
SM_NAME="of no domain" expect_status 2 smmtasts cache show $one
empty "nothing" "$OUT"
for option in --cafile=x --resolver=127.0.0.53 --proxy=http://127.0.0.1:1; do
  SM_NAME="$option" expect_status 64 smmtasts refresh "$option" $one
  like "would be kept" "$ERR" 'refresh does not go with --'
done

# Domains are added by their names, in silence.
publish_id $one 1
SM_NAME="two domains" expect_status 0 refresh $one STS-Testing.secure.test
empty "are fetched in silence" "$ERR"
empty "with nothing on stdout" "$OUT"
SM_NAME="listed" expect_status 0 smmtasts cache list
like "in a line each" "$OUT" "^$one: enforce until [0-9-]+ [0-9:]+ .0000\$"
like "with its mode" "$OUT" '^sts-testing\.secure\.test: testing until '
expect_status 0 smmtasts cache list --json
is "as JSON Lines" "$(jq -r '[.schema, .domain, .state, .policy.mode, .failure] | join(" ")' "$OUT")" "smmtasts.cache/1 $one valid enforce 
smmtasts.cache/1 sts-testing.secure.test valid testing "
SM_NAME="shown" expect_status 0 smmtasts cache show $one
is "with what it says" "$(sed -n '2p;5,$p' "$OUT")" "id: 1
mx: mx.$one
max_age: 86400"
is "and as it was served" "$(member $one .body)" "$(cat "$(policy $one)")"
is "modes" "$(stat -c %a "$STATE_DIRECTORY" "$cache" | tr '\n' ' ')" "700 600 "
is "what Postfix is told" "$(postfix $one)" "$secure"

# What is kept counts while there is no record and no policy host, to its end and no longer.
before=$(fetches)
gone $one
is "no policy host is needed" "$(postfix $one)" "$secure"
record $one ""
is "nor a record" "$(postfix $one)" "$secure"
record $one servfail
is "nor an answer of the DNS" "$(postfix $one)" "$secure"
publish_id $one 2
SM_NAME="nor another id" expect_status 0 postfix $one
is "whose policy is not there" "$(cat "$OUT")" "$secure"
like "and said to be missing" "$ERR" "the policy can't be refreshed, and counts until .*: the server answered 404\$"
is "what has asked has not written" "$(member $one .failure)" null
later $one 86400
SM_NAME="when it has expired" expect_status 2 postfix $one
smmtasts cache list >entries
like "it is said to be so" entries "^$one: enforce expired at "
is "each try was one" $(($(fetches) - before)) 2

# refresh fetches what is due, warns of what fails, and does not shorten its life.
publish $one enforce 90000
publish_id $one 3
SM_NAME="it is there again" expect_status 0 refresh
empty "in silence" "$ERR"
is "and kept" "$(member $one '[.state, .id] | join(" ")')" "valid 3"
before=$(fetches)
SM_NAME="nothing is due" expect_status 0 refresh
is "nothing is asked" "$(fetches)" "$before"
later $one 50000
SM_NAME="after half its life" expect_status 0 refresh --json
is "it is fetched again" "$(jq -c 'del(.run)' "$OUT")" "{\"schema\":\"smmtasts.refresh/1\",\"domain\":\"$one\",\"result\":\"refreshed\",\"mode\":\"enforce\",\"error\":null}"
check "and lives anew" test "$(member $one '(.run.expires | fromdate) - (.run.time | fromdate) > 86000')" = true
later $one 50000
gone $one
end=$(member $one .run.expires)
SM_NAME="a refresh that fails" expect_status 75 refresh
like "is said" "$ERR" "^smmtasts: warning: $one: the policy can't be refreshed, and counts until $end: .* 404\$"
is "and changes nothing else" "$(member $one '[.state, .failure, .run.expires] | join(" ")')" "valid mtasts.status $end"
before=$(fetches)
SM_NAME="five minutes" expect_status 0 refresh
is "it is left alone" "$(fetches)" "$before"
SM_NAME="though it is named" expect_status 75 refresh $one
is "it is" "$(fetches)" "$before"
is "and what is kept counts" "$(postfix $one)" "$secure"
later $one 300
SM_NAME="then it is tried" expect_status 75 refresh
is "again" "$(fetches)" $((before + 1))
record $one ""
later $one 300
SM_NAME="a record that is gone" expect_status 75 refresh
like "is another reason" "$ERR" "there is no record _mta-sts\.$one any more"

# Ids and bodies.
publish_id $one 3
publish $one enforce 604800
SM_NAME="a new policy under the old id" expect_status 0 refresh $one
like "is a mistake" "$ERR" "^smmtasts: warning: $one: the policy has changed and its id, \"3\", has not"
publish_id $one 4
SM_NAME="a new id and the old policy" expect_status 0 refresh $one
like "is another one" "$ERR" 'the id has changed, to "4", and the policy has not$'
publish_id $one 5
publish $one testing 604800
SM_NAME="another mode" expect_status 2 postfix $one
SM_NAME="is as good as none" expect_status 0 refresh $one
empty "and nothing to warn of" "$ERR"
publish_id $one 6
publish $one none 604800
expect_status 0 refresh $one
later $one 90000
gone $one
SM_NAME="mode none can't be refreshed" expect_status 0 refresh
empty "and nobody minds" "$ERR"
is "but it is known" "$(member $one '[.policy.mode, .failure] | join(" ")')" "none mtasts.status"
SM_NAME="a domain without a policy" expect_status 0 refresh sts-no-txt.secure.test
like "that was named" "$ERR" '^smmtasts: warning: sts-no-txt\.secure\.test: there is no policy$'
SM_NAME="one whose policy can't be had" expect_status 75 refresh sts-web-404.secure.test
like "is another matter" "$ERR" '^smmtasts: warning: sts-web-404\.secure\.test: .* 404'
is "and noted" "$(member sts-web-404.secure.test '[.state, .failure] | join(" ")')" "none mtasts.status"

# Several processes at once, and a reader.
grep -E '^sts-(lf|wildcard|unknown-key|dane|mx-)' "$LAB/policies.tsv" | cut -f 1 >names
for half in odd even; do
  # shellcheck disable=SC2046
  refresh --jobs 2 $(awk -v odd=$half 'NR % 2 == (odd == "odd")' names) >"out-$half" 2>&1 &
  eval "$half=\$!"
done
# shellcheck disable=SC2154
wait "$odd" && wait "$even"
is "two refresh at once" $? 0
smmtasts cache list >entries
is "and nothing is lost" "$(cut -d: -f 1 entries | grep -cxF -f names)" "$(wc -l <names)"

# What has long been over goes.
sql "UPDATE policy SET expires = expires - 40 * 86400, fetched = fetched - 40 * 86400 WHERE domain = 'sts-lf.secure.test'"
sql "UPDATE policy SET failed = failed - 40 * 86400 WHERE domain = 'sts-web-404.secure.test'"
expect_status 0 refresh
smmtasts cache list >entries
unlike "a policy that has expired a month ago" entries '^sts-lf\.'
unlike "and what never came" entries '^sts-web-404\.'
SM_NAME="purged" expect_status 0 smmtasts cache purge STS-Wildcard.secure.test
SM_NAME="it" expect_status 2 smmtasts cache show sts-wildcard.secure.test
SM_NAME="all" expect_status 64 smmtasts cache purge --batch
SM_NAME="not without a yes" expect_status 0 smmtasts cache show sts-dane.secure.test
SM_NAME="with it" expect_status 0 smmtasts cache purge --yes
SM_NAME="nothing is left" expect_status 0 smmtasts cache list
empty "of anything" "$OUT"
done_testing
