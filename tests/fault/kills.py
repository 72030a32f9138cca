"""kills.py ALGO PROTECTED FIRST STEP: kills each operation that writes the store right before one of its writes, and after the one
before: at every fsync and rename, which tell apart all states of what must last, and at every 17th of the others; with SM_FULL=1 at every one. Then the store must say what it said before, or what it says when the operation is
done: by list, show, export --secret, by signing and decrypting with the key, and by gpg, which imports it. The operation can be
done again, and leaves nothing behind but the store. Takes every STEPth operation from FIRST on, so that several can share the work.
Prints a line for each operation; those of what was found begin with WRONG."""

import collections
import glob
import hashlib
import itertools
import json
import os
import re
import shutil
import stat
import subprocess
import sys

import material
import openpgp
import operations
import traced


FULL = os.environ.get("SM_FULL") == "1"
STEP = 17


def answer(words, given="/dev/null"):
    """(status, stdout)"""
    with open(given, "rb") as file:
        done = subprocess.run(words + ["--batch"], stdin=file, capture_output=True, timeout=120, check=False)
    return done.returncode, done.stdout


def content(path):
    with open(path, "rb") as file:
        return path, file.read()


class Key(material.Fields):
    """The public half of a key packet's body."""

    def __init__(self, body):
        super().__init__(body)
        self.algorithm = self.take(6)[5]
        (self.mpi if self.algorithm == 1 else self.sized)()
        self.mpi()
        if self.algorithm == 18:
            self.sized()
        public = body[: len(body) - len(self.rest)]
        self.fingerprint = hashlib.sha1(b"\x99" + len(public).to_bytes(2, "big") + public).hexdigest().upper()


class State:
    """What a store says, in a form that is the same for keys that were made anew but for their numbers and times."""

    answers = {}  # by all files but the index, which list is asked with: they are mostly the same

    def __init__(self, bench):
        self.bench = bench
        self.known = {bench.key, bench.bob, bench.other, *bench.subkeys}
        status, listed = answer(["smkey", "list", "--json"])
        folders = ("private", "bindings", "pgp.cert.d/??")
        files = tuple(content(path) for folder in folders for path in sorted(glob.glob("store/%s/*" % folder)))
        if files not in self.answers or FULL:
            self.answers[files] = self.ask()
        rest, self.bindings, self.exported = self.answers[files]
        self.opened_by = rest["opened by"]
        self.says = {"status": status, "keys": self.documents(listed), **rest}

    def ask(self):
        shown_status, shown = answer(["smkey", "show", "--json", self.bench.key])
        exported_status, self.exported = answer(["smkey", "export", "--secret", "--binary", "--all"])
        opened_by = self.passphrase()
        opened = ["--passphrase-file", opened_by] if opened_by else []
        bindings = {}
        for line in answer(["smkey", "bindings", "--json"])[1].splitlines():
            binding = json.loads(line)
            bindings[binding["address"]] = self.name(binding["fingerprint"])
        rest = {
            "statuses": (shown_status, exported_status),
            "shown": self.documents(shown),
            "secret": self.components(),
            "opened by": opened_by,
            "signs": answer(["smsign", "sign", "--key", self.bench.key, *opened], "plain.eml")[0],
            # A secret key without its certificate is nothing that a message is written for.
            "decrypts": self.decrypted(opened) if shown_status == 0 else None,
        }
        return rest, bindings, self.exported

    def documents(self, lines):
        return sorted(json.dumps(self.plain(json.loads(line)), sort_keys=True) for line in lines.splitlines())

    def components(self):
        """Keys and user IDs with the types of their signatures."""
        found = []
        for packet in openpgp.packets(self.exported):
            if packet[0] != 2:
                found.append((self.described(*packet), set()))
            elif found:
                found[-1][1].add(self.described(*packet))
        return sorted(", ".join([component, *sorted(signatures)]) for component, signatures in found)

    def passphrase(self):
        """The file whose passphrase opens Alice's key; None if it has none, or is not there."""
        for name in ("first", "second") if b"".join(self.protections()) else ():
            if answer(["smkey", "revocation", self.bench.key, "--reason", "none", "--passphrase-file", name])[0] == 0:
                return name
        return None

    def protections(self):
        for tag, _, begin, end in openpgp.packets(self.exported):
            if tag in (5, 7):
                yield Key(self.exported[begin:end]).take(1).replace(b"\0", b"")

    def decrypted(self, opened):
        status, text = answer(["smcrypt", "decrypt", *opened], "encrypted.eml")
        return status, text.endswith(b"\nhello\n")

    def name(self, fingerprint):
        return fingerprint if fingerprint in self.known else "new"

    def plain(self, value):
        """Without what differs between two runs. Conflicts are in the bindings too."""
        if isinstance(value, str):
            return re.sub("^[0-9A-F]{40}$", lambda found: self.name(found[0]), value)
        if isinstance(value, list):
            return sorted((self.plain(one) for one in value), key=lambda one: json.dumps(one, sort_keys=True))
        if not isinstance(value, dict):
            return value
        new = value.get("fingerprint", self.bench.key) not in self.known
        left_out = {"schema", "bindings", "conflicts", "run", "revoked_at"} | ({"created", "expires", "ends"} if new else set())
        plain = {name: self.plain(one) for name, one in value.items() if name not in left_out}
        return plain | {"revoked": bool(plain["revoked"])} if "revoked" in plain else plain

    def described(self, tag, _, begin, end):
        body = self.exported[begin:end]
        if tag not in (5, 7):
            return "%d: %s" % (tag, body[1] if tag == 2 else body.decode(errors="replace"))
        key = Key(body)
        return "%d: %s, algorithm %d, usage %d" % (tag, self.name(key.fingerprint), key.algorithm, key.take(1)[0])


