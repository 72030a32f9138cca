"""Every operation that opens, makes, moves or changes a secret key, one line each: for what looks at the memory of a process, at
its writes, and at what is left of a store when it is killed."""

import glob
import json
import os
import shlex
import shutil
import subprocess

import material
import openpgp

FIRST = b"first words, Battery-9731\n"
SECOND = b"second words, Staple-4820\n"
CODE = b"1742-0185-6263-9502-1864-4219-2975-3077-8816\n"  # of the Setup Message


class Operation:
    """`line` is what is typed: {key} is Alice's, {subkey} her subkey for encryption, {open} her passphrase, {new} one for a new key.
    `reads` is its stdin. `writes`: it changes the store. `given`: the store that it finds. `shows`: a secret key goes to its
    stdout or a file named -o. `again`: the status when what it does has been done already. `repeats`: doing it again adds to it."""

    def __init__(self, name, line, reads="/dev/null", writes=True, given="store", shows=False, again=0, repeats=False):
        self.name, self.line, self.reads = name, line, reads
        self.writes, self.given, self.shows, self.again, self.repeats = writes, given, shows, again, repeats

    def words(self, bench, opened_by=None):
        """The command; Alice's passphrase, if she has one, is in the file `opened_by`, else as the bench made her key."""
        opened_by = opened_by or bench.protected and "first"
        known = {
            "key": bench.key,
            "subkey": bench.subkeys[0],
            "bob": bench.bob,
            "other": bench.other,
            "algo": bench.algo,
            "open": "--passphrase-file " + opened_by if opened_by else "",
            "new": "--passphrase-file first" if bench.protected else "--no-passphrase",
        }
        return shlex.split(self.line.format(**known)) + ["--batch"]


OPERATIONS = [
    Operation("generate", "smkey generate --algo {algo} {new} 'Dora <dora@example.org>'", repeats=True),
    Operation("generate, the first", "smkey generate --algo {algo} {new} 'Dora <dora@example.org>'", given="nothing", repeats=True),
    Operation("import", "smkey import secret.asc", given="nothing"),
    Operation("import, binary, beside another", "smkey import carol.pgp"),
    Operation("import of a further subkey", "smkey import more.asc"),
    Operation("import of a revocation", "smkey import revocation.asc"),
    Operation("import of a Setup Message", "smkey autocrypt import --passphrase-file code", "setup.eml", given="nothing"),
    Operation("export --secret", "smkey export --secret {key}", writes=False, shows=True),
    Operation("export --secret --binary", "smkey export --secret --binary {key}", writes=False, shows=True),
    Operation("export --secret -o", "smkey export --secret -o exported.asc {key}", writes=False, shows=True),
    Operation("delete --secret", "smkey delete --secret --yes {key}", again=77),
    Operation("delete", "smkey delete --yes {bob}", again=77),
    Operation("passwd", "smkey passwd {key} {open} --new-passphrase-file second"),
    Operation("expire", "smkey expire {key} 2035-01-01 {open}"),
    Operation("expire --subkey", "smkey expire {key} 2034-01-01 --subkey {subkey} {open}"),
    Operation("revoke", "smkey revoke {key} --reason compromised --yes {open}"),
    Operation("revoke --subkey", "smkey revoke {key} --reason superseded --subkey {subkey} --yes {open}"),
    Operation("revocation", "smkey revocation {key} --reason none {open}", writes=False),
    Operation("uid add", "smkey uid add {key} 'Alice on air <alice@radio.example>' {open}"),
    Operation("uid revoke", "smkey uid revoke {key} alice@work.example --yes {open}"),
    Operation("uid primary", "smkey uid primary {key} alice@work.example {open}"),
    Operation("subkey add", "smkey subkey add {key} {open}", repeats=True),
    Operation("subkey add --usage sign", "smkey subkey add {key} --usage sign {open}", repeats=True),
    Operation("subkey revoke", "smkey subkey revoke {key} {subkey} --yes {open}"),
    Operation("accept", "smkey accept bob@example.org {other}"),
    Operation("bindings --forget", "smkey bindings --forget bob@example.org --yes", again=2),
    Operation("reindex", "smkey reindex"),
    Operation("sign", "smsign sign {open}", "plain.eml", writes=False),
    Operation("encrypt --sign", "smcrypt encrypt --sign --to alice@example.org {open}", "plain.eml", writes=False),
    Operation("decrypt", "smcrypt decrypt {open}", "encrypted.eml", writes=False),
    Operation("maildir --decrypt", "smcrypt maildir --decrypt --jobs 2 maildir {open}", writes=False),
]  # fmt: skip


def run(words, **more):
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more).stdout


