#!/bin/sh
# cache list, show and purge, and refresh without a network, on a cache that a stranger has filled. What refresh fetches is in lab/mtasts-cache.
. "${0%/*}/../../lib.sh"
cd "$SM_TMP" || exit 1
XDG_CACHE_HOME=$SM_TMP/home HOME=$SM_TMP TZ=UTC
export XDG_CACHE_HOME HOME TZ
unset STATE_DIRECTORY
umask 077
file=$SM_TMP/cache/mtasts.sqlite
cached() { command=$1 && shift && smmtasts cache "$command" --cache "$file" "$@"; }
refresh() { smmtasts refresh --cache "$file" "$@"; }

SM_NAME="no cache" expect_status 0 cached list
empty "is empty" "$OUT"
SM_NAME="no cache" expect_status 0 cached purge --yes
check "and none is made by looking" test ! -e cache
SM_NAME="nothing is due" expect_status 0 refresh
is "one is made by refresh" "$(stat -c %a cache cache/mtasts.sqlite | tr '\n' ' ')" "700 600 "

# put DOMAIN BODY FETCHED EXPIRES [FAILED CODE MESSAGE], as another program would.
cat >put.py <<'X'
import hashlib, sqlite3, sys
file, domain, body, fetched, expires, *failure = sys.argv[1:]
body = body.encode()
failure = failure + ["id"] if failure else [None] * 4
d = sqlite3.connect(file)
d.execute("INSERT OR REPLACE INTO policy VALUES (?,?,?,?,?,?,?,?,?,?)",
          (domain, "id1" if body else "", body, hashlib.sha256(body).hexdigest() if body else "", fetched, expires, *failure))
d.commit()
X
put() { python3 put.py "$file" "$@"; }
policy="version: STSv1
mode: enforce
mx: mx.example.org
mx: *.example.net
max_age: 86400"
put b.example "$policy" 1700000000 4000000000
put a.example "$policy" 1700000000 1700086400 1700100000 net.timeout 'no answer'
put c.example "" 0 0 1700100000 mtasts.status "$(printf 'evil\033[31m')"

SM_NAME="list" expect_status 0 cached list
is "in order" "$(cat "$OUT")" "a.example: enforce expired at 2023-11-15 22:13:20 +0000, failed at 2023-11-16 02:00:00 +0000: net.timeout
b.example: enforce until 2096-10-02 07:06:40 +0000
c.example: no policy, failed at 2023-11-16 02:00:00 +0000: mtasts.status"
SM_NAME="list" expect_status 0 cached list --json
is "as JSON Lines" "$(jq -c '[.domain, .state, .failure, .run.expires, .run.due]' "$OUT" | tr '\n' ' ')" \
  '["a.example","expired","net.timeout","2023-11-15T22:13:20Z","2023-11-15T10:13:20Z"] ["b.example","valid",null,"2096-10-02T07:06:40Z","2023-11-15T22:13:20Z"] ["c.example","none","mtasts.status",null,null] '
SM_NAME="show" expect_status 0 cached show B.Example.
is "what it says" "$(cat "$OUT")" "b.example: enforce until 2096-10-02 07:06:40 +0000
id: id1
fetched: 2023-11-14 22:13:20 +0000
sha256: $(printf %s "$policy" | sha256sum | cut -d' ' -f 1)
mx: mx.example.org
mx: *.example.net
max_age: 86400"
SM_NAME="show JSON" expect_status 0 cached show --json b.example
is "all of it" "$(jq -r '[.schema, .id, .policy.mode, .body] | join(" ")' "$OUT")" "smmtasts.cache/1 id1 enforce $policy"
SM_NAME="what a server has said" expect_status 0 cached show c.example
check "reaches no terminal as it is" test "$(tr -dc '\033' <"$OUT" | wc -c)" = 0
SM_NAME="a domain that is not kept" expect_status 2 cached show d.example
SM_NAME="no domain" expect_status 64 cached show 'a..b'
SM_NAME="nor two" expect_status 64 cached show a.example b.example

# Without a network: no resolver can be reached. The valid policy is due; of the others nothing can be lost.
if [ -n "$(unshare -rn true 2>&1)" ]; then
  echo "# skip: no namespace without a network"
else
  alone() { unshare -rn "$SM_BIN/smmtasts" refresh --cache "$file" --dnssec resolver --timeout 4 "$@"; }
  SM_NAME="refresh without a network" expect_status 75 alone
  is "one that counts can't be refreshed" "$(grep -c . "$ERR")" 1
  like "it is said which" "$ERR" "^smmtasts: warning: b\.example: the policy can't be refreshed, and counts until 2096-10-02T07:06:40Z: "
  SM_NAME="what has just failed" expect_status 0 alone
  empty "is left alone" "$ERR"
  is "and counts as before" "$(cached show --json b.example | jq -r '[.state, .failure, .run.expires] | join(" ")')" "valid mtasts.dns 2096-10-02T07:06:40Z"
  is "what expired in 2023 is forgotten" "$(cached list | cut -d: -f 1 | tr '\n' ' ')" "b.example "
fi

SM_NAME="purge" expect_status 0 cached purge b.example
SM_NAME="purge" expect_status 0 cached purge b.example
SM_NAME="gone" expect_status 2 cached show b.example
put b.example "$policy" 1700000000 4000000000
SM_NAME="purge of all" expect_status 64 cached purge --batch
SM_NAME="is not done without a yes" expect_status 0 cached show b.example
SM_NAME="which may be given before" expect_status 0 cached purge --batch --yes -v
like "says how many" "$ERR" '^smmtasts: note: 1 entry was purged$'

# What was changed behind its digest.
put b.example "$policy" 1700000000 4000000000
python3 -c 'import sqlite3, sys; d = sqlite3.connect(sys.argv[1]); d.execute("UPDATE policy SET body = x'"'00'"'"); d.commit()' "$file"
SM_NAME="a damaged entry" expect_status 65 cached show b.example
like "says how to be rid of it" "$ERR" '^smmtasts: hint: smmtasts cache purge b\.example$'
SM_NAME="a damaged entry" expect_status 65 cached list
SM_NAME="which does that" expect_status 0 cached purge b.example
SM_NAME="and all is well" expect_status 0 cached list

for arguments in "list x" "purge a b" "show" "" "frob"; do
  # shellcheck disable=SC2086
  SM_NAME="refused: cache $arguments" expect_status 64 smmtasts cache $arguments
done
SM_NAME="refused: no domain" expect_status 64 refresh 'a b'
SM_NAME="refused: no jobs" expect_status 64 refresh --jobs 0
for option in --cafile=x --resolver=127.0.0.1 --proxy=env; do SM_NAME="refused: $option" expect_status 64 refresh $option; done
done_testing
