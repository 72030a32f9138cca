"""The programs of the exchange, each with the same few verbs: ours speaks MIME, the peers sign and encrypt bytes."""

import fcntl
import os
import re
import select
import shutil
import subprocess
import tempfile
import termios
import time

KINDS = ("ed25519", "rsa4096", "nistp256")


class Failed(Exception):
    """A program answered otherwise than it must; the text names the command and what it said."""


class Key:
    """A key pair on the disk: who made it, its address, where its certificate and its secret key lie."""

    def __init__(self, kind, maker, folder):
        self.kind, self.maker = kind, maker
        self.address = f"{kind}.{maker}@example.org"
        self.user_id = f"Zo\u00eb {kind} <{self.address}>"
        self.certificate = os.path.join(folder, f"{kind}-{maker}.asc")
        self.secret = os.path.join(folder, f"{kind}-{maker}.sec.asc")
        self.fingerprint = ""


def run(arguments, data=b"", environment=None, accept=(0,), pass_fds=()):
    done = subprocess.run(
        arguments, input=data, capture_output=True, timeout=120, env={**os.environ, **(environment or {})}, pass_fds=pass_fds, check=False
    )
    if done.returncode not in accept:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()[-3:]
        raise Failed(f"status {done.returncode} of {' '.join(arguments)}: {' / '.join(said)}")
    return done


def on_terminal(arguments, answers, data=b"", most=20):
    """A program that asks on its terminal: one answer a question, the last one again and again, to no more than so many."""
    ours, theirs = os.openpty()
    said, asked = bytearray(), 0
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as diagnostics:
        given.write(data)
        given.seek(0)
        process = subprocess.Popen(
            arguments,
            stdin=given,
            stdout=out,
            stderr=diagnostics,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(theirs, termios.TIOCSCTTY, 0),
            pass_fds=(theirs,),  # or the terminal hangs up before it is opened by its name
        )
        os.close(theirs)
        try:
            while asked <= most and select.select([ours], [], [], 60)[0]:
                said += os.read(ours, 4096)
                while asked < len(re.findall(rb"[Pp]assword.*?: ", said)):
                    # What is typed before the echo goes off may be thrown away with it.
                    while termios.tcgetattr(ours)[3] & termios.ECHO and process.poll() is None:
                        time.sleep(0.002)
                    os.write(ours, answers[min(asked, len(answers) - 1)].encode() + b"\n")
                    asked += 1
        except OSError:
            pass  # nobody is on the terminal any more
        finally:
            if asked > most:
                process.kill()
            try:
                process.wait(60)
            finally:
                process.kill()
                os.close(ours)
        out.seek(0)
        diagnostics.seek(0)
        done = subprocess.CompletedProcess(arguments, process.returncode, out.read(), diagnostics.read())
    if done.returncode != 0:
        words = (done.stderr or bytes(said)).decode("utf-8", "replace").strip().splitlines()[-3:]
        raise Failed(f"status {done.returncode} of {' '.join(arguments)}: {' / '.join(words)}")
    return done


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)
    return path


