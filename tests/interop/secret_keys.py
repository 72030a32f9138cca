"""Secret keys from gpg and sq, and back to them: secret_keys.py SCRATCH [WORDS]. TAP on stdout, one result per kind of key and shape.

A key is made by gpg or sq and given a shape: an offline primary key, several signing subkeys, a revoked user ID, and so on. Ours takes what
they export and says of it what its maker says. What ours exports then goes to gpg and sq, with nothing else at hand: they say the same
again, and all three sign, verify, encrypt and decrypt with it crosswise, or all three refuse.

SM_FULL=1 gives each shape to each kind, with a passphrase and without; otherwise they take turns. WORDS picks results by their names.
"""

import concurrent.futures
import json
import multiprocessing
import os
import re
import shutil
import subprocess
import sys
import time

import forge_keys  # noqa: F401 (finds openpgp)
from key_case import DAY, PASSPHRASE, Base, Case, Wrong, insist, passphrase_file, refused
from key_views import differences, effective, read_gpg, read_ours, read_sq
from mime_harness import (
    Entity,
    Malformed,
    check_encrypted,
    check_payload,
    check_restored,
    check_signed,
    compose_encrypted,
    compose_signed,
    conforming_entity,
    wire_entity,
)
from mime_messages import messages
from openpgp import dearmor, packets
from peers import Failed, Gpg, Sq, on_terminal, run, write

FULL = os.environ.get("SM_FULL") == "1"
ERRORS = (Failed, Malformed, subprocess.TimeoutExpired, ValueError, KeyError, IndexError, TypeError, AttributeError, OSError)
LISTING = ("--with-colons", "--fixed-list-mode", "--list-options", "show-sig-subpackets", "--check-sigs")
BORN = -60  # days from now

# What gpg is told to make.
GPG_KINDS = {
    "ed25519": ("EDDSA", "Key-Curve: ed25519", "ECDH", "Subkey-Curve: cv25519"),
    "nistp256": ("ECDSA", "Key-Curve: nistp256", "ECDH", "Subkey-Curve: nistp256"),
    "rsa4096" if FULL else "rsa3072": ("RSA", f"Key-Length: {4096 if FULL else 3072}", "RSA", f"Subkey-Length: {4096 if FULL else 3072}"),
    "dsa2048": ("DSA", "Key-Length: 2048", "ELG-E", "Subkey-Length: 2048"),
}
ALONE = "rsa2048"  # as they were of old: the primary key encrypts, too
GPG_KINDS[ALONE] = ("RSA", "Key-Length: 2048", None, None)
SQ_KINDS = {"cv25519": "cv25519", "rsa4k" if FULL else "rsa3k": "rsa4k" if FULL else "rsa3k"}

# The smallest thing that gpg takes for a photo.
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"


