#!/bin/sh
# tests/bench/dane.sh BUILD: smdane in the laboratory beside posttls-finger and a bare loop on c-ares. Prints for each round
# - one host, `check --quick`, to posttls-finger: AD trusted (wanted: at most 1.0), validated here (1.7);
# - 300 hosts, `check - --quick` (0.35) and the full check (0.7), to posttls-finger one after the other;
# - 10,000 look-ups of records that the resolver has, AD trusted, to the bare loop with 100 in flight (wanted: 0.6 of its rate);
# - 2,000 domains on 2,000 addresses of which 5 % are dead, 50 ms before each answer of the DNS and each reply: seconds, memory, and the
#   ratio to a bound (1.5). Needs posttls-finger.
set -eu
build=$(cd "${1:?tests/bench/dane.sh BUILD}" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
if [ -z "${SM_BENCH_INSIDE:-}" ]; then
  SM_BUILD=$build SM_BIN=$build/bin SM_BENCH_INSIDE=1
  export SM_BUILD SM_BIN SM_BENCH_INSIDE
  exec "$here/../lab/run" -p "dns smtp" sh "$0" "$build"
fi
. "$here/../lab/lib-lab.sh"
PATH=$build/bin:$build/bench:$PATH:/usr/sbin:/sbin
rounds=${SM_BENCH_ROUNDS:-5}
cd "$(mktemp -d)"
mkdir postfix
echo "compatibility_level = 3.6" >postfix/main.cf
MAIL_CONFIG=$PWD/postfix
export MAIL_CONFIG

# seconds REPEAT CMD…: of one run, its answer dropped; a status of its own is no failure.
seconds() { python3 -c '
import subprocess, sys, time
repeat = int(sys.argv[1])
begin = time.monotonic()
for _ in range(repeat):
    subprocess.run(sys.argv[2:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=open("input"))
print("%.4f" % ((time.monotonic() - begin) / repeat))' "$@"; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }
: >input

echo "== one host: smdane check --quick; posttls-finger"
host=only-4.secure.test
for round in $(seq "$rounds"); do
  theirs=$(seconds 20 posttls-finger -t 5 -l dane -c $host)
  trusted=$(seconds 20 smdane check --quick $host)
  local=$(seconds 20 smdane check --quick --dnssec local $host)
  echo "round $round: posttls-finger $theirs s; AD trusted $trusted s, ratio $(ratio "$trusted" "$theirs"); validated here $local s, ratio $(ratio "$local" "$theirs")"
done

lab_delay 0
cut -d' ' -f 1 "$LAB_RUN/domains" >domains
echo "== $(wc -l <domains) hosts: smdane check -; posttls-finger one after the other"
cat >each <<'X'
while read -r domain; do posttls-finger -t 5 -l dane -c "$domain"; done
X
for round in $(seq "$rounds"); do
  cp domains input
  theirs=$(seconds 1 sh each)
  quick=$(seconds 1 smdane check --quick -)
  full=$(seconds 1 smdane check -)
  echo "round $round: posttls-finger $theirs s; quick $quick s, ratio $(ratio "$quick" "$theirs"); full $full s, ratio $(ratio "$full" "$theirs")"
done
smdane check --quick - <domains | awk -F'[:, ]+' '{ count[$2]++ } END { for (word in count) print "   " count[word], word }'

echo "== 10,000 look-ups: smdane lookup -; bench-dns-floor"
awk 'BEGIN { for (n = 0; n < 10000; n++) printf "mx.d%03d.many.test\n", n % 300 }' >hosts
sed 's/^/_25._tcp./' hosts >names
for round in $(seq "$rounds"); do
  cp names input
  floor=$(seconds 1 bench-dns-floor 127.0.0.53)
  cp hosts input
  ours=$(seconds 1 smdane lookup -)
  echo "round $round: loop $floor s; smdane $ours s, rate $(ratio "$floor" "$ours") of the loop's"
done
echo "   $(bench-dns-floor 127.0.0.53 <names) of the loop's are secure, $(smdane lookup - <hosts | grep -c ' secure ') of smdane's"

# Of one live domain: MX, addresses, TLSA; greeting, EHLO, STARTTLS, QUIT; and without --quick the first three again for the kind of key that
# the server has not. Of a dead one: the three of the DNS, and the time-out.
count=2000 dead=5 jobs=100 delay=0.05 wait=10
lab_delay 50 $count $dead
cut -d' ' -f 1 "$LAB_RUN/domains" >input
for way in --quick ""; do
  steps=$(if [ -n "$way" ]; then echo 7; else echo 10; fi)
  bound=$(awk -v n=$count -v dead=$dead -v jobs=$jobs -v d=$delay -v w=$wait -v steps="$steps" 'BEGIN {
    live = steps * d; lost = 3 * d + w; gone = n * dead / 100
    sum = ((n - gone) * live + gone * lost) / jobs
    printf "%.2f", (sum > live ? sum : live) }')
  echo "== $count domains, $dead % dead, $jobs jobs: smdane check - $way; bound = max($steps * $delay, ($((count * (100 - dead) / 100)) * $steps * $delay + $((count * dead / 100)) * (3 * $delay + $wait)) / $jobs) = $bound s"
  for round in 1 2; do
    # shellcheck disable=SC2086
    python3 -c '
import resource, subprocess, sys, time
begin = time.monotonic()
out = subprocess.run(sys.argv[2:], stdin=open("input"), stdout=subprocess.PIPE, text=True).stdout
took = time.monotonic() - begin
words = [line.split(": ")[1].split(",")[0].split(" ")[0] for line in out.splitlines()]
memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
print("%.2f s, ratio %.2f, %d MiB; %s" % (took, took / float(sys.argv[1]), memory, ", ".join("%d %s" % (words.count(w), w) for w in sorted(set(words)))))' \
      "$bound" smdane check --jobs $jobs --connect-timeout $wait $way - | sed "s/^/round $round: /"
  done
done
