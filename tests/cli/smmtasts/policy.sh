#!/bin/sh
# lint, match and generate: statuses, text and JSON. Each rule has its case in unit-mtasts.
. "${0%/*}/../../lib.sh"
cd "$SM_TMP" || exit 1
printf 'version: STSv1\r\nmode: enforce\r\nmx: mail.example.org\r\nmx: *.example.net\r\nmax_age: 1209600\r\n' >good
sed 's/enforce/none/' good >none
sed 's/^mx: mail.*/mx: m\xC3\xA4il\x1b[31m.example.org\r/; s/STSv1/STSv2/' good >bad

SM_NAME="a good policy" expect_status 0 smmtasts lint good
is "it says what it says" "$(cat "$OUT")" "valid: enforce for 1209600 s mail.example.org *.example.net"
SM_NAME="from stdin" expect_status 0 smmtasts lint <good
SM_NAME="quiet" expect_status 0 smmtasts lint -q good
empty "says nothing" "$OUT"
SM_NAME="a bad one" expect_status 1 smmtasts lint bad
is "the first line says so" "$(head -n 1 "$OUT")" "not valid"
like "a finding has line and clause" "$OUT" '^error +line 1: the version is "STSv2", not "STSv1" \[RFC 8461 §3\.2\]$'
like "with advice" "$OUT" '^ +write international names in A-labels'
check "nothing of it reaches the terminal as it is" test "$(tr -dc '\033' <"$OUT" | wc -c)" = 0
SM_NAME="quiet" expect_status 1 smmtasts lint -q bad
check "says it all the same" test -s "$OUT"
SM_NAME="an empty one" expect_status 1 smmtasts lint /dev/null
is "lacks everything" "$(grep -c '^error ' "$OUT")" 3
SM_NAME="one that is too long" expect_status 1 sh -c 'yes "a: b" | head -c 70000 | smmtasts lint'
like "is not read to its end" "$OUT" 'more than 64 KiB'
SM_NAME="one that is not there" expect_status 66 smmtasts lint nothing
SM_NAME="two" expect_status 64 smmtasts lint good bad
SM_NAME="JSON" expect_status 0 smmtasts lint --json good
is "of a good one" "$(cat "$OUT")" \
  '{"schema":"smmtasts.lint/1","valid":true,"policy":{"mode":"enforce","mx":["mail.example.org","*.example.net"],"max-age":1209600},"findings":[]}'
SM_NAME="JSON" expect_status 1 smmtasts lint --json bad
is "of a bad one" "$(jq -c '[.valid, .policy, (.findings | map(.code))]' "$OUT")" '[false,null,["mtasts.policy-version","mtasts.policy-mx"]]'

matches() { SM_NAME="$2 $3: $1" expect_status "$1" smmtasts match "$2" "$3" <good; }
matches 0 good mail.example.org
is "in a word" "$(cat "$OUT")" "match mail.example.org"
matches 0 good MX1.EXAMPLE.NET.
matches 0 - mail.example.org
matches 1 good mx1.eu.example.net
is "in another word" "$(cat "$OUT")" "no-match mx1.eu.example.net"
matches 1 good example.net
matches 1 good bücher.example
like "in A-labels" "$OUT" '^no-match xn--bcher-kva\.example$'
matches 2 none mail.example.org
matches 65 bad mail.example.org
like "with the reason" "$ERR" 'bad has no valid policy: the version is'
matches 66 nothing mail.example.org
matches 64 good '*.example.net'
matches 64 good 'a b'
matches 64 good ''
SM_NAME="JSON of a match" expect_status 1 smmtasts match --json good other.example
is "its members" "$(cat "$OUT")" '{"schema":"smmtasts.match/1","host":"other.example","mode":"enforce","result":"no-match"}'

SM_NAME="a policy is made" expect_status 0 smmtasts generate --mode enforce --mx mail.example.org --mx '*.Example.NET' --max-age 14d
same "as it is published" "$OUT" good
empty "in silence" "$ERR"
SM_NAME="one that takes it back" expect_status 0 smmtasts generate --mode none --max-age 86400
is "names nobody" "$(tr -d '\r' <"$OUT" | tr '\n' ' ')" "version: STSv1 mode: none max_age: 86400 "
SM_NAME="more than a year" expect_status 0 smmtasts generate --mode none --max-age 400d
like "is a year" "$OUT" '^max_age: 31557600.$'
SM_NAME="international" expect_status 0 smmtasts generate --mode testing --mx '*.bücher.example' --max-age 14d
like "becomes A-labels" "$OUT" '^mx: \*\.xn--bcher-kva\.example.$'
SM_NAME="unwise" expect_status 0 smmtasts generate --mode enforce --mx mail.example.org --max-age 60
like "is said" "$ERR" '^smmtasts: warning: max_age is less than a day'
refused() {
  SM_NAME="refused: $*" expect_status 64 smmtasts generate "$@"
  empty "nothing on stdout" "$OUT"
}
refused
refused --mode enforce --max-age 14d
refused --mode enforce --mx mail.example.org
refused --mx mail.example.org --max-age 14d
refused --mode Enforce --mx mail.example.org --max-age 14d
refused --mode enforce --mx 'a.*.example.org' --max-age 14d
refused --mode enforce --mx '' --max-age 14d
refused --mode enforce --mx mail.example.org --max-age 0
refused --mode enforce --mx mail.example.org --max-age 14d file
done_testing