def all_files():
    return [os.path.join(folder, name) for folder, folders, names in os.walk("store") for name in folders + names]


def wrong_files():
    """What of the store others could read and must not."""
    for path in all_files():
        mode = os.lstat(path).st_mode
        private = path.startswith("store/private")
        if mode & (0o077 if private else 0o022):
            yield "%s has mode %o" % (path, stat.S_IMODE(mode))
        if stat.S_ISREG(mode) and not private:
            with open(path, "rb") as file:
                data = file.read()
            if data[:1] >= b"\x80" and any(packet[0] in (5, 7) for packet in openpgp.packets(data)):
                yield "%s holds a secret key" % path


def left_behind():
    return [path for path in all_files() if os.path.basename(path).startswith(".")] + glob.glob("tmp/*") + glob.glob("tmp/.*")


class Gpg:
    """Imports each transferable secret key once."""

    def __init__(self):
        self.seen = set()

    def refuses(self, state):
        said = tuple(state.says["secret"])
        if said in self.seen or not said:
            return None
        self.seen.add(said)
        home = "gpg%d" % len(self.seen)
        os.mkdir(home, 0o700)
        gpg = ["gpg", "--homedir", home, "--batch", "--quiet"]
        try:
            done = subprocess.run([*gpg, "--import"], input=state.exported, capture_output=True, check=False)
            if done.returncode != 0:
                return "gpg does not import it: %s" % done.stderr
            listed = subprocess.run([*gpg, "--with-colons", "--fixed-list-mode", "-K"], capture_output=True, check=True).stdout
        finally:
            subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False)
            shutil.rmtree(home, ignore_errors=True)
        keys = sum(line.startswith((b"sec:", b"ssb:")) for line in listed.splitlines())
        wanted = sum(text.startswith(("5:", "7:")) for text in said)
        return None if keys == wanted else "gpg lists %d secret keys and subkeys, not %d" % (keys, wanted)


class Harness:
    def __init__(self, bench):
        self.bench, self.gpg, self.kills = bench, Gpg(), 0

    def state(self, operation, run=False):
        self.bench.begin(operation)
        if run:
            status, _ = answer(operation.words(self.bench), operation.reads)
            if status != 0:
                print("WRONG: %s: status %d" % (operation.name, status))
        return State(self.bench)

    def points(self, operation):
        """Numbers of writes, from 1."""
        self.bench.begin(operation)
        names = traced.writes_of(operation.words(self.bench), given=operation.reads, out="out", err="err")
        first = len(operation.name) % STEP  # another one for each
        numbers = range(1, len(names) + 1)
        return numbers, [n for n in numbers if FULL or names[n - 1] in ("fsync", "rename") or n % STEP == first]

    def kill(self, operation, number, before, after):
        self.bench.begin(operation)
        name, status = traced.killed_at(number, operation.words(self.bench), given=operation.reads, out="out", err="err")
        if name is None:
            return "done before that" if status == 0 else "ended with status %d" % status
        self.kills += 1
        wrong = lambda text: print("WRONG: %s, killed before write %d, %s: %s" % (operation.name, number, name, text))
        found = State(self.bench)
        verdict = "before" if found.says == before.says else "after" if found.says == after.says else "neither"
        if verdict == "neither":
            for what, said in found.says.items():
                if said != before.says[what] or said != after.says[what]:
                    wrong("%s: %s; before: %s; after: %s" % (what, said, before.says[what], after.says[what]))
        for address, to in found.bindings.items():
            if to not in (before.bindings.get(address), after.bindings.get(address)):
                wrong("%s is bound to %s" % (address, to))
        for text in wrong_files():
            wrong(text)
        refusal = self.gpg.refuses(found)
        if refusal:
            wrong(refusal)
        status, _ = answer(operation.words(self.bench, found.opened_by), operation.reads)
        done = verdict == "after" or found.bindings == after.bindings != before.bindings
        if status != 0 and not (done and status == operation.again):
            wrong("again: status %d" % status)
        again = State(self.bench)
        if again.says != after.says and not (operation.repeats and verdict == "after"):
            for what, said in again.says.items():
                if said != after.says[what]:
                    wrong("again, %s: %s; should be: %s" % (what, said, after.says[what]))
        # Where there was nothing left to do, what lies beside a file of private/ waits for the next who writes that.
        left = [path for path in left_behind() if verdict != "after" or not path.startswith("store/private/")]
        for text in itertools.chain(wrong_files(), (path + " is left behind" for path in left)):
            wrong("again: " + text)
        return verdict

    def run(self, operation):
        before, after = self.state(operation), self.state(operation, run=True)
        numbers, points = self.points(operation)
        verdicts = collections.Counter(self.kill(operation, number, before, after) for number in points)
        said = ", ".join("%d %s" % (n, what) for what, n in sorted(verdicts.items()))
        print("# %s: killed at %d of %d writes; %s" % (operation.name, len(points), len(numbers), said), flush=True)


def main():
    bench = operations.Bench(sys.argv[1], sys.argv[2] == "protected")
    os.environ["SM_STORE"] = "store"
    os.mkdir("tmp")
    os.environ["TMPDIR"] = "tmp"
    harness = Harness(bench)
    first, step = map(int, sys.argv[3:5])
    for operation in [operation for operation in operations.OPERATIONS if operation.writes][first::step]:
        harness.run(operation)
    print("# %d kills" % harness.kills)


main()
