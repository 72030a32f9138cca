"""memory.py FILE CMD ARG…: the command on FILE with more and more address space. Prints a line for whatever is neither all of
the output with 0, nor nothing with 75, once there is enough to reach main; then how often each status came."""

import collections
import os
import resource
import signal
import subprocess
import sys

KIB = 1024


def attempt(words, given, size):
    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    with open(given, "rb") as file:
        result = subprocess.run(words, stdin=file, capture_output=True, preexec_fn=limit, timeout=60, check=False)
    return result.returncode, result.stdout, result.stderr


def main():
    given, words = sys.argv[1], sys.argv[2:]
    enough = 512 * KIB * KIB
    status, out, _ = attempt(words, given, enough)
    assert status == 0 and out
    whole = len(out)
    too_little = 0
    while enough - too_little > 64 * KIB:
        middle = (enough + too_little) // 2 // KIB * KIB
        if attempt(words, given, middle)[0] == 0:
            enough = middle
        else:
            too_little = middle
    outcomes = collections.Counter()
    reached_main = False
    for step in range(-int(os.environ["STEPS"]), 12):
        size = enough + step * 96 * KIB
        if size <= 0:
            continue
        status, out, err = attempt(words, given, size)
        outcomes[status] += 1
        reached_main = reached_main or status in (0, 75)
        good = abs(len(out) - whole) < 64 if status == 0 else not out and status == 75
        # Short of what it takes to begin, whoever notices first ends it: the kernel or the loader, or the C++ run time
        # while the libraries initialise.
        if not reached_main:
            good = not out and status in (127, -signal.SIGSEGV, -signal.SIGABRT)
        if not good:
            print("WRONG: %d KiB: status %d, %d bytes, %r" % (size // KIB, status, len(out), err[:300]))
        if status == 75 and b"emory" not in err:
            print("WRONG: %d KiB: it does not say why: %r" % (size // KIB, err[:300]))
    print("# enough: %d KiB; %s" % (enough // KIB, dict(outcomes)))


main()