class GpgMaker:
    """A key in a home of gpg's."""

    name = "gpg"

    def __init__(self, kind, protected, folder):
        self.kind, self.protected, self.folder = kind, protected, folder
        self.home = os.path.join(folder, "gpg")
        self.user_id = f"Zo\u00eb {kind} <{kind}@example.org>"
        self.passphrase = passphrase_file(folder, PASSPHRASE if protected else "")
        self.gpg = Gpg(self.home, self.passphrase)
        self.fingerprint = ""
        self.offline = set()  # fingerprints whose secret part is left out

    def generate(self):
        primary, primary_size, subkey, subkey_size = GPG_KINDS[self.kind]
        batch = f"Key-Type: {primary}\n{primary_size}\nKey-Usage: cert,sign{'' if subkey else ',encrypt'}\n"
        batch += f"Subkey-Type: {subkey}\n{subkey_size}\nSubkey-Usage: encrypt\n" if subkey else ""
        name, address = self.user_id[:-1].split(" <")
        batch += f"Name-Real: {name}\nName-Email: {address}\nExpire-Date: 3y\n"
        batch += f"Passphrase: {PASSPHRASE}\n" if self.protected else "%no-protection\n"
        self.on_day(BORN, "--gen-key", data=(batch + "%commit\n").encode())
        self.fingerprint = self.fingerprints()[0]
        self.gpg.close()
        return self

    def copy(self, folder):
        """The same key in another home."""
        os.makedirs(folder)
        shutil.copytree(self.home, os.path.join(folder, "base"), ignore=lambda _, names: [name for name in names if name.startswith("S.")])
        other = GpgMaker(self.kind, self.protected, folder)
        os.rmdir(other.home)
        os.rename(os.path.join(folder, "base"), other.home)
        other.fingerprint = self.fingerprint
        return other

    def on_day(self, day, *arguments, data=b""):
        faked = ["--faked-system-time", str(int(time.time()) + day * DAY), "--display-charset", "utf-8"]
        return self.gpg.call(*faked, *arguments, data=data)

    def fingerprints(self):
        colons = self.gpg.call("--with-colons", "--list-keys").stdout.decode()
        return re.findall(r"^fpr:+([0-9A-F]{40}):", colons, re.M)

    def add_key(self, day, algorithm, use):
        self.on_day(day, "--quick-add-key", self.fingerprint, algorithm, use, "2y")

    def export(self):
        how = "--export-secret-subkeys" if self.offline else "--export-secret-keys"
        return self.gpg.call(how, self.fingerprint).stdout

    def view(self):
        return read_gpg(self.gpg.call(*LISTING, self.fingerprint).stdout.decode("utf-8", "replace")).view

    def close(self):
        self.gpg.close()


def plain(_maker):
    """As it was generated."""


def offline(maker):
    maker.add_key(-40, "ed25519", "sign")
    maker.offline = {maker.fingerprint}


def several_signing_subkeys(maker):
    maker.add_key(-50, "ed25519", "sign")
    maker.add_key(-40, "rsa2048", "sign")
    maker.add_key(-30, "ed25519", "sign")


def expired(maker):
    for subkeys in ([], ["*"])[: 1 if maker.kind == ALONE else 2]:
        maker.on_day(-50, "--quick-set-expire", maker.fingerprint, "10d", *subkeys)


def revoked(maker):
    with open(os.path.join(maker.home, "openpgp-revocs.d", maker.fingerprint + ".rev"), "rb") as file:
        maker.gpg.call("--import", data=file.read().replace(b"\n:-----BEGIN", b"\n-----BEGIN"))


def several_user_ids(maker):
    maker.on_day(-40, "--quick-add-uid", maker.fingerprint, f"Zo\u00eb at work <{maker.kind}@work.example>")
    maker.on_day(-30, "--quick-add-uid", maker.fingerprint, f"Zo\u00eb at home <{maker.kind}@home.example>")
    maker.on_day(-20, "--quick-set-primary-uid", maker.fingerprint, maker.user_id)


def user_id_revoked(maker):
    several_user_ids(maker)
    maker.on_day(-10, "--quick-revoke-uid", maker.fingerprint, f"Zo\u00eb at work <{maker.kind}@work.example>")


def photo(maker):
    path = write(os.path.join(maker.folder, "photo.jpg"), JPEG)
    words = ["--no-batch", "--command-fd", "0", "--photo-viewer", "true", "--edit-key", maker.fingerprint, "addphoto"]
    maker.on_day(-40, *words, data=f"{path}\ny\nsave\n".encode())
    if b"uat:" not in maker.gpg.call("--with-colons", "--list-keys").stdout:
        raise Failed("gpg has added no photo")


def authentication_subkey(maker):
    maker.add_key(-40, "ed25519", "auth")


GPG_SHAPES = {
    "plain": plain,
    "offline primary key": offline,
    "several signing subkeys": several_signing_subkeys,
    "expired": expired,
    "revoked": revoked,
    "several user IDs": several_user_ids,
    "a user ID revoked": user_id_revoked,
    "a photo": photo,
    "a subkey that authenticates": authentication_subkey,
}


