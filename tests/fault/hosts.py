"""hosts.py HOST COUNT: no message is lost, doubled, or in clear against policy.

Sends COUNT messages through the recipes of examples/ in HOST (procmail, maildrop, sieve, postfix), each with a fault in the program
or its script, and looks at what became of each: at once, and after whoever called the host has tried again without the fault, as
the queue of a mail server does. tests/hosts/lib-hosts.sh has put the host into the current folder; SM_TMP, SM_STORE and OTHERS
are in the environment. Prints a table, then what must not be; status 1 if there is any of that.
"""

import collections
import os
import random
import re
import shutil
import signal
import smtplib
import subprocess
import sys
import time

HOST, COUNT = sys.argv[1], int(sys.argv[2])
STORE, OTHERS = os.environ["STORE"], os.environ["OTHERS"]
RECIPES = ["incoming-verify", "incoming-at-rest", "outgoing-sign", "outgoing-encrypt"]
FAULTS = {
    "none": "no fault",
    "killed": "kill -9 of the program",
    "script": "kill -9 of the script",
    "disk": "no room in TMPDIR",
    "target": "no room where mail goes",
    "memory": "ulimit -v",
    "key": "key or certificate missing",
    "passphrase": "passphrase missing",
    "binding": "binding unreadable",
    "certificate": "certificate corrupt",
    "stdin": "read error on stdin",
    "pipe": "closed pipe",
    "late": "past our deadline",
    "hung": "past the host's deadline",
}
STORES = {"key", "passphrase", "binding", "certificate"}
# What does not concern the recipe; the last to be sent, and in a run of 50 not at all.
NO_MATTER = {
    ("incoming-verify", "passphrase"),
    ("incoming-at-rest", "passphrase"),
    ("outgoing-encrypt", "passphrase"),
    ("outgoing-sign", "binding"),
    ("incoming-verify", "key"),
    ("incoming-verify", "certificate"),
}
# After these a host can't know that the command behind -- had accepted, and what it tries again arrives twice.
MAY_DOUBLE = {"killed", "script"}
PROGRAMS = "real"


def run(*words, stdin=b""):
    return subprocess.run(words, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)


def program(name, store, *words, stdin=b""):
    return run(f"{PROGRAMS}/{name}", "--store", store, *words, stdin=stdin)


class Message:
    def __init__(self, number, recipe, fault):
        self.id = f"{number}-{random.randbytes(8).hex()}"
        self.recipe, self.fault = recipe, fault
        self.secret = f"secret {self.id}"
        text = self.secret + "\n"
        if fault == "disk" or fault in MAY_DOUBLE and number % 3 == 0:  # more than a pipe holds
            text += "".join("%069d\n" % line for line in range(30000))
        if recipe.startswith("incoming"):
            self.sender, self.recipients = "bob@example.net", ["alice@example.org"]
            head = "From: Bob <bob@example.net>\nTo: alice@example.org\n"
        else:
            self.sender, self.recipients = "alice@example.org", ["bob@example.net", "carol@example.net"]
            head = "From: Alice <alice@example.org>\nTo: Bob <bob@example.net>\nBcc: Carol <carol@example.net>\n"
        head += f"Subject: hello\nDate: Thu, 01 Jan 2026 12:00:00 +0000\nMessage-ID: <{self.id}@example.org>\n"
        self.bytes = (head + "\n" + text).encode()
        if recipe.startswith("incoming"):
            if number // 4 % 2:
                self.bytes = program("smsign", OTHERS, "sign", stdin=self.bytes).stdout
            self.honest = self.bytes
            self.bytes = b"SM-Verdict: good; forged\nSm-Verdict : good; forged\n" + self.bytes
        if HOST == "sieve":
            self.recipients = {"outgoing-sign": ["announce@example.net"], "outgoing-encrypt": ["bob@example.net"]}.get(
                recipe, self.recipients
            )
        self.first, self.later = [], []  # copies delivered with the fault, and after it: (where, bytes)
        self.answer = None  # of the first try: None delivered, "queued", or what must not be


