#!/bin/sh
# tests/bench/mtasts.sh BUILD: `smmtasts serve` beside Debian's postfix-mta-sts-resolver (apt-get install --no-install-recommends
# postfix-mta-sts-resolver), in the laboratory, by the same load generator: 32 connections to a unix socket, each with one request at
# a time, as Postfix does. Both have the same 100,000 policies in their caches. Prints
# - from start to the first answer (wanted: under 50 ms), and the memory with 100,000 answers ready (128 MiB);
# - answers a second and the 99th percentile for each round, one beside the other, and their ratios (wanted: at least 5, and below 1).
set -eu
build=$(cd "${1:?tests/bench/mtasts.sh BUILD}" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
if [ -z "${SM_BENCH_INSIDE:-}" ]; then
  SM_BUILD=$build SM_BIN=$build/bin SM_BENCH_INSIDE=1
  export SM_BUILD SM_BIN SM_BENCH_INSIDE
  exec "$here/../lab/run" -p "dns https" sh "$0" "$build"
fi
PATH=$build/bin:$build/bench:$PATH
rounds=${SM_BENCH_ROUNDS:-5}
seconds=${SM_BENCH_SECONDS:-5}
count=${SM_BENCH_DOMAINS:-100000}
cd "$(mktemp -d)"
mkdir -m 700 ours theirs
name=d%.bulk.unsigned.test
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }

smmtasts serve --cache ours/mtasts.sqlite --socket unix:first 2>/dev/null &
server=$!
until [ -S first ]; do sleep 0.05; done
kill $server
wait $server
python3 - "$count" <<'PY'
import hashlib, json, sqlite3, sys, time

count, now = int(sys.argv[1]), int(time.time())
body = b"version: STSv1\r\nmode: enforce\r\nmx: mx.bulk.unsigned.test\r\nmx: *.bulk.unsigned.test\r\nmax_age: 604800\r\n"
ours = sqlite3.connect("ours/mtasts.sqlite")
ours.executemany(
    "INSERT INTO policy (domain, id, body, body_hash, fetched, expires) VALUES (?, 'bulk', ?, ?, ?, ?)",
    ((f"d{n}.bulk.unsigned.test", body, hashlib.sha256(body).hexdigest(), now, now + 604800) for n in range(1, count + 1)),
)
ours.commit()
theirs = sqlite3.connect("theirs/cache.db")
theirs.execute("create table sts_policy_cache (domain text, ts integer, pol_id text, pol_body text)")
theirs.execute("create unique index sts_policy_domain on sts_policy_cache (domain)")
policy = json.dumps({"version": "STSv1", "mode": "enforce", "mx": ["mx.bulk.unsigned.test", "*.bulk.unsigned.test"], "max_age": 604800})
theirs.executemany("insert into sts_policy_cache values (?, ?, 'bulk', ?)", ((f"d{n}.bulk.unsigned.test", now, policy) for n in range(1, count + 1)))
theirs.commit()
PY
for kind in sqlite internal; do
  options='filename: theirs/cache.db'
  if [ $kind = internal ]; then options='cache_size: 10000'; fi
  cat >$kind.yml <<YML
path: theirs-$kind
cache_grace: 86400
cache:
  type: $kind
  options:
    $options
YML
done

echo "== from start to the first answer, $count domains in the cache"
for round in $(seq "$rounds"); do
  python3 - "$round" <<'PY'
import os, socket, subprocess, sys, time

request = b"postfix d%s.bulk.unsigned.test" % sys.argv[1].encode()
begin = time.monotonic()
server = subprocess.Popen(["smmtasts", "serve", "--cache", "ours/mtasts.sqlite", "--socket", "unix:start"])
while True:
    s = socket.socket(socket.AF_UNIX)
    try:
        s.connect("start")
        break
    except OSError:
        time.sleep(0.0005)
s.sendall(b"%d:%s," % (len(request), request))
answer = s.recv(1000)
print(f"round {sys.argv[1]}: {(time.monotonic() - begin) * 1000:.1f} ms", answer.decode())
server.terminate()
server.wait()
PY
done

smmtasts serve --cache ours/mtasts.sqlite --socket unix:ours.socket --allow-private 2>ours.out &
ours=$!
mta-sts-daemon -c sqlite.yml 2>theirs.out &
sqlite=$!
mta-sts-daemon -c internal.yml 2>>theirs.out &
internal=$!
trap 'kill $ours $sqlite $internal 2>/dev/null' EXIT
for socket in ours.socket theirs-sqlite theirs-internal; do until [ -S $socket ]; do sleep 0.05; done; done
echo "== $count domains once: looked up"
bench-socketmap-load unix:ours.socket 32 0 "$count" $name
awk '/VmRSS/ { printf "memory: %.1f MiB\n", $2 / 1024 }' /proc/$ours/status

compare() { # compare DOMAINS NAME THEIR-SOCKET
  for round in $(seq "$rounds"); do
    mine=$(bench-socketmap-load unix:ours.socket 32 "$seconds" "$1" "$2")
    other=$(bench-socketmap-load "unix:$3" 32 "$seconds" "$1" "$2")
    # shellcheck disable=SC2086
    set -- "$1" "$2" "$3" $mine $other
    echo "round $round: ours $mine; theirs $other; ratio of rates $(ratio "$4" "$8"), of the 99th percentile $(ratio "$6" "${10}")"
    set -- "$1" "$2" "$3"
  done
}
echo "== $count cached domains; theirs has them in SQLite, Debian's default"
compare "$count" $name theirs-sqlite
echo "== one domain; theirs has it in memory"
compare 1 sts-enforce.secure.test theirs-internal
awk '/VmRSS/ { printf "memory: %.1f MiB\n", $2 / 1024 }' /proc/$ours/status
