"""remains.py ALGO PROTECTED: stops each operation where it has called exit_group, and looks for everything secret in all that it
could write to. Only locked pages may hold any. Prints a line for each operation; those of what was found begin with WRONG."""

import os
import sys

import operations
import traced


def control(bench):
    """Of a program that cares for nothing, what it read is found."""
    process = traced.Process(["sort", "first"], out="out", err="err")
    process.run_to_exit()
    memory = list(process.memory())
    process.end()
    patterns = bench.secrets()
    if not any(True for *_, data in memory for _ in patterns.find(data)):
        print("WRONG: sort(1) has a passphrase, and it is not found")


def main():
    bench = operations.Bench(sys.argv[1], sys.argv[2] == "protected")
    os.environ["SM_STORE"] = "store"
    control(bench)
    for operation in operations.OPERATIONS:
        bench.begin(operation)
        process = traced.Process(operation.words(bench), given=operation.reads, out="out", err="err")
        process.run_to_exit()
        memory = list(process.memory())
        status = process.end()
        patterns = bench.secrets()
        if status != 0:
            print("WRONG: %s: status %d: %s" % (operation.name, status, open("err").read()))
        found, locked = {}, 0
        for address, where, is_locked, data in memory:
            for name, at in patterns.find(data):
                if is_locked:
                    locked += 1
                else:
                    found.setdefault((where, name), []).append(hex(address + at))
        for (where, name), places in sorted(found.items()):
            print("WRONG: %s: %s in %s: %d parts, at %s" % (operation.name, name, where, len(places), " ".join(places[:4])))
        size = sum(len(data) for *_, data in memory)
        print("# %s: %d KiB in %d runs of pages, %d patterns, %d in locked pages" % (
            operation.name, size // 1024, len(memory), len(patterns.named), locked))  # fmt: skip


main()
