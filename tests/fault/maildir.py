"""A Maildir that smcrypt converts while mail programs use it and it is killed again and again.

make DIR N          N messages in DIR, half of them in new; prints nothing.
use DIR             until its stdin ends: sets flags, moves new to cur, moves to the folder .Other, expunges. Prints as JSON
                    what became of each message that it expunged or whose flags it set.
kill DIR N CMD…     runs CMD, with --to alice@example.org or --decrypt, until it was killed N times at a random moment.
check DIR FILE FORM CMD…
                    with what `use` printed in FILE: each message that was not expunged is there once, with its flags and
                    times, is in DIR of the form "clear" or "encrypted", and decrypted by CMD what it was.
state DIR           name, inode, size and time of every file, to compare.
"""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time

START = 1_500_000_000


def original(number):
    source = random.Random(number)
    body = source.randbytes(source.choice((0, 10, 1000, 3000, 70000)))
    end = source.choice((b"\n", b"\r\n"))
    return (
        end.join([b"From: bob@example.net", b"To: alice@example.org", b"Subject: number %d" % number, b"", b""])
        + b"A line" + end + body
    )


def unique(name):
    return name.split(",")[0].split(":")[0]


def number_of(name):
    return int(unique(name).split(".")[0])


def messages(folder):
    found = []
    for part in ("new", "cur"):
        found += [os.path.join(folder, part, name) for name in os.listdir(os.path.join(folder, part))]
    return found


def make(folder, count):
    for part in ("new", "cur", "tmp", ".Other/new", ".Other/cur", ".Other/tmp"):
        os.makedirs(os.path.join(folder, part))
    for number in range(int(count)):
        data = original(number)
        crlf = len(data) + data.count(b"\n") - data.count(b"\r\n")
        name = "%d.M1P1.host" % number
        if number % 3:
            name += ",S=%d,W=%d" % (len(data), crlf)
        path = "new/" + name if number % 2 else "cur/" + name + ":2,"
        path = os.path.join(folder, path)
        with open(path, "wb") as file:
            file.write(data)
        os.utime(path, (START + number, START + number))


def use(folder):
    os.set_blocking(0, False)
    source = random.Random()
    expunged, flags = [], {}
    limit = len(messages(folder)) // 20
    moved = 0
    while True:
        try:
            if os.read(0, 1) == b"":
                break
        except BlockingIOError:
            pass
        for path in messages(folder):
            name = os.path.basename(path)
            todo = source.random()
            try:
                if todo < 0.002 and len(expunged) < limit:
                    os.unlink(path)
                    expunged.append(unique(name))
                elif todo < 0.004 and moved < limit:
                    os.rename(path, os.path.join(folder, ".Other/cur", name if ":" in name else name + ":2,"))
                    moved += 1
                elif todo < 0.3:
                    fresh = "".join(sorted(source.sample("DFRST", source.randrange(5))))
                    os.rename(path, os.path.join(folder, "cur", name.split(":")[0] + ":2," + fresh))
                    flags[unique(name)] = fresh
            except FileNotFoundError:
                pass
    json.dump({"expunged": expunged, "flags": flags, "moved": moved}, sys.stdout)


def kill(folder, count, *command):
    forms = (["--to", "alice@example.org"], ["--decrypt"])
    begin = time.monotonic()
    subprocess.run([*command, folder, *forms[0]], check=True)
    longest = time.monotonic() - begin
    killed, runs = 0, 0
    while killed < int(count):
        if runs > 100 * int(count):
            sys.exit("it is always done before it is killed")
        runs += 1
        begin = time.monotonic()
        child = subprocess.Popen([*command, folder, *random.choice(forms)], stderr=subprocess.PIPE)
        try:
            _, said = child.communicate(timeout=random.uniform(0, longest))
            longest = 0.01 + time.monotonic() - begin
            if child.returncode:
                sys.exit("status %d: %s" % (child.returncode, said.decode()))
        except subprocess.TimeoutExpired:
            # TERM lets it finish what it is at, KILL does not.
            number = random.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGTERM))
            child.send_signal(number)
            child.communicate()
            killed += child.returncode == -number
    print("%d times killed in %d runs" % (killed, runs))


def check(folder, told, form, *command):
    with open(told) as file:
        told = json.load(file)
    where = {}
    for path in messages(folder) + messages(os.path.join(folder, ".Other")):
        where.setdefault(unique(os.path.basename(path)), []).append(path)
    wrong = []
    expunged = set(told["expunged"])
    with open(os.path.join(os.path.dirname(folder), "count")) as file:
        count = int(file.read())
    for number in range(count):
        name = "%d.M1P1.host" % number
        paths = where.pop(name, [])
        if name in expunged:
            if paths:
                wrong.append("%s is back" % name)
            continue
        if len(paths) != 1:
            wrong.append("%s is there %d times: %s" % (name, len(paths), paths))
            continue
        status = os.stat(paths[0])
        if status.st_mtime != START + number:
            wrong.append("%s has another time" % paths[0])
        if name in told["flags"] and not paths[0].endswith(":2," + told["flags"][name]):
            wrong.append("%s has lost its flags %s" % (paths[0], told["flags"][name]))
        with open(paths[0], "rb") as file:
            data = file.read()
        size = [field[2:] for field in os.path.basename(paths[0]).split(":")[0].split(",") if field.startswith("S=")]
        if size and "/.Other/" not in paths[0] and int(size[0]) != len(data):
            wrong.append("%s is %d bytes long" % (paths[0], len(data)))
        encrypted = b"-----BEGIN PGP MESSAGE-----" in data
        if "/.Other/" not in paths[0] and encrypted != (form == "encrypted"):
            wrong.append("%s is not %s" % (paths[0], form))
        if encrypted:
            data = subprocess.run(command, input=data, stdout=subprocess.PIPE, check=False).stdout
        if hashlib.sha256(data).digest() != hashlib.sha256(original(number)).digest():
            wrong.append("%s is not what it was" % paths[0])
    wrong += ["%s came from nowhere" % path for paths in where.values() for path in paths]
    wrong += ["tmp/%s is left" % name for name in os.listdir(os.path.join(folder, "tmp"))]
    print("\n".join(wrong[:20]))


def state(folder):
    for path in sorted(messages(folder)):
        status = os.stat(path)
        print(path, status.st_ino, status.st_size, status.st_mtime)


globals()[sys.argv[1]](*sys.argv[2:])