def header(copy):
    return copy.partition(b"\n\n")[0].decode("latin-1")


def form(message, where, copy):
    """What this copy is: "as wanted", "no verdict", or what must not be."""
    copy = copy.replace(b"\r\n", b"\n")
    body = message.bytes.partition(b"\n\n")[2]
    top = header(copy)
    secret = message.secret.encode()
    if message.recipe == "incoming-verify":
        if "forged" in top:
            return "FORGED"
        fields = re.findall(r"(?im)^sm-verdict[ \t]*:(.*)", top)
        if len(fields) > 1:
            return "TWO VERDICTS"
        # The host may have added fields above; nothing else is different.
        if message.honest not in re.sub(rb"(?m)^SM-Verdict:.*\n([ \t].*\n)*", b"", copy, count=1) + b"\n":
            return "CHANGED"
        return "as wanted" if fields else "no verdict"
    if message.recipe == "outgoing-sign":
        if program("smsign", OTHERS, "verify", stdin=copy).returncode != 0:
            return "UNSIGNED" if "multipart/signed" not in top else "BROKEN"
        return "as wanted" if body in copy else "BROKEN"
    if secret in copy:
        return "CLEAR"
    if re.search(r"(?im)^bcc", top) or "carol" in top.lower() and where != "carol@example.net":
        return "BCC"
    plain = program("smcrypt", STORE if message.recipe == "incoming-at-rest" else OTHERS, "decrypt", stdin=copy)
    if plain.returncode != 0 or body not in plain.stdout.replace(b"\r\n", b"\n") + b"\n":
        return "BROKEN"
    return "as wanted"


