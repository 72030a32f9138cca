"""A key as it was, what is done to a copy of it, and what ours, gpg and sq say and do with it afterwards."""

import copy
import json
import os
import shutil
import time

from key_views import differences, effective, read_gpg, read_ours, read_sq, settle
from mime_harness import (
    Entity,
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
from peers import Failed, Gpg, Key, Ours, Sq, on_terminal, run, write

DAY = 86400
PASSPHRASE = "the first passphrase"

# Subpackets of a self-signature that say how the owner wants to be written to: they outlive an operation. Preferred symmetric
# algorithms, hashes, compression; key server preferences and address; key flags; features (RFC 9580 §5.2.3.7).
WISHES = {11: "ciphers", 21: "hashes", 22: "compression", 23: "key server preferences", 24: "key server", 27: "flags", 30: "features"}
EMBEDDED = 32  # in the binding of a subkey that signs: its own signature


class Wrong(Failed):
    """What was found, a line each."""

    def __init__(self, lines):
        super().__init__("\n".join(lines))


def insist(lines):
    if lines:
        raise Wrong(lines)


def listing(gpg):
    """What a home of gpg has."""
    options = ["--with-colons", "--fixed-list-mode", "--list-options", "show-sig-subpackets"]
    return read_gpg(gpg.call(*options, "--check-sigs").stdout.decode("utf-8", "replace"))


def wait_for(gpg):
    """It dates a signature a second after the one before it: until none lies in the future."""
    while time.time() <= max(signature.created for signature in listing(gpg).signatures.values()):
        time.sleep(0.1)


# Keys


class Base:
    """A key as it was before any operation, with a message that it can open."""

    def __init__(self, kind, protected, folder):
        self.kind, self.protected = kind, protected
        self.folder = os.path.join(folder, f"{kind}-{'protected' if protected else 'open'}")
        self.store = os.path.join(self.folder, "store")
        self.address = f"{kind}@example.org"
        self.user_ids = [f"Zo\u00eb {kind} <{self.address}>", f"Zo\u00eb at work <{kind}@work.example>"]
        self.fingerprint = ""
        self.certificate = os.path.join(self.folder, "certificate.asc")
        self.view, self.signatures, self.old_message = None, {}, b""
        os.makedirs(self.folder)

    def ours(self):
        return Ours(self.store, passphrase_file(self.folder, PASSPHRASE) if self.protected else None)


def passphrase_file(folder, passphrase):
    return write(os.path.join(folder, "passphrase-" + passphrase.replace(" ", "-")), passphrase.encode() + b"\n")


def made_by_us(base):
    options = [] if base.protected else ["--no-passphrase"]
    base.fingerprint = base.ours().call("smkey", "generate", "--algo", base.kind, *options, *base.user_ids)[0].decode().strip()


def made_by_gpg(base, expires="3y", more=False):
    """A key that was made, and changed now and then, over the last month. Of its subkeys two sign. More: somebody else may revoke it,
    so that it has a direct-key signature without expiry or flags; and a photo, which is self-signed as a user ID is."""
    gpg = Gpg(os.path.join(base.folder, "gpg"), passphrase_file(base.folder, PASSPHRASE if base.protected else ""))
    now = int(time.time())

    def on_day(day, *arguments, data=b""):
        return gpg.call("--faked-system-time", str(now + day * DAY), "--display-charset", "utf-8", *arguments, data=data)

    server = "--default-keyserver-url", "https://keys.example.org"
    on_day(-30, *server, "--quick-gen-key", base.user_ids[0], "ed25519", "cert,sign", expires)
    keys = gpg.call("--with-colons", "--list-keys").stdout.decode()
    base.fingerprint = next(line.split(":")[9] for line in keys.splitlines() if line.startswith("fpr:"))
    for day, *how in ((-30, "cv25519", "encr"), (-29, "ed25519", "sign"), (-28, "rsa2048", "sign")):
        on_day(day, "--quick-add-key", base.fingerprint, *how, expires)
    on_day(-20, "--quick-add-uid", base.fingerprint, base.user_ids[1])
    on_day(-10, "--quick-set-primary-uid", base.fingerprint, base.user_ids[0])
    if more:
        on_day(-30, "--quick-gen-key", "a friend", "ed25519", "cert", "never")
        photo = write(os.path.join(base.folder, "photo.jpg"), bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9"))
        for words in ("addrevoker\na friend\ny\nsave\n", f"addphoto\n{photo}\ny\ny\nsave\n"):
            on_day(-9, "--no-batch", "--command-fd", "0", "--edit-key", base.fingerprint, data=words.encode())
    secret = write(os.path.join(base.folder, "made.asc"), gpg.call("--armor", "--export-secret-keys", base.fingerprint).stdout)
    gpg.close()
    base.ours().take(secret)


def made_by_sq(base, expires="3y"):
    """Of 30 days ago; expiry in a direct-key signature, too. Of its subkeys one signs, one authenticates, one encrypts."""
    secret = os.path.join(base.folder, "made.pgp")
    when = time.strftime("%Y%m%dT%H%M%S", time.gmtime(time.time() - 30 * DAY))
    command = ["sq", "key", "generate", "--creation-time", when, "--expires-in", expires, "--export", secret]
    for user_id in base.user_ids:
        command += ["--userid", user_id]
    if base.protected:
        on_terminal([*command, "--with-password"], [PASSPHRASE])
    else:
        run(command)
    inspected = run(["sq", "inspect", secret]).stdout.decode()
    base.fingerprint = inspected.partition("Fingerprint: ")[2][:40]
    base.ours().take(secret)


def made_by_gpg_with_more(base):
    made_by_gpg(base, more=True)


MAKERS = {"gpg": made_by_gpg, "gpg-more": made_by_gpg_with_more, "sq": made_by_sq}


def make_base(kind, protected, folder):
    base = Base(kind, protected, folder)
    MAKERS.get(kind, made_by_us)(base)
    finish(base)
    case = Case(base, os.path.join(base.folder, "first"))
    base.signatures = listing(case.exported()).signatures
    return base


def make_expired(kind, folder):
    """A key whose time is over. gpg makes it so where the maker can't."""
    expired = Base(kind, False, os.path.join(folder, "expired"))
    if kind in MAKERS:
        MAKERS[kind](expired, "2d" if kind == "gpg" else "29d")
        return finish(expired)
    made_by_us(expired)
    gpg = Gpg(os.path.join(expired.folder, "gpg"), passphrase_file(expired.folder, ""))
    gpg.call("--import", data=expired.ours().call("smkey", "export", "--secret", expired.fingerprint)[0])
    for which in (["*"], []):
        gpg.call("--quick-set-expire", expired.fingerprint, "seconds=1", *which)
    wait_for(gpg)
    secret = gpg.call("--export-secret-keys", expired.fingerprint).stdout
    gpg.close()
    shutil.rmtree(expired.store)
    expired.ours().take(write(os.path.join(expired.folder, "made.asc"), secret))
    # Its last second may not be over yet, and would be by the time that something is done with it.
    for _ in range(100):
        if not read_ours(json.loads(expired.ours().call("smkey", "show", "--json", expired.fingerprint)[0])).usable("encrypt"):
            return finish(expired)
        time.sleep(0.1)
    raise Wrong("it does not expire")


def mail_of(address):
    """To himself."""
    return dict(messages(address, address))["7bit LF"]


def finish(base):
    """What it says of itself, and a message to it."""
    shown = base.ours().call("smkey", "show", "--json", base.fingerprint)[0]
    base.view = read_ours(json.loads(shown))
    write(base.certificate, base.ours().call("smkey", "export", base.fingerprint)[0])
    if base.view.usable("encrypt"):
        original = mail_of(base.address)
        base.old_message = base.ours().call("smcrypt", "encrypt", "--to", base.address, data=original.raw)[0]
    return base


# One operation on one key


class Case:
    def __init__(self, base, folder):
        self.base, self.kind, self.folder = base, base.kind, folder
        self.fingerprint, self.user_ids = base.fingerprint, base.user_ids
        self.want = copy.deepcopy(base.view)
        self.address = base.address
        self.began = self.ended = 0
        self.homes = []
        os.makedirs(folder)
        self.store = os.path.join(folder, "store")
        shutil.copytree(base.store, self.store)
        self.passphrase = None
        self.ours = Ours(self.store)
        self.protect(PASSPHRASE if base.protected else None)
        self.key = Key(base.kind, "any", folder)
        self.key.fingerprint, self.key.address = self.fingerprint, self.address

    def protect(self, passphrase):
        self.passphrase = passphrase
        self.ours.passphrase_file = passphrase_file(self.folder, passphrase) if passphrase else None

    def smkey(self, *arguments, **options):
        """stdout; and when it began and ended, for `lasting`."""
        self.began = int(time.time())
        out, _ = self.ours.call("smkey", *arguments, **options)
        self.ended = int(time.time()) + 1
        return out

    def lasting(self, days):
        """An expiry so many days from the last call."""
        return self.began + days * DAY, self.ended + days * DAY

    def subkey(self, use):
        """The fingerprint of a subkey that has it."""
        return next(fpr for fpr, part in self.want.subkeys.items() if use in part.uses and part.state != "revoked")

    def show(self):
        return json.loads(self.smkey("show", "--json", self.fingerprint))

    def gpg(self):
        """A home of its own that knows nothing."""
        home = Gpg(os.path.join(self.folder, f"gpg{len(self.homes)}"), passphrase_file(self.folder, self.passphrase or ""))
        self.homes.append(home)
        return home

    def exported(self):
        """The certificate and the secret key as files, and a home of gpg that has the certificate; some knew it before."""
        write(self.key.certificate, self.smkey("export", self.fingerprint))
        write(self.key.secret, self.smkey("export", "--secret", self.fingerprint))
        gpg = self.gpg()
        if self.base.protected:
            gpg.take_certificate(self.base.certificate)
        gpg.take_certificate(self.key.certificate)
        return gpg

    # What everybody says

    def views(self, secret=False):
        """Ours, gpg and sq of the certificate as it is now, against what is wanted. Gives the home of gpg."""
        shown = self.show()
        ours = read_ours(shown)
        settle(self.want, ours)
        want = effective(self.want)
        gpg = self.exported()
        if secret:
            gpg.take(self.key.secret)
        listed = listing(gpg)
        found = differences(want, effective(ours), "ours", messages=False)
        found += differences(want, effective(listed.view), "gpg")
        found += [f"gpg: a signature does not verify: {record}" for record in listed.wrong]
        for what, path in {"sq": self.key.certificate, "sq on the secret key": self.key.secret}.items():
            inspected, listed_by_sq = (run(["sq", *how, path]).stdout.decode() for how in (["inspect"], ["keyring", "list"]))
            found += differences(want, effective(read_sq(inspected, listed_by_sq)), what)
        for use in ("sign", "encrypt"):
            for who, uses in {"ours": shown["usable_for"], "gpg": listed.usable_for}.items():
                if (use in uses) != want.usable(use):
                    found.append(f"{who} {'can' if use in uses else 'can not'} {use}")
        found += self.survived(listed.signatures)
        insist(found)
        return gpg

    def survived(self, signatures):
        lost = []
        for name, signature in signatures.items():
            before = self.base.signatures.get(name)
            for kind, word in WISHES.items():
                if before and kind in before.subpackets and signature.subpackets.get(kind) != before.subpackets[kind]:
                    lost.append(f"{word} of {name} are gone or changed")
            part = self.want.subkeys.get(name)
            if part and "sign" in part.uses and EMBEDDED not in signature.subpackets:
                lost.append(f"the binding of {name} no longer embeds the subkey's own signature")
        return lost

    # What everybody can do

    def used(self, gpg):
        """Signs, encrypts and opens with it, crosswise."""
        sq = Sq(os.path.join(self.folder, "sq"), self.passphrase)
        if self.base.old_message:
            check_restored(mail_of(self.base.address), self.ours.call("smcrypt", "decrypt", data=self.base.old_message)[0])
        original = mail_of(self.address)
        signing, encrypting = self.want.usable("sign"), self.want.usable("encrypt")
        if encrypting:
            self.encrypted(original, gpg, sq, signing)
        else:
            self.ours.call("smcrypt", "encrypt", "--to", self.address, data=original.raw, quiet=False, accept=(77,))
            refused("gpg encrypts", gpg.encrypt, b"text", self.key, None)
            if self.want.key.state != "revoked":
                # Of a revocation its encrypt sees the subkey's own alone.
                refused("sq encrypts", sq.encrypt, b"text", self.key, None)
        if not signing:
            self.ours.call("smsign", "sign", data=original.raw, quiet=False, accept=(77,))
            refused("gpg signs", gpg.sign, b"text", self.key, False)
            # Its sign looks at the signing subkey alone, its verify at the whole.
            refused("sq verifies", lambda: sq.verify(b"text", sq.sign(b"text", self.key, False), self.key))
        elif not encrypting:
            self.signed(original, gpg, sq)

    def signed(self, original, gpg, sq):
        signed, armored = check_signed(original, Entity(self.ours.sign(original.raw, self.key)))
        gpg.verify(signed, armored, self.key)
        sq.verify(signed, armored, self.key)
        run(["sqv", "--keyring", self.key.certificate, sq.files.put("sqv.sig", armored), sq.files.put("sqv.data", signed)])
        entity = conforming_entity(wire_entity(original))
        for peer in (gpg, sq):
            verdict = self.ours.verify(compose_signed(original, entity, peer.sign(entity, self.key, False)))
            if verdict != "good":
                raise Failed(f"smsign says {verdict} of what {peer.name} signed")

    def encrypted(self, original, gpg, sq, signing):
        """And signed, where it can sign."""
        signer = self.key if signing else None
        cipher = check_encrypted(original, Entity(self.ours.encrypt(original.raw, self.key, signing)))
        entity = conforming_entity(wire_entity(original))
        for peer in (gpg, sq):
            check_payload(original, peer.decrypt(cipher, self.key, signer), signing, "cipher")
            restored, verdict = self.ours.decrypt(compose_encrypted(original, peer.encrypt(entity, self.key, signer)))
            if verdict != ("good" if signing else "none"):
                raise Failed(f"smcrypt says {verdict} of what {peer.name} encrypted")
            check_restored(original, restored)

    def met_before(self):
        """Who has the certificate as it was, and gets it as it is, reads the same in it."""
        correspondent = Ours(os.path.join(self.folder, "correspondent"))
        for path in (self.base.certificate, self.key.certificate):
            correspondent.take(path)
        shown = json.loads(correspondent.call("smkey", "show", "--json", self.fingerprint)[0])
        insist(differences(effective(self.want), effective(read_ours(shown)), "ours that knew it before", messages=False))

    def judge(self):
        gpg = self.views(secret=True)
        if not self.base.protected:  # otherwise gpg had met it
            self.met_before()
        self.used(gpg)

    def close(self):
        for home in self.homes:
            home.close()


def refused(what, call, *arguments, **options):
    try:
        call(*arguments, **options)
    except Failed:
        return
    raise Failed(f"{what}, which it should not")
