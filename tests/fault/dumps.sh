#!/bin/sh
# No core dump of any program, whatever killed it, and no look into its memory for another process of the same user.
. "${0%/*}/../lib.sh"
if [ "${SM_SANITIZED:-OFF}" = ON ]; then skip_all "sanitizers have a heap and a start of their own"; fi
need_command python3
need_root
cd "$SM_TMP" || exit 1
chmod 711 "$SM_TMP"
cp "$SM_BIN"/sm* .
mkdir -m 777 cores
cat >dump.py <<'END'
"""dump.py WORDS: starts the command as an ordinary user with an empty pipe for its stdin; when it waits for that, says whether the user
may read its memory, and whether SIGSEGV made it dump core."""

import os
import re
import resource
import signal
import subprocess
import sys
import time


def become():
    resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    os.setgroups([])
    os.setresgid(54321, 54321, 54321)
    os.setresuid(54321, 54321, 54321)
    os.chdir("cores")


def waits(pid):
    with open("/proc/%d/syscall" % pid, encoding="ascii") as file:
        return re.match("(0|63) 0x0 ", file.read())  # read(2), by its number here, of descriptor 0


process = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=become)
for _ in range(3000):
    if waits(process.pid):
        break
    time.sleep(0.01)
else:
    sys.exit("it does not read")
owner = os.stat("/proc/%d/mem" % process.pid).st_uid
os.kill(process.pid, signal.SIGSEGV)
status = os.waitpid(process.pid, 0)[1]
print("owner %d, signal %d, %s" % (owner, os.WTERMSIG(status), "core dumped" if os.WCOREDUMP(status) else "no core"))
END
dump() { python3 -B dump.py env SM_STORE="$SM_TMP/cores/store" HOME="$SM_TMP/cores" "$@" 2>&1; }
control=$(dump cat)
is "another program's memory is its user's" "${control%%,*}" "owner 54321"
if [ "${control##*, }" != 'core dumped' ]; then skip_all "no core dumps here at all"; fi
for words in 'smkey import' 'smsign verify' 'smcrypt decrypt'; do
  # shellcheck disable=SC2086 # words
  is "$words: nobody's but root's, and no core" "$(dump "$SM_TMP"/$words)" "owner 0, signal 11, no core"
done
done_testing
