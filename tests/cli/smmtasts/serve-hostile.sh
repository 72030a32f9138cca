#!/bin/sh
# timeout: 120
# smmtasts serve, and clients that mean it no good: others are answered meanwhile, and its memory stays small.
. "${0%/*}/../../lib.sh"
need_command python3
cd "$SM_TMP" || exit 1
# shellcheck disable=SC3045 # dash has it
ulimit -n 4096 2>/dev/null || ulimit -n "$(ulimit -H -n)"
smmtasts serve --resolver 127.0.0.1@1 --dnssec resolver --cache "$SM_TMP/cache/mtasts.sqlite" --socket unix:socket --metrics metrics >serve.out 2>&1 &
server=$!
at_exit "kill -KILL $server 2>/dev/null"
cat >hostile.py <<'PY'
import os, socket, sys, threading, time

server = int(sys.argv[1])
ASK, ANSWER = b"14:x .example.org,", b"9:NOTFOUND ,"


def connected():
    s = socket.socket(socket.AF_UNIX)
    # Blocking: one with a time-out would not wait for room in the queue of a server that is slow to accept.
    s.connect("socket")
    s.settimeout(20)
    return s


def exchange(s):
    s.sendall(ASK)
    got = b""
    while len(got) < len(ANSWER):
        piece = s.recv(100)
        if not piece:
            raise EOFError(got)
        got += piece
    assert got == ANSWER, got


def slowest(turns=50):
    """Seconds that an honest client, new each time, waits at most."""
    worst = 0
    for _ in range(turns):
        begin = time.monotonic()
        with connected() as s:
            exchange(s)
        worst = max(worst, time.monotonic() - begin)
    return worst


def memory():
    return next(int(line.split()[1]) for line in open(f"/proc/{server}/status") if line.startswith("VmRSS"))


def report(name, good, detail):
    print("ok" if good else "not ok", name, detail, flush=True)


for _ in range(200):
    try:
        connected().close()
        break
    except OSError:
        time.sleep(0.05)
before = memory()

idle = [connected() for _ in range(1000)]
worst = slowest()
report("1,000 idle clients", worst < 2, f"{worst * 1000:.1f} ms")

half = [connected() for _ in range(500)]
for s in half:
    s.sendall(b"14:x .exam")
worst = slowest()
report("half requests", worst < 2, f"{worst * 1000:.1f} ms")

more = []
for _ in range(2000):
    more.append(connected())
worst = slowest()
report("3,500 connections", worst < 2, f"{worst * 1000:.1f} ms")
for s in idle + half + more:
    s.close()

# They ask and never read.
deaf = [connected() for _ in range(50)]
for s in deaf:
    s.setblocking(False)
    try:
        while True:
            s.send(ASK * 500)
    except BlockingIOError:
        pass
worst = slowest()
report("50 that ask and never read", worst < 2, f"{worst * 1000:.1f} ms")

# A flood of requests, from several at a time, that are read.
stop = False
answered = 0


def flood():
    global answered
    with connected() as s:
        while not stop:
            s.sendall(ASK * 200)
            wanted = len(ANSWER) * 200
            while wanted:
                wanted -= len(s.recv(min(wanted, 65536)))
            answered += 200


floods = [threading.Thread(target=flood) for _ in range(4)]
for thread in floods:
    thread.start()
worst = slowest()
# Names that nobody has ready, each of which has to be looked up.
noisy = [connected() for _ in range(20)]
for n, s in enumerate(noisy):
    s.setblocking(False)
    request = "".join(f"{len(q)}:{q}," for q in (f"x d{n}-{i}.example" for i in range(5000))).encode()
    try:
        s.send(request)
    except BlockingIOError:
        pass
worst = max(worst, slowest())
stop = True
for thread in floods:
    thread.join()
report("a flood", worst < 2 and answered > 1000, f"{worst * 1000:.1f} ms, {answered} answers beside")

for name, bytes_ in (("oversized", b"10001:" + b"x" * 20000), ("a length without end", b"9" * 20000), ("garbage", os.urandom(20000).replace(b":", b";") + b"x")):
    with connected() as s:
        try:
            s.sendall(bytes_)
            rest = s.recv(1000)
        except (ConnectionResetError, BrokenPipeError):
            rest = b""
        report(name + " is closed", rest == b"", rest[:20])
worst = slowest()
report("after all of it", worst < 2, f"{worst * 1000:.1f} ms")
grown = memory() - before
report("its memory", grown < 48 * 1024 or len(sys.argv) > 2, f"grew by {grown} KiB")
PY
# shellcheck disable=SC2046
python3 hostile.py $server $([ "$SM_SANITIZED" != ON ] || echo sanitized) >report 2>&1
is "all of it went through" $? 0
while read -r word rest; do
  case $word in
  ok) ok "$rest" ;;
  *) not_ok "$word $rest" ;;
  esac
done <report
kill -TERM $server
wait $server
is "it ends well" $? 0
check "its log is no flood" test "$(wc -l <serve.out)" -lt 250
done_testing
