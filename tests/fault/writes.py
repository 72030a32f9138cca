"""writes.py ALGO PROTECTED: runs each operation under strace, and looks for everything secret in what it gave to the kernel: no
number of a secret key, no passphrase and nothing made of one goes to a file outside private/ of the store, to another
descriptor, to an argument or to an environment; but for `export --secret` to its output, and that only as it is stored. Then in
every file that is left behind. Prints a line for each operation; those of what was found begin with WRONG."""

import os
import re
import subprocess
import sys

import operations

# What gives bytes away, and what would do it unseen.
GIVES = "write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg,sendmmsg,execve,execveat,symlink,symlinkat,setxattr,fsetxattr,add_key,keyctl"
UNSEEN = "splice,vmsplice,tee,sendfile,copy_file_range,process_vm_writev,io_uring_setup,io_submit,memfd_create"
CALL = re.compile(rb"^(?:\d+ +)?([a-z0-9_]+)\((.*)$")
TEXT = re.compile(rb'"((?:\\x[0-9a-f]{2})*)"')
DESCRIPTOR = re.compile(rb"^(\d+)<([^>]*)>")


def plain(escaped):
    return bytes.fromhex(escaped.replace(b"\\x", b"").decode())


def calls(words, given):
    """(name, path of its descriptor or None, the strings it had, its line) of each call; and the status."""
    with open(given, "rb") as stdin, open("out", "wb") as out, open("err", "wb") as err:
        traced = ["strace", "-f", "-qq", "-y", "-v", "-xx", "-s", "33554432", "-o", "trace", "-e", "trace=%s,%s,mmap" % (GIVES, UNSEEN)]
        status = subprocess.run(traced + words, stdin=stdin, stdout=out, stderr=err, check=False).returncode
    found = []
    with open("trace", "rb") as file:
        for line in file:
            call = CALL.match(line)
            if not call:
                continue
            descriptor = DESCRIPTOR.match(call[2])
            path = re.sub(rb"(?:\\x[0-9a-f]{2})+", lambda run: plain(run[0]), descriptor[2]).decode() if descriptor else None
            found.append((call[1].decode(), path, [plain(text) for text in TEXT.findall(call[2])], line))
    return status, found


def written(operation, found, patterns, here, unprotected):
    """What is wrong with the calls; and how many bytes went where. `unprotected`: keys are stored as they are."""
    bytes_to = {}
    for name, path, texts, line in found:
        if name == "mmap":
            if b"MAP_SHARED" in line and b"PROT_WRITE" in line:
                yield "maps a file to write to it: %r" % line
            continue
        if name in UNSEEN.split(","):
            yield "gives bytes away unseen: %r" % line[:200]
            continue
        private = path is not None and path.startswith(here + "/store/private/")
        output = operation.shows and path is not None and (path == here + "/out" or not path.startswith(here + "/store"))
        bytes_to["private/" if private else path or name] = sum(map(len, texts)) + bytes_to.get("private/" if private else path or name, 0)
        for text in texts:
            for what, _ in patterns.find(text):
                if not (unprotected and (private or output) and what.startswith(("key ", "subkey "))):
                    yield "%s in %s to %s" % (what, name, path)
    operation.bytes_to = bytes_to


def main():
    bench = operations.Bench(sys.argv[1], sys.argv[2] == "protected")
    os.environ["SM_STORE"] = "store"
    os.mkdir("tmp")
    os.environ["TMPDIR"] = "tmp"
    here = os.getcwd()
    for operation in operations.OPERATIONS:
        bench.begin(operation)
        status, found = calls(operation.words(bench), operation.reads)
        patterns = bench.secrets()
        wrong = set() if status == 0 else {"status %d: %s" % (status, open("err").read())}
        unprotected = not bench.protected or "Setup Message" in operation.name
        wrong.update(written(operation, found, patterns, here, unprotected))
        for folder, _, names in os.walk("."):
            for name in names:
                path = os.path.join(folder, name)
                ours = path.startswith(("./store/", "./tmp/")) or name in ("out", "err", "exported.asc")
                stored = folder == "./store/private" or operation.shows and name in ("out", "exported.asc")
                if not ours or stored and unprotected:
                    continue
                with open(path, "rb") as file:
                    wrong.update("%s in %s" % (what, path) for what, _ in patterns.find(file.read()))
        for text in sorted(wrong):
            print("WRONG: %s: %s" % (operation.name, text))
        print("# %s: %d calls, %s" % (operation.name, len(found), ", ".join(
            "%d bytes to %s" % (size, where.replace(here + "/", "")) for where, size in operation.bytes_to.items())))  # fmt: skip


main()
