#!/bin/sh
# What is refused before anything is asked, what needs no asking, and caches that are not as they have to be. What is said of each kind of
# domain is in lab/mtasts-postfix.
. "${0%/*}/../../lib.sh"
cd "$SM_TMP" || exit 1
XDG_CACHE_HOME=$SM_TMP/cache HOME=$SM_TMP
export XDG_CACHE_HOME HOME
unset STATE_DIRECTORY

for hop in alice@example.org https://example.org 'a b.example' ''; do
  SM_NAME="refused: $hop" expect_status 64 smmtasts postfix "$hop"
  empty "nothing on stdout" "$OUT"
  like "with a reason" "$ERR" 'is no next hop$'
done
SM_NAME="none" expect_status 64 smmtasts postfix
SM_NAME="two" expect_status 64 smmtasts postfix a.example b.example
for hop in 192.0.2.1 '[192.0.2.1]' '[192.0.2.1]:25' '[IPv6:2001:db8::1]' .example.org example.org:nntp '[example.org'; do
  SM_NAME="nothing is known of $hop" expect_status 2 smmtasts postfix "$hop"
  empty "and nothing said" "$OUT"
  empty "in silence" "$ERR"
done
SM_NAME="JSON" expect_status 2 smmtasts postfix --json '[192.0.2.1]'
is "of an address" "$(jq -c 'del(.run)' "$OUT")" \
  '{"schema":"smmtasts.postfix/1","next-hop":"[192.0.2.1]","status":2,"result":"none","value":null,"dane":"none","mode":null,"error":null}'

# A resolver that nobody is: port 1 of loopback. Nothing is known of DANE, so mail has to wait.
ask() { smmtasts postfix --dnssec resolver --resolver 127.0.0.1@1 "$@"; }
SM_NAME="a resolver that is not there" expect_status 75 ask example.org
empty "nothing on stdout" "$OUT"
like "with the question" "$ERR" '^smmtasts: error: MX example\.org: no answer \(unreachable\)'
SM_NAME="a host" expect_status 75 ask '[mail.example.org]:587'
like "has no MX" "$ERR" '^smmtasts: error: A mail\.example\.org: no answer'
SM_NAME="JSON" expect_status 75 ask --json Example.ORG.:smtp
is "of what is not known" "$(jq -c 'del(.run)' "$OUT")" \
  '{"schema":"smmtasts.postfix/1","next-hop":"example.org","status":75,"result":"temporary","value":null,"dane":"temporary","mode":null,"error":"dane.temporary"}'
check "no cache is made" test ! -e "$XDG_CACHE_HOME"

# Caches that are not what they have to be are found before anything is asked.
mkdir -m 700 kept
: >kept/file
chmod 600 kept/file
SM_NAME="an empty file is an empty cache" expect_status 75 ask --cache kept/file example.org
chmod 640 kept/file
SM_NAME="one that others can read" expect_status 78 ask --cache kept/file example.org
like "says what to do" "$ERR" '^smmtasts: hint: chmod 600 '
chmod 600 kept/file
chmod 770 kept
SM_NAME="one that others can replace" expect_status 78 ask --cache kept/file example.org
chmod 700 kept
ln -s file kept/link
SM_NAME="a symbolic link" expect_status 78 ask --cache kept/link example.org
echo 'something else' >kept/file
SM_NAME="something else" expect_status 65 ask --cache kept/file example.org
is "is left alone" "$(cat kept/file)" 'something else'
python3 -c 'import sqlite3; sqlite3.connect("kept/newer").executescript("PRAGMA application_id = 1936544596; PRAGMA user_version = 99")'
chmod 600 kept/newer
SM_NAME="one of a newer program" expect_status 78 ask --cache kept/newer example.org
like "says so" "$ERR" 'has version 99, of a newer smmtasts$'
printf '[smmtasts]\ncache = kept/newer\n' >conf
SM_NAME="the configuration names one, too" expect_status 78 ask --config conf example.org
SM_NAME="and so does systemd" expect_status 65 env STATE_DIRECTORY="$SM_TMP/kept:other" sh -c 'mv kept/file kept/mtasts.sqlite && smmtasts postfix --dnssec resolver --resolver 127.0.0.1@1 example.org'
done_testing