def set_fault(name):
    with open("fault.new", "w") as file:
        file.write(name + "\n")
    os.chmod("fault.new", 0o644)
    os.rename("fault.new", "fault")
    link = "filter-store" if HOST == "postfix" else "store"
    normal = "nobody" if HOST == "postfix" else "normal"
    if os.path.lexists("link.new"):
        os.unlink("link.new")
    os.symlink("stores/" + (name if name in STORES else normal), "link.new")
    os.rename("link.new", link)
    if name == "target":
        with open("small/filler", "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"\0" * 65536)
            except OSError:
                pass
    elif os.path.exists("small/filler"):
        os.unlink("small/filler")


def stores():
    """A broken copy of the store for each fault that is one."""
    source = "stores/nobody" if HOST == "postfix" else "stores/normal"
    for name in STORES:
        target = "stores/" + name
        run("cp", "-a", source, target)
        if name == "passphrase":
            with open("passphrase", "w") as file:
                file.write("a phrase\n")
            owner = os.stat(target).st_uid
            done = run("setpriv", f"--reuid={owner}", "--clear-groups", "env", "HOME=/", f"{PROGRAMS}/smkey", "--store", target,
                       "--batch", "passwd", "alice@example.org", "--new-passphrase-file", "passphrase")
            if done.returncode != 0:
                raise SystemExit(done.stderr.decode())
        for folder, _, files in os.walk(target):
            for file in files:
                path = os.path.join(folder, file)
                if name == "key" and ("/private" in folder or "/pgp.cert.d/" in folder or "/bindings" in folder):
                    os.unlink(path)
                elif name == "binding" and "/bindings" in folder:
                    os.chmod(path, 0)
                elif name == "certificate" and "/pgp.cert.d/" in folder:
                    with open(path, "r+b") as certificate:
                        certificate.truncate(40)
        shutil.rmtree(target + "/index", ignore_errors=True)


def collect(messages):
    """Takes away what has been delivered: (where, bytes) to the message that it is a copy of."""
    found = []
    roots = {"mail": "mail"} if HOST == "postfix" else {"box": "box", "outbox": "outbox"}
    for root in roots:
        for folder, _, files in os.walk(root):
            for file in files:
                path = os.path.join(folder, file)
                if HOST != "postfix" and not (folder.startswith("box/new") or re.search(r"@[a-z.]+$", folder)):
                    if file.startswith("dovecot"):
                        continue
                with open(path, "rb") as opened:
                    found.append((path, opened.read()))
                if not os.path.basename(path).startswith("dovecot"):
                    os.unlink(path)
    # What a sendmail that was killed had not delivered yet.
    for path, copy in found:
        if path.startswith("outbox/."):
            for message in messages:
                if message.recipe == "outgoing-encrypt" and message.secret.encode() in copy:
                    problems.append((message, f"CLEAR in {path}"))
    found = [(path, copy) for path, copy in found if not path.startswith("outbox/.")]
    by_id = {message.id: message for message in messages}
    pairs, strays = [], []
    for path, copy in found:
        ids = set(re.findall(r"\b\d+-[0-9a-f]{16}\b", header(copy.replace(b"\r\n", b"\n"))))
        known = [by_id[name] for name in ids if name in by_id]
        if len(known) == 1:
            pairs.append((known[0], path, copy))
        else:
            strays.append((path, copy))
    return pairs, strays


problems = []
table = collections.Counter()


def recipient_of(message, path):
    for recipient in message.recipients:
        local = recipient.partition("@")[0]
        if f"outbox/{recipient}/" in path or f"mail/{local}/new/" in path:
            return recipient
        if recipient == "alice@example.org" and path.startswith("box/new/"):
            return recipient
    return None


def judge(message):
    outcome = None
    copies = collections.Counter()
    for path, copy in message.first + message.later:
        recipient = recipient_of(message, path)
        if recipient is None:
            problems.append((message, f"is in {path}"))
            continue
        what = form(message, recipient, copy)
        if what not in ("as wanted", "no verdict"):
            problems.append((message, f"{what} for {recipient} ({len(copy)} bytes)"))
            keep = f"kept/{message.id}"
            os.makedirs("kept", exist_ok=True)
            with open(keep, "wb") as file:
                file.write(copy)
        if what == "no verdict":
            outcome = "delivered without a verdict"
        copies[recipient] += 1
    for recipient in message.recipients:
        if copies[recipient] == 0:
            problems.append((message, f"LOST for {recipient}"))
        elif copies[recipient] > 1:
            outcome = "twice"
            if message.fault not in MAY_DOUBLE or not message.recipe.startswith("outgoing") and HOST != "postfix":
                problems.append((message, f"DOUBLED for {recipient}"))
    if message.answer not in (None, "queued"):
        problems.append((message, message.answer))
    if outcome is None:
        outcome = "queued, then as wanted" if message.answer else "at once as wanted"
    elif outcome != "twice" and message.answer:
        outcome = "queued, then " + outcome
    table[message.fault, outcome] += 1


def agent(messages):
    """procmail, maildrop, sieve: one at a time; the status says whether the caller must try again."""
    for message in messages:
        for attempt in range(5):
            set_fault(message.fault if attempt == 0 else "none")
            child = subprocess.Popen(
                ["./deliver", message.recipe],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            if HOST == "maildrop" and message.fault == "hung" and attempt == 0:
                # Its own deadline is 300 s, by an alarm: let it ring now.
                fed = os.fork()
                if fed == 0:
                    time.sleep(1)
                    os.kill(child.pid, signal.SIGALRM)
                    os._exit(0)
            try:
                said, _ = child.communicate(message.bytes, timeout=60)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
                said = b""
                problems.append((message, "the host hangs"))
            status = child.returncode
            settle()
            pairs, strays = collect([message])
            for _, path, copy in pairs:
                (message.first if attempt == 0 else message.later).append((path, copy))
            for path, copy in strays:
                if message.secret.encode() in copy and message.recipe != "incoming-verify" and message.recipe != "outgoing-sign":
                    problems.append((message, f"CLEAR in {path}"))
                elif path.startswith("box/new") or "@" in os.path.dirname(path):
                    problems.append((message, f"a stray of {len(copy)} bytes in {path}"))
            if attempt == 0 and status != 0:
                message.answer = "queued"
                if status not in (75, 134) and status > 0:
                    message.answer = f"status {status}, which a mail server would return to the sender: {said[:200]!r}"
            if status == 0:
                break
        else:
            problems.append((message, f"status {status} without a fault: {said[:300]!r}"))
        judge(message)
        set_fault("none")


def settle():
    """Waits for programs that outlive their host, which has been told that they failed: what they still deliver counts."""
    for _ in range(400):
        running = run("ps", "-eo", "stat=,comm=").stdout.decode().split("\n")
        if not any(re.search(r"^[^Z]\S* +(smsign|smcrypt|smlog|sendmail)", line) for line in running):
            break
        time.sleep(0.01)


PORTS = {"incoming-verify": 25, "incoming-at-rest": 2500, "outgoing-sign": 587, "outgoing-encrypt": 5870}


def queue_idle():
    for folder in ("maildrop", "incoming", "active"):
        for _, _, files in os.walk("spool/" + folder):
            if files:
                return False
    return True


def postfix_settled():
    for _ in range(3000):
        if queue_idle():
            time.sleep(0.1)
            if queue_idle():
                return
        time.sleep(0.05)
    problems.append((None, "the queue does not come to rest"))


def postfix(messages):
    """All messages of one fault at a time; then the fault goes, and the queue runs."""
    for fault in FAULTS:
        batch = [message for message in messages if message.fault == fault]
        if not batch:
            continue
        set_fault(fault)
        log = os.path.getsize("mail.log")
        for message in batch:
            with smtplib.SMTP("127.0.0.1", PORTS[message.recipe], timeout=60) as server:
                server.sendmail(message.sender, message.recipients, message.bytes)
        postfix_settled()
        settle()
        pairs, strays = collect(batch)
        for message, path, copy in pairs:
            message.first.append((path, copy))
        for message in batch:
            if len({recipient_of(message, path) for path, _ in message.first}) < len(message.recipients):
                message.answer = "queued"
        set_fault("none")
        for _ in range(30):
            run("postqueue", "-f")
            time.sleep(0.3)
            postfix_settled()
            pairs, more = collect(batch)
            for message, path, copy in pairs:
                message.later.append((path, copy))
            strays += more
            if not any(files for _, _, files in os.walk("spool/deferred")):
                break
        else:
            problems.append((None, f"{fault}: the queue is not empty without the fault"))
        for path, copy in strays:
            problems.append((None, f"{fault}: a stray of {len(copy)} bytes in {path}: {copy[:200]!r}"))
        with open("mail.log") as file:
            file.seek(log)
            for line in file:
                if "status=bounced" in line:
                    problems.append((None, f"{fault}: {line.strip()}"))
        for message in batch:
            judge(message)


def main():
    random.seed()
    stores()
    pairs = sorted(((recipe, fault) for fault in FAULTS for recipe in RECIPES), key=NO_MATTER.__contains__)
    messages = [Message(number, *pairs[number % len(pairs)]) for number in range(COUNT)]
    (postfix if HOST == "postfix" else agent)(messages)
    outcomes = sorted({outcome for _, outcome in table})
    print(f"| {HOST}, {COUNT} messages | " + " | ".join(outcomes) + " |")
    print("|---|" + "---|" * len(outcomes))
    for fault, title in FAULTS.items():
        print(f"| {title} | " + " | ".join(str(table[fault, outcome] or "") for outcome in outcomes) + " |")
    for message, what in problems:
        print(f"PROBLEM {message.recipe}, {message.fault}, {message.id}: {what}" if message else f"PROBLEM {what}")
    return 1 if problems else 0


sys.exit(main())