class SqMaker:
    """A key of sq's: subkeys to sign, to authenticate and to encrypt; direct-key signatures."""

    name = "sq"

    def __init__(self, kind, protected, folder, *options, expires="3y", revoked=False):
        self.kind, self.protected, self.offline = kind, protected, set()
        os.makedirs(folder)
        self.user_id = f"Zo\u00eb {kind} <{kind}@example.org>"
        self.path = os.path.join(folder, "made.pgp")
        when = time.strftime("%Y%m%dT%H%M%S", time.gmtime(time.time() + BORN * DAY))
        command = ["sq", "key", "generate", "--cipher-suite", SQ_KINDS[kind], "--creation-time", when, "--expires-in", expires]
        command += ["--userid", self.user_id, "--export", self.path, *options]
        if protected:
            on_terminal([*command, "--with-password"], [PASSPHRASE])
        else:
            run(command)
        if revoked:
            self.apply(self.path + ".rev")
        self.fingerprint = run(["sq", "inspect", self.path]).stdout.decode().partition("Fingerprint: ")[2][:40]

    def apply(self, revocation):
        """sq 0.27 has no command that does it: the signature goes behind the primary key's packet."""
        with open(self.path, "rb") as key, open(revocation, "rb") as signature:
            packets_of_key, revokes = dearmor(key.read()), dearmor(signature.read())
        end = next(packets(packets_of_key))[3]
        write(self.path, packets_of_key[:end] + revokes + packets_of_key[end:])

    def export(self):
        with open(self.path, "rb") as file:
            return file.read()

    def view(self):
        inspected, listed = (run(["sq", *how, self.path]).stdout.decode() for how in (["inspect"], ["keyring", "list"]))
        return read_sq(inspected, listed)

    def close(self):
        """Nothing runs."""


SQ_SHAPES = {
    "plain": {},
    "no subkeys but one": {"options": ["--cannot-sign", "--cannot-authenticate"]},
    "several user IDs": {"options": ["--userid", "Zo\u00eb at work <zoe@work.example>"]},
    "expired": {"expires": "30d"},
    "revoked": {"revoked": True},
}


class Journey(Case):
    """From its maker to ours, and from there to gpg and sq."""

    def __init__(self, maker, folder):
        os.makedirs(folder)
        base = Base(maker.kind, maker.protected, folder)
        base.fingerprint, base.user_ids = maker.fingerprint, [maker.user_id]
        base.ours().call("smkey", "import", data=maker.export())
        base.view = maker.view()
        write(base.certificate, base.ours().call("smkey", "export", base.fingerprint)[0])
        super().__init__(base, os.path.join(folder, "case"))
        self.maker = maker
        self.weak = maker.kind.startswith("dsa")

    def judge(self):
        shown = self.show()
        insist(differences(effective(self.want), effective(read_ours(shown)), "ours", messages=False))
        insist(self.parts(shown))
        gpg = self.views(secret=True)
        self.met_before()
        self.used(gpg)

    def parts(self, shown):
        """Which secret parts are said to be where."""
        wrong = []
        for key in (shown["primary"], *shown["subkeys"]):
            want = "offline" if key["fingerprint"] in self.maker.offline else "protected" if self.base.protected else "stored"
            if key["secret"] != want:
                wrong.append(f"the secret part of {key['fingerprint']} is {key['secret']}, not {want}")
        return wrong

    def used(self, gpg):
        sq = Sq(os.path.join(self.folder, "sq"), self.passphrase)
        original = dict(messages(self.address, self.address))["7bit LF"]
        entity = conforming_entity(wire_entity(original))
        signs, encrypts = self.want.usable("sign"), self.want.usable("encrypt")
        if not signs:
            refused("smsign signs", self.ours.call, "smsign", "sign", data=original.raw)
        if not encrypts:
            refused("smcrypt encrypts", self.ours.encrypt, original.raw, self.key, False)
            return
        good = "weak" if self.weak else "good"
        # sq wants a passphrase for the stub of an offline primary key before it looks at the subkeys; Nettle has no DSA for ElGamal.
        signers = (gpg,) if self.maker.offline else (gpg, sq)
        readers = (gpg,) if self.weak else (gpg, sq)
        if signs:
            signed, armored = check_signed(original, Entity(self.ours.sign(original.raw, self.key)))
            for peer in (gpg, sq):
                peer.verify(signed, armored, self.key)
            for peer in signers:
                verdict = self.ours.verify(compose_signed(original, entity, peer.sign(entity, self.key, False)), accept=(0, 1))
                if verdict != good:
                    raise Failed(f"smsign says {verdict} of what {peer.name} signed")
        cipher = check_encrypted(original, Entity(self.ours.encrypt(original.raw, self.key, signs)))
        for peer in readers:
            check_payload(original, peer.decrypt(cipher, self.key, self.key if signs else None), signs, "cipher")
            restored, verdict = self.ours.decrypt(compose_encrypted(original, peer.encrypt(entity, self.key, None)))
            check_restored(original, restored)
            if verdict != "none":
                raise Failed(f"smcrypt finds a signature, {verdict}, that {peer.name} has not made")


