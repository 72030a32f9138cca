#!/bin/sh
# label: lab
# timeout: 180
# smdane check of lists and of hosts: one session for each address, name and key whoever asks; order, earlier results, two nights, ports,
# monitoring. The verdict on each kind of domain is in check.sh.
. "${0%/*}/../lib.sh"
. "$SM_TESTS/lab/lib-lab.sh"
need_command jq
lab_enter dns smtp
cd "$SM_TMP" || exit 1
check_() { smdane check --dns-timeout 3 --connect-timeout 3 --step-timeout 3 "$@"; }
sessions() { grep -c "^mx.$1.secure.test.*connect$" "$LAB_RUN/smtp.log"; }

# One host, several domains and ports of names.
printf '%s\n' elsewhere.unsigned.test ee-spki.secure.test elsewhere.island.test x.w.wildcard.secure.test >shared
SM_NAME="four domains, one host" expect_status 2 check_ - <shared
is "each is answered" "$(sort "$OUT" | cut -d' ' -f 1,2 | tr '\n' ' ')" \
  "ee-spki.secure.test: protected elsewhere.island.test: opportunistic elsewhere.unsigned.test: opportunistic x.w.wildcard.secure.test: protected "
is "two addresses, two kinds of key" "$(sessions ee-spki)" 4
is "with a goodbye where there was TLS" "$(grep -c '^mx.ee-spki.secure.test.*QUIT$' "$LAB_RUN/smtp.log")" 2
is "and with the name of this host" "$(sed -n 's/^mx.ee-spki.secure.test.*EHLO //p' "$LAB_RUN/smtp.log" | sort -u)" client.secure.test
SM_NAME="one handshake" expect_status 0 check_ --quick --helo me.example ee-spki.secure.test
is "an address" "$(sessions ee-spki)" 6
like "under another name" "$LAB_RUN/smtp.log" 'EHLO me\.example$'
hostname client
SM_NAME="a host name without a domain" expect_status 0 check_ --quick ee-spki.secure.test
is "is completed from /etc/hosts" "$(grep -c '^mx.ee-spki.secure.test.*EHLO client.secure.test$' "$LAB_RUN/smtp.log")" 6
hostname client.secure.test
# The second kind of key may come before the server has noticed the end of the first.
SM_NAME="a server that takes one at a time" expect_status 0 check_ --quick one-connection.secure.test

# Order, and what is missing.
printf '%s\n' drip.secure.test ee-spki.secure.test no-route-4.secure.test mismatch.secure.test plain.secure.test >list
expect_status 1 check_ --sort --json - <list
is "in the order of the input" "$(jq -r .domain "$OUT")" "$(cat list)"
is "with the status of each" "$(jq -r .status "$OUT" | tr '\n' ' ')" "75 0 75 1 2 "
cp "$OUT" night1
check_ - <list >unsorted
is "the slow one comes last" "$(tail -n 1 unsorted | cut -d: -f 1)" drip.secure.test
check_ --sort --json - <list >night2
for night in 1 2; do jq -c 'del(.run)' <night$night >stable$night; done
same "two nights are the same" stable1 stable2
check "but for what is in run" test "$(jq -c .run night1)" != "$(jq -c .run night2)"
head -n 2 night1 >earlier
SM_NAME="the rest of a list" expect_status 1 check_ --skip earlier --sort - <list
is "is what was not there" "$(cut -d: -f 1 "$OUT" | tr '\n' ' ')" "no-route-4.secure.test mismatch.secure.test plain.secure.test "

# A writer that waits for its answer gets it.
mkfifo questions answers
smdane check - <questions >answers 2>/dev/null &
exec 4>questions 5<answers
for domain in ee-spki.secure.test null-mx.secure.test; do
  echo $domain >&4
  read -r answer <&5
  is "$domain is answered while the list is open" "${answer%%:*}" $domain
done
exec 4>&- 5<&-
wait

# Hosts and ports.
for port in 25 465 587 143 993 110; do
  SM_NAME="port $port" expect_status 0 check_ --host "mx.ports.secure.test:$port"
  SM_NAME="port $port, another key" expect_status 1 check_ --host "mx.ports-wrong.secure.test:$port"
done
for port in 25 587 143 110; do
  SM_NAME="port $port, no STARTTLS" expect_status 1 check_ --host "mx.ports-no-starttls.secure.test:$port"
  SM_NAME="port $port, plaintext injected" expect_status 1 check_ --host "mx.ports-inject.secure.test:$port"
  like "says so" "$OUT" 'RFC 3207 §6'
done
SM_NAME="TLS at once where STARTTLS is spoken" expect_status 75 check_ --host --starttls none mx.ports.secure.test:143
SM_NAME="IMAP said by hand" expect_status 0 check_ --host --starttls imap mx.ports.secure.test:143
SM_NAME="a host without DANE" expect_status 2 check_ --host mx.plain.secure.test

# Families.
SM_NAME="half has no route" expect_status 75 check_ half-no-route-6.secure.test
SM_NAME="the other half" expect_status 0 check_ -4 half-no-route-6.secure.test
SM_NAME="no address of the family asked for" expect_status 75 check_ -4 only-6.secure.test

# Monitoring.
nagios() { # nagios STATUS WORD SUBJECT…
  want=$1 word=$2
  shift 2
  SM_NAME="Nagios: $*" expect_status "$want" check_ --nagios "$@"
  like "says $word" "$OUT" "^SMDANE $word - "
}
nagios 0 OK ee-spki.secure.test
like "with the days left" "$OUT" "[|] 'signature_days'=[0-9]+;14:$"
nagios 1 WARNING ta-soon.secure.test
like "of the certificate too" "$OUT" "[|] 'certificate_days'=4;14: 'signature_days'="
nagios 0 OK ta-soon.secure.test --days 2
nagios 1 WARNING plain.secure.test
nagios 2 CRITICAL mismatch.secure.test ee-spki.secure.test closed.secure.test
nagios 3 UNKNOWN closed.secure.test plain.secure.test
nagios 3 UNKNOWN --timeout 1 dead.secure.test
is "in one line" "$(wc -l <"$OUT")" 1

# Silence, where all is well.
SM_NAME="quiet" expect_status 0 check_ -q ee-spki.secure.test
empty "nothing" "$OUT"

# The examples of the page.
sed -n 's/^\.Dl smdane check/smdane check/p' "$SM_ROOT/man/smdane.1" | grep -v domains >examples
check "there are examples" test "$(wc -l <examples)" = 3
while read -r example; do expect_status 0 sh -c "$example"; done <examples
done_testing
