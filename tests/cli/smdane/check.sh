#!/bin/sh
# What is refused before anything is asked, earlier results, and what a resolver that does not answer comes to. Verdicts are in lab/.
. "${0%/*}/../../lib.sh"
cd "$SM_TMP" || exit 1

refused() {
  SM_NAME="refused: $*" expect_status 64 smdane check "$@" </dev/null
  empty "nothing on stdout" "$OUT"
  like "with a reason" "$ERR" '^smdane: error: '
}
for domain in alice@example.org example.org:25 https://example.org 'a b.example' '' . a..example; do refused "$domain"; done
refused
refused example.org -
refused --jobs 0 example.org
refused --days x example.org
refused --days 4000 example.org
refused -4 -6 example.org
refused --starttls imap example.org
refused --host --starttls ftp mx.example.org
refused --host 192.0.2.25
refused --host mx.example.org:0
refused --helo 'a b' example.org
refused --helo '' example.org
refused --connect-timeout 0 example.org
for option in --cafile=x --proxy=env; do refused "$option" example.org; done
SM_NAME="an address of mail" expect_status 64 smdane check alice@example.org
like "the hint says what was meant" "$ERR" '^smdane: hint: give the part of an address behind the @'
SM_NAME="earlier results that are not there" expect_status 66 smdane check --skip nothing example.org

# A resolver that nobody is: port 1 of loopback. Nothing is known, so nothing is well and nothing is absent.
nobody="--dnssec resolver --resolver 127.0.0.1@1"
# shellcheck disable=SC2086
check_() { smdane check $nobody "$@"; }
SM_NAME="a resolver that is not there" expect_status 75 check_ example.org
like "not tested" "$OUT" '^example\.org: not-tested, MX: no answer \(unreachable\)'
SM_NAME="quiet says what is not 0" expect_status 75 check_ -q example.org
like "the same" "$OUT" '^example\.org: not-tested'
SM_NAME="a host" expect_status 75 check_ --host mx.example.org:465
like "by its name and port" "$OUT" '^mx\.example\.org:465: not-tested'
SM_NAME="validated here" expect_status 75 smdane check --dnssec local --dns-timeout 1 --resolver 127.0.0.1@1 example.org
SM_NAME="JSON" expect_status 75 check_ --json bücher.example
is "its members" "$(jq -c '[.schema, .domain, .verdict, .status, .source, .dnssec, .hosts]' "$OUT")" \
  '["smdane.check/1","xn--bcher-kva.example","not-tested",75,"none","trusted-by-command",[]]'
is "a finding has a clause" "$(jq -r '.findings[0] | .code, .clause' "$OUT" | tr '\n' ' ')" "dane.mx-failed RFC 7672 §2.1.2 "
SM_NAME="Nagios: unknown" expect_status 3 check_ --nagios example.org
like "in one line" "$OUT" '^SMDANE UNKNOWN - example\.org: not-tested'
check "only" test "$(wc -l <"$OUT")" = 1
SM_NAME="Nagios, several" expect_status 3 check_ --nagios a.example b.example
like "the worst of them" "$OUT" 'the worst of 2'
unknown() { # unknown WORD…: whatever keeps the answer from being found out is one line, and 3
  SM_NAME="Nagios: unknown for $*" expect_status 3 check_ --nagios "$@"
  like "and said" "$OUT" '^SMDANE UNKNOWN - '
  is "in one line" "$(wc -l <"$OUT")" 1
}
unknown --skip nothing example.org
unknown --json example.org
unknown a..example
unknown --jobs 0 example.org
unknown --nosuch example.org
unknown
unknown --config nothing example.org
unknown --tempfail a..example
printf 'nosuch = 1\n' >wrong.conf
unknown --config wrong.conf example.org
SM_NAME="one that has no such option does not know it" expect_status 64 smkey list --nagios

# Lists.
printf '# domains\n\na.example \r\nx@y\nb.example\nc.example' >domains
SM_NAME="a list with a line that is none" expect_status 65 check_ --sort - <domains
is "the others are answered, one line each" "$(cut -d: -f 1 "$OUT" | tr '\n' ' ')" "a.example b.example c.example "
like "the line is named" "$ERR" 'line 4: "x@y" is no domain'
SM_NAME="for Nagios it is unknown" expect_status 3 check_ --nagios - <<X
x@y
X
like "and named" "$OUT" '^SMDANE UNKNOWN - line 1: "x@y" is no domain'
empty "once" "$ERR"
SM_NAME="an empty list" expect_status 0 check_ - </dev/null
empty "answers nothing" "$OUT"
SM_NAME="hosts" expect_status 75 check_ --host --sort --jobs 1 - <<X
mx.a.example
mx.b.example:465
X
is "in order" "$(cut -d: -f 1,2 "$OUT" | tr '\n' ' ')" "mx.a.example:25 mx.b.example:465 "

# Earlier results: a torn line is asked again, wherever it stands.
printf 'A.example\nb.example\nc.example\n' >domains
check_ --json --sort - <domains >all
{
  head -n 1 all
  sed -n 2p all | cut -c 1-40 | tr -d '\n'
} >torn
SM_NAME="the rest" expect_status 75 check_ --json --sort --skip torn - <domains
is "what is whole is passed over" "$(jq -r .domain "$OUT" | tr '\n' ' ')" "b.example c.example "
cat "$OUT" >>torn
SM_NAME="appended" expect_status 75 check_ --json --skip torn - <domains
is "the line that was torn is asked again" "$(jq -r .domain "$OUT" | tr '\n' ' ')" "b.example "
SM_NAME="all are there" expect_status 0 check_ --skip all - <domains
empty "nothing is left" "$OUT"
cp domains other
SM_NAME="no results at all" expect_status 65 check_ --skip other - <domains
: >none
SM_NAME="an empty file" expect_status 75 check_ --skip none a.example
SM_NAME="nothing left for Nagios" expect_status 0 check_ --nagios --skip all - <domains
is "says so" "$(cat "$OUT")" "SMDANE OK - nothing to check"
done_testing