class Scratch:
    """Files for programs that want names; one set for each peer."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)

    def put(self, name, data):
        return write(os.path.join(self.folder, name), data)

    def path(self, name):
        path = os.path.join(self.folder, name)
        if os.path.exists(path):
            os.unlink(path)
        return path


class Ours:
    """smkey, smsign, smcrypt on one store. Silent when all is well, or it is a failure."""

    # Commands that may need the secret key; others take no passphrase.
    OPEN_KEYS = "generate passwd expire revoke revocation uid subkey sign encrypt decrypt".split()

    def __init__(self, store, passphrase_file=None):
        self.store = store
        self.passphrase_file = passphrase_file

    def call(self, program, *arguments, data=b"", quiet=True, accept=(0,)):
        """stdout and the status lines."""
        reading, writing = os.pipe()
        opens = self.passphrase_file and arguments[0] in self.OPEN_KEYS
        passphrase = ["--passphrase-file", self.passphrase_file] if opens else []
        command = [program, "--store", self.store, "--batch", "--status-fd", str(writing), *passphrase, *arguments]
        try:
            done = run(command, data, accept=accept, pass_fds=(writing,))
        finally:
            os.close(writing)
            with os.fdopen(reading, "rb") as pipe:
                status = pipe.read().decode()
        if quiet and done.stderr:
            raise Failed(f"{' '.join(command)} is not silent: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout, status

    def generate(self, key):
        out, _ = self.call("smkey", "generate", "--no-passphrase", "--algo", key.kind, key.user_id)
        key.fingerprint = out.decode().strip()
        write(key.certificate, self.call("smkey", "export", key.fingerprint)[0])
        write(key.secret, self.call("smkey", "export", "--secret", key.fingerprint)[0])

    def take(self, path):
        self.call("smkey", "import", path)

    def sign(self, message, _key):
        return self.call("smsign", "sign", data=message)[0]

    def verify(self, message, accept=(0,)):
        """The verdict."""
        return self.call("smsign", "verify", data=message, accept=accept)[0].decode().split("\n")[0]

    def encrypt(self, message, recipient, signed):
        return self.call("smcrypt", "encrypt", "--to", recipient.address, *(["--sign"] if signed else []), data=message)[0]

    def decrypt(self, message):
        """The message and the verdict about what was inside."""
        out, status = self.call("smcrypt", "decrypt", data=message)
        verdict = re.search(r"^\[SM:\] VERDICT (?:.* )?verdict=(\S+)", status, re.M)
        if not verdict:
            raise Failed(f"smcrypt decrypt says no VERDICT but {status!r}")
        return out, verdict.group(1)


class Gpg:
    name = "gpg"
    makes = KINDS
    writes_lf = False

    def __init__(self, home, passphrase_file=None):
        self.home = home
        self.passphrase = ["--pinentry-mode", "loopback", "--passphrase-file", passphrase_file] if passphrase_file else []
        os.makedirs(home, mode=0o700)

    def call(self, *arguments, data=b"", accept=(0,)):
        settings = ["--batch", "--quiet", "--no-tty", "--trust-model", "always", *self.passphrase]
        return run(["gpg", "--homedir", self.home, *settings, *arguments], data, accept=accept)

    def close(self):
        """Ends its agent."""
        if os.path.exists(os.path.join(self.home, "S.gpg-agent")):
            run(["gpgconf", "--homedir", self.home, "--kill", "all"])

    def generate(self, key):
        of = {
            "ed25519": "Key-Type: EDDSA\nKey-Curve: ed25519\nSubkey-Type: ECDH\nSubkey-Curve: cv25519",
            "rsa4096": "Key-Type: RSA\nKey-Length: 4096\nSubkey-Type: RSA\nSubkey-Length: 4096",
            "nistp256": "Key-Type: ECDSA\nKey-Curve: nistp256\nSubkey-Type: ECDH\nSubkey-Curve: nistp256",
        }[key.kind]
        name, address = key.user_id[:-1].split(" <")
        batch = f"%no-protection\n{of}\nSubkey-Usage: encrypt\nName-Real: {name}\nName-Email: {address}\nExpire-Date: 2y\n%commit\n"
        self.call("--gen-key", data=batch.encode())
        listing = self.call("--with-colons", "--list-secret-keys", key.address).stdout.decode()
        key.fingerprint = re.search(r"^fpr:+([0-9A-F]{40}):", listing, re.M).group(1)
        write(key.certificate, self.call("--armor", "--export", key.fingerprint).stdout)
        write(key.secret, self.call("--armor", "--export-secret-keys", key.fingerprint).stdout)

    def take(self, path):
        self.call("--import", path)

    def take_certificate(self, path):
        """As above, without an agent, which it would start for nothing."""
        self.call("--no-autostart", "--import", path)

    def sign(self, data, key, text):
        return self.call("--armor", "--detach-sign", *(["--textmode"] if text else []), "-u", key.fingerprint, data=data).stdout

    def verify(self, data, signature, key):
        with_name = Scratch(self.home + ".files").put("sig", signature)
        status = self.call("--status-fd", "1", "--verify", with_name, "-", data=data).stdout.decode()
        self.expect_signer(status, key)

    def encrypt(self, data, recipient, signer):
        who = ["--sign", "-u", signer.fingerprint] if signer else []
        return self.call("--armor", "--encrypt", *who, "-r", recipient.fingerprint, data=data).stdout

    def decrypt(self, data, _recipient, signer):
        out = Scratch(self.home + ".files").path("out")
        status = self.call("--status-fd", "1", "--output", out, "--decrypt", data=data).stdout.decode()
        if "[GNUPG:] DECRYPTION_OKAY" not in status or "[GNUPG:] GOODMDC" not in status:
            raise Failed(f"gpg --decrypt says {status!r}")
        if signer:
            self.expect_signer(status, signer)
        elif "SIG" in status:
            raise Failed("gpg finds a signature that nobody made")
        with open(out, "rb") as file:
            return file.read()

    def expect_signer(self, status, key):
        if not re.search(rf"^\[GNUPG:\] VALIDSIG .*\b{key.fingerprint}$", status, re.M) or "[GNUPG:] GOODSIG" not in status:
            raise Failed(f"gpg --verify says {status!r}")


class Sq:
    name = "sq"
    makes = ("ed25519", "rsa4096")
    writes_lf = False

    def __init__(self, home, passphrase=None):
        self.files = Scratch(home)
        self.passphrase = passphrase

    def call(self, *arguments, data=b""):
        """A call that may need the secret key. sq takes a passphrase only from a terminal."""
        if self.passphrase is None:
            return run(["sq", *arguments], data)
        return on_terminal(["sq", *arguments], [self.passphrase], data)

    def generate(self, key):
        suite = {"ed25519": "cv25519", "rsa4096": "rsa4k"}[key.kind]
        run(["sq", "--force", "key", "generate", "--cipher-suite", suite, "--userid", key.user_id, "--export", key.secret])
        run(["sq", "--force", "key", "extract-cert", "--output", key.certificate, key.secret])
        key.fingerprint = re.search(r"Fingerprint: ([0-9A-F]{40})", run(["sq", "inspect", key.certificate]).stdout.decode()).group(1)

    def take(self, path):
        """Nothing to do: every call names its files."""

    def sign(self, data, key, _text):
        return self.call("sign", "--detached", "--signer-key", key.secret, data=data).stdout

    def verify(self, data, signature, key):
        run(["sq", "verify", "--signer-cert", key.certificate, "--detached", self.files.put("sig", signature)], data)

    def encrypt(self, data, recipient, signer):
        who = ["--signer-key", signer.secret] if signer else []
        return self.call("encrypt", *who, "--recipient-cert", recipient.certificate, data=data).stdout

    def decrypt(self, data, recipient, signer):
        who = ["--signer-cert", signer.certificate] if signer else []
        return self.call("decrypt", "--recipient-key", recipient.secret, *who, data=data).stdout


class Gosop:
    name = "gosop"
    makes = ("ed25519",)
    writes_lf = True  # decrypt turns every CRLF into LF, sq's and gpg's too

    def __init__(self, home):
        self.files = Scratch(home)
        self.judge = Sq(home + ".judge")
        self.misread = 0

    def generate(self, key):
        write(key.secret, run(["gosop", "generate-key", key.user_id]).stdout)
        with open(key.secret, "rb") as secret:
            write(key.certificate, run(["gosop", "extract-cert"], secret.read()).stdout)
        key.fingerprint = re.search(r"Fingerprint: ([0-9A-F]{40})", run(["sq", "inspect", key.certificate]).stdout.decode()).group(1)

    def take(self, path):
        """Nothing to do: every call names its files."""

    def sign(self, data, key, text):
        return run(["gosop", "sign", f"--as={'text' if text else 'binary'}", key.secret], data).stdout

    def verify(self, data, signature, key):
        out = run(["gosop", "verify", self.files.put("sig", signature), key.certificate], data).stdout.decode()
        if key.fingerprint not in out.upper():
            raise Failed(f"gosop verify says {out!r}")

    def encrypt(self, data, recipient, signer):
        who = [f"--sign-with={signer.secret}"] if signer else []
        return run(["gosop", "encrypt", *who, recipient.certificate], data).stdout

    def decrypt(self, data, recipient, signer):
        seen = self.files.path("verifications")
        who = [f"--verify-with={signer.certificate}", f"--verify-out={seen}"] if signer else []
        try:
            out = run(["gosop", "decrypt", *who, recipient.secret], data).stdout
        except Failed as failure:
            # It looks for packets inside the ciphertext too, and takes what chance puts there for a session key. What
            # it then fails on must be right by another's word, and be rare.
            self.misread += 1
            if "unable to read symmetric packet" not in str(failure) or self.misread > 2:
                raise
            print("# peer failure: gosop found a packet in ciphertext; sq reads this mail in its place")
            return self.judge.decrypt(data, recipient, signer).replace(b"\r\n", b"\n")
        if signer:
            with open(seen, encoding="utf-8") as file:
                said = file.read()
            if signer.fingerprint not in said.upper():
                raise Failed(f"gosop decrypt verified {said!r}")
        return out


PEERS = {"gpg": Gpg, "sq": Sq, "gosop": Gosop}


def available(name):
    return shutil.which(name) is not None
