#!/bin/sh
# What is refused before anything is asked, how hosts are written, and what a resolver is that does not answer. What is answered is in
# lab/lookup.sh.
. "${0%/*}/../../lib.sh"
cd "$SM_TMP" || exit 1

refused() {
  SM_NAME="refused: $*" expect_status 64 smdane lookup "$@" </dev/null
  empty "nothing on stdout" "$OUT"
  like "with a reason" "$ERR" '^smdane: error: '
}
for host in 192.0.2.25 192.0.2.25:25 2001:db8::25 ::1 '[2001:db8::25]:25' _25._tcp.mx.example.org mx.example.org:0 \
  mx.example.org:65536 mx.example.org:smtp mx.example.org: '' . :25 https://mx.example.org alice@example.org 'mx example.org' \
  mx..example.org "$(printf '%064d' 0).example"; do
  refused "$host"
done
refused
refused mx.example.org -
refused --jobs 0 mx.example.org
refused --jobs 10001 mx.example.org
refused --dnssec always mx.example.org
refused --resolver dns.example mx.example.org
for option in --cafile=x --proxy=env -4 -6 --allow-private; do refused "$option" mx.example.org; done
SM_NAME="the name of the records" expect_status 64 smdane lookup _465._TCP.mx.example.org
like "the hint is what was meant" "$ERR" '^smdane: hint: give mx\.example\.org:465$'
SM_NAME="a wrong argument among right ones: nothing is asked" expect_status 64 smdane lookup mx.example.org ::1 --resolver 127.0.0.1@1
empty "nor answered" "$OUT"

# A resolver that nobody is: port 1 of loopback.
nobody="--dnssec resolver --resolver 127.0.0.1@1"
# shellcheck disable=SC2086
lookup() { smdane lookup $nobody "$@"; }
SM_NAME="a resolver that is not there" expect_status 75 lookup MX.Example.ORG
is "a host as it was written, port 25" "$(cut -d' ' -f 1-4 "$OUT")" "MX.Example.ORG:25 indeterminate trusted-by-command unreachable:"
expect_status 75 lookup bücher.example:465 xn--bcher-kva.example. _submission.example
is "international names, a final dot, an underscore" "$(cut -d' ' -f 1 "$OUT" | sort | tr '\n' ' ')" \
  "_submission.example:25 xn--bcher-kva.example:25 xn--bcher-kva.example:465 "
SM_NAME="validated here, and nobody to ask" expect_status 75 smdane lookup --dnssec local --resolver 127.0.0.1@1 mx.example.org
is "which is known too" "$(cut -d' ' -f 1-3 "$OUT")" "mx.example.org:25 indeterminate validated-here"
SM_NAME="quiet says what is not 0" expect_status 75 lookup -q mx.example.org
check "in one line" test "$(wc -l <"$OUT")" = 1
printf '[smdane]\ndnssec = resolver\nresolver = 127.0.0.1@1\n' >conf
SM_NAME="both can stand in the configuration" expect_status 75 smdane lookup --config conf mx.example.org
like "and are heeded" "$OUT" ' trusted-by-command unreachable: 127\.0\.0\.1@1 '
echo 'dnssec = always' >conf
expect_status 78 smdane lookup --config conf mx.example.org

# stdin.
printf '# hosts\n\n  a.example \r\nb.example:25\n::1\nc.example' >hosts
SM_NAME="a list with a line that is none" expect_status 65 lookup --sort - <hosts
is "the others are answered, in order" "$(cut -d' ' -f 1 "$OUT" | tr '\n' ' ')" "a.example:25 b.example:25 c.example:25 "
is "the line is named" "$(cat "$ERR")" 'smdane: warning: line 5: "::1" is an address, and TLSA records belong to names'
expect_status 65 lookup --sort - <<X
$(printf '%05000d' 1)
d.example
X
is "a line that is too long is passed over" "$(cut -d' ' -f 1 "$OUT")" d.example:25
like "and named" "$ERR" 'line 1: longer than 4096'
SM_NAME="an empty list" expect_status 0 lookup - </dev/null
empty "answers nothing" "$OUT"
SM_NAME="a closed stdin" expect_status 75 lookup - <&-
seq 1 3000 | sed 's/$/.example/' >many
SM_NAME="3,000" expect_status 75 lookup --sort --jobs 7 - <many
is "in their order" "$(cut -d: -f 1 "$OUT" | cksum)" "$(cksum <many)"
SM_NAME="as JSON" expect_status 75 lookup --json - <many
is "a document a line" "$(jq -r '.schema + " " + .failure + " " + (.status | tostring)' "$OUT" | sort | uniq -c | tr -s ' ')" \
  " 3000 smdane.lookup/1 unreachable 75"

# A writer that waits for the answer before it goes on.
mkfifo in
(lookup - <in >answers) &
exec 4>in
echo first.example >&4
until grep -q first answers 2>/dev/null; do sleep 0.02; done
echo second.example >&4
until grep -q second answers; do sleep 0.02; done
exec 4>&-
wait
is "a line is answered before the next one comes" "$(wc -l <answers)" 2
done_testing
