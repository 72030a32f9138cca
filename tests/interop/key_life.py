"""The life of a key, and who agrees about it: key_life.py SCRATCH. TAP on stdout, one result per kind of key and operation.

Each operation of smkey is done to a key of each kind, in a store of its own. Then its certificate and its secret key go to gpg and
sq, each with nothing else at hand. Ours, gpg and sq must each say the same of it, and say what the operation promised: state, expiry,
uses and reason of the primary key and of each subkey, user IDs and which one is primary. What gpg's self-signatures said beside
that must still stand in ours. Then the key is used: all three sign and encrypt with what the others wrote, or all three refuse.

SM_FULL=1 does each variant of an operation to each kind, with and without a passphrase; otherwise these take turns.
"""

import concurrent.futures
import multiprocessing
import os
import shutil
import subprocess
import sys

from key_case import MAKERS, Case, Wrong, make_base, make_expired
from key_operations import EXPIRED, OPERATIONS, expire_signing_subkey
from mime_harness import Malformed
from peers import Failed

KINDS = ("ed25519", "rsa4096", "nistp256", "gpg", "sq", "gpg-more")
# Of the last kind only what could trip over what it has more.
FOR_MORE = ("as it came", "expire, longer", "expire, never", "revoke", "uid primary", "uid revoke, the primary one", "chain: it grows")
ERRORS = (Failed, Malformed, subprocess.TimeoutExpired, ValueError, KeyError, IndexError, TypeError, AttributeError)


def plan(bases, expired):
    """Name, operation, key it is done to."""
    full = os.environ.get("SM_FULL") == "1"
    cases = []
    for row, (group, variants) in enumerate(OPERATIONS.items()):
        for column, kind in enumerate(KINDS):
            of_kind = [one for one in variants.items() if one[1] is not expire_signing_subkey or kind in MAKERS]
            for number, (variant, operation) in enumerate(of_kind):
                if kind == "gpg-more" and group not in FOR_MORE:
                    continue
                if not full and number != column % len(of_kind):
                    continue
                if operation in EXPIRED:
                    cases.append((f"{group}{variant}, {kind}", operation, expired[kind]))
                    continue
                for protected in (False, True):
                    if full or protected == bool((row + column) % 2):
                        words = "with a passphrase" if protected else "without a passphrase"
                        cases.append((f"{group}{variant}, {kind}, {words}", operation, bases[kind, protected]))
    return cases


PLAN = []  # of the parent; the workers inherit it
FOLDER = ""


def perform(number):
    """What went wrong, a line each."""
    _, operation, base = PLAN[number]
    case = Case(base, os.path.join(FOLDER, f"case-{number}"))
    try:
        operation(case)
        case.judge()
    except ERRORS as error:
        return str(error).splitlines() if isinstance(error, Wrong) else [f"{type(error).__name__}: {error}"]
    finally:
        case.close()
        if not os.environ.get("SM_KEEP"):
            shutil.rmtree(case.folder, ignore_errors=True)
    return []


def main():
    global FOLDER
    FOLDER, wanted = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
    os.makedirs(FOLDER)
    fork = multiprocessing.get_context("fork")

    def pool():
        # One more than there are processors: operations within a second of the last wait for the next.
        return concurrent.futures.ProcessPoolExecutor(max_workers=min(4, (os.cpu_count() or 1) + 1), mp_context=fork)

    with pool() as makers:
        bases = {(kind, protected): makers.submit(make_base, kind, protected, FOLDER) for kind in KINDS for protected in (False, True)}
        expired = {kind: makers.submit(make_expired, kind, FOLDER) for kind in KINDS if kind != "gpg-more"}
    bases = {which: base.result() for which, base in bases.items()}
    PLAN.extend(case for case in plan(bases, {kind: base.result() for kind, base in expired.items()}) if wanted in case[0])
    bad = 0
    with pool() as workers:
        for number, (case, lines) in enumerate(zip(PLAN, workers.map(perform, range(len(PLAN)))), 1):
            bad += bool(lines)
            print(f"{'not ok' if lines else 'ok'} {number} - {case[0]}")
            for line in lines:
                print("#   " + line)
            sys.stdout.flush()
    print(f"1..{len(PLAN)}")
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