class Bench:
    """The present folder, with a store of Alice's and all that the operations read; every key is of one kind."""

    def __init__(self, algo, protected):
        self.algo, self.protected, self.opened_session_key = algo, protected, None
        for name in os.listdir("."):
            (shutil.rmtree if os.path.isdir(name) else os.unlink)(name)
        for name, text in (("first", FIRST), ("second", SECOND), ("code", CODE)):
            self.put(name, text)
        self.key = self.generate("alice", "Alice <alice@example.org>", "Alice at work <alice@work.example>")
        self.put("secret.asc", self.smkey("alice", "export", "--secret", self.key))
        self.put("carol.pgp", self.smkey("carol", "export", "--secret", "--binary", self.generate("carol", "Carol <carol@example.org>")))
        self.bob = self.generate("bob", "Bob <bob@example.org>")
        self.other = self.generate("other", "Bob <bob@example.org>")
        for store in ("bob", "other"):
            self.put(store + ".asc", self.smkey(store, "export", "--all"))
            self.smkey("alice", "import", store + ".asc")
        self.subkeys = [subkey["fingerprint"] for subkey in json.loads(self.smkey("alice", "show", "--json", self.key))["subkeys"]]
        opened = ["--passphrase-file", "first"] if protected else []
        self.put("revocation.asc", self.smkey("alice", "revocation", self.key, "--reason", "none", *opened))
        shutil.copytree("alice", "more")
        self.smkey("more", "subkey", "add", self.key, *opened)
        self.put("more.asc", self.smkey("more", "export", "--secret", self.key))
        mail = b"From: Alice <alice@example.org>\nTo: alice@example.org\nSubject: test\n\nhello\n"
        self.put("plain.eml", mail)
        self.put("encrypted.eml", run(["smcrypt", "--store", "alice", "encrypt", "--to", "alice@example.org"], input=mail))
        self.put("setup.eml", self.setup_message())
        for name in ("new", "cur", "tmp"):
            os.makedirs("maildir/" + name)

    @staticmethod
    def put(name, data):
        with open(name, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(data)
        return name

    @staticmethod
    def smkey(store, *words):
        return run(["smkey", "--store", store, "--batch", *words])

    def generate(self, store, *user_ids, protected=None):
        protected = self.protected if protected is None else protected
        protection = ["--passphrase-file", "first"] if protected else ["--no-passphrase"]
        return self.smkey(store, "generate", "--algo", self.algo, *protection, *user_ids).decode().strip()

    def setup_message(self):
        """Carol's key, without a passphrase, in an Autocrypt Setup Message."""
        key = self.smkey("setup", "export", "--secret", self.generate("setup", "Carol <carol@example.org>", protected=False))
        gpg = ["gpg", "--batch", "--pinentry-mode", "loopback", "--passphrase-file", "code", "--cipher-algo", "AES256", "--armor", "-c"]
        armored = run(gpg, input=key).replace(b"\n\n", b"\nPassphrase-Format: numeric9x4\nPassphrase-Begin: 17\n\n", 1)
        return b"".join([
            b"From: carol@example.org\nTo: carol@example.org\nAutocrypt-Setup-Message: v1\nMIME-Version: 1.0\n",
            b'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain\n\na setup message\n',
            b"--b\nContent-Type: application/autocrypt-setup\n\n<pre>\n", armored, b"</pre>\n--b--\n"])  # fmt: skip

    def secrets(self):
        """What must not be found, of all keys that lie here, in stores or as they are exchanged."""
        passphrases = [FIRST.strip(), SECOND.strip()]
        patterns = material.Patterns()
        for name in glob.glob("*/private/*.pgp") + glob.glob("*.pgp") + glob.glob("*.asc"):
            with open(name, "rb") as file:
                data = file.read()
            packets = openpgp.dearmor(data) if name.endswith(".asc") else data
            for what, octets in material.secrets_of(packets, passphrases).items():
                patterns.add(what, octets)
        for passphrase in [*passphrases, CODE.strip()]:
            patterns.add_text("a passphrase", passphrase)
        patterns.add("the session key of a message", self.session_key())
        return patterns

    def session_key(self):
        """Of the encrypted message, as gpg opens it."""
        if self.opened_session_key:
            return self.opened_session_key
        words = ["gpg", "--batch", "--quiet", "--homedir", "gnupg", "--pinentry-mode", "loopback", "--passphrase-file", "first"]
        if not os.path.isdir("gnupg"):
            os.mkdir("gnupg", 0o700)
            run([*words, "--import", "secret.asc"])
        with open("encrypted.eml", "rb") as file:
            armored = file.read()
        shown = subprocess.run([*words, "--show-session-key", "-d"], input=armored, check=True, capture_output=True).stderr
        self.opened_session_key = bytes.fromhex(shown.split(b"session key: '9:")[1].split(b"'")[0].decode())
        return self.opened_session_key

    def begin(self, operation):
        """The store as the operation finds it."""
        shutil.rmtree("store", ignore_errors=True)
        if operation.given == "store":
            shutil.copytree("alice", "store", symlinks=True)
        for name in glob.glob("exported.asc") + glob.glob("maildir/new/*") + glob.glob("maildir/cur/*"):
            os.unlink(name)
        if "maildir" in operation.line:
            for number in range(4):
                shutil.copy("encrypted.eml", "maildir/cur/%d.m.example:2,S" % number)