PLAN = []  # of the parent; the workers inherit it
FOLDER = ""


def plan():
    """Name, function that makes it."""
    bases = {}
    for row, (shape, change) in enumerate(GPG_SHAPES.items()):
        for column, kind in enumerate(GPG_KINDS):
            if not FULL and column != 0 and row % 4 != column - 1:
                continue
            for protected in (False, True):
                if FULL or protected == bool((row + column) % 2):
                    PLAN.append((words("gpg", kind, shape, protected), from_gpg, (bases, kind, protected, change)))
    for row, (shape, options) in enumerate(SQ_SHAPES.items()):
        for column, kind in enumerate(SQ_KINDS):
            for protected in (False, True):
                if FULL or protected == bool((row + column) % 2):
                    PLAN.append((words("sq", kind, shape, protected), from_sq, (kind, protected, options)))
    return bases


def words(maker, kind, shape, protected):
    return f"{kind} from {maker}, {shape}, {'with' if protected else 'without'} a passphrase"


def from_gpg(folder, bases, kind, protected, change):
    maker = bases[kind, protected].copy(folder)
    change(maker)
    return maker


def from_sq(folder, kind, protected, options):
    options = dict(options)
    return SqMaker(kind, protected, folder, *options.pop("options", []), **options)


def perform(number):
    """What went wrong, a line each."""
    _, make, arguments = PLAN[number]
    folder = os.path.join(FOLDER, f"case-{number}")
    maker = journey = None
    try:
        maker = make(os.path.join(folder, "maker"), *arguments)
        journey = Journey(maker, os.path.join(folder, "ours"))
        journey.judge()
    except ERRORS as error:
        return str(error).splitlines() if isinstance(error, Wrong) else [f"{type(error).__name__}: {error}"]
    finally:
        for one in (journey, maker):
            if one:
                one.close()
        if not os.environ.get("SM_KEEP"):
            shutil.rmtree(folder, ignore_errors=True)
    return []


def main():
    global FOLDER
    FOLDER, wanted = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
    os.makedirs(FOLDER)
    bases = plan()
    PLAN[:] = [one for one in PLAN if wanted in one[0]]
    for kind, protected in sorted({one[2][1:3] for one in PLAN if one[1] is from_gpg}):
        folder = os.path.join(FOLDER, f"{kind}-{protected}")
        os.makedirs(folder)
        bases[kind, protected] = GpgMaker(kind, protected, folder).generate()
    bad = 0
    fork = multiprocessing.get_context("fork")
    with concurrent.futures.ProcessPoolExecutor(max_workers=min(4, (os.cpu_count() or 1) + 1), mp_context=fork) as pool:
        for number, (case, lines) in enumerate(zip(PLAN, pool.map(perform, range(len(PLAN)))), 1):
            bad += bool(lines)
            print(f"{'not ok' if lines else 'ok'} {number} - {case[0]}")
            for line in lines:
                print("#   " + line)
            sys.stdout.flush()
    print(f"1..{len(PLAN)}")
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
