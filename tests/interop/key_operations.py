"""What can be done to a key over its life: each function does it to a case, says in case.want what must have become of the key, and
leaves the judging to its caller."""

import os
import time

from key_case import DAY, PASSPHRASE, insist, listing, mail_of, passphrase_file, refused, wait_for
from key_views import Part, differences, effective, read_sq
from mime_harness import Entity, check_encrypted
from peers import Failed, Sq, on_terminal, run, write


def unrevoked(case):
    return [case.want.key, *(part for part in case.want.subkeys.values() if part.state != "revoked")]


def expire(case, when, expires):
    case.smkey("expire", case.fingerprint, when)
    for part in unrevoked(case):
        part.state, part.expires = "usable", expires() if callable(expires) else expires


def expire_longer(case):
    expire(case, "5y", lambda: case.lasting(5 * 365))


def expire_shorter(case):
    expire(case, "90d", lambda: case.lasting(90))


def expire_on_a_date(case):
    midnight = int(time.time()) // DAY * DAY + 400 * DAY
    expire(case, time.strftime("%Y-%m-%d", time.gmtime(midnight)), (midnight + DAY - 1, midnight + DAY))


def expire_never(case):
    expire(case, "never", None)


def await_end(case):
    """A second or two, where gpg set it just now."""
    parts = case.want.key, *case.want.subkeys.values()
    end = max(part.expires for part in parts)
    if end > time.time() + 10:
        raise Failed("it is not as it was to be: it does not end")
    while time.time() <= end:
        time.sleep(0.1)
    for part in parts:
        part.state = "expired"


def expire_again(case):
    """A key whose time is over comes back."""
    await_end(case)
    case.views()
    expire(case, "18mo", lambda: case.lasting(18 * 30))


def expire_subkey(case):
    fingerprint = case.subkey("encrypt")
    case.smkey("expire", case.fingerprint, "30d", "--subkey", fingerprint)
    case.want.subkeys[fingerprint].expires = case.lasting(30)


def expire_signing_subkey(case):
    fingerprint = case.subkey("sign")
    case.smkey("expire", case.fingerprint, "6y", "--subkey", fingerprint)
    case.want.subkeys[fingerprint].expires = case.lasting(6 * 365)


def revoke(case, reason, message=None):
    case.smkey("revoke", "--yes", case.fingerprint, "--reason", reason, *(["--message", message] if message else []))
    case.want.key.state, case.want.key.reason = "revoked", reason
    if message:
        case.want.messages[case.fingerprint] = message


def revoke_for(reason, message=None):
    return lambda case: revoke(case, reason, message)


def revoke_one_subkey(case):
    fingerprint = case.subkey("encrypt")
    message = "a newer one: Gr\u00fc\u00dfe"
    why = "--reason", "superseded", "--message", message
    case.smkey("revoke", "--yes", case.fingerprint, "--subkey", fingerprint, *why)
    case.want.subkeys[fingerprint].state, case.want.subkeys[fingerprint].reason = "revoked", "superseded"
    case.want.messages[fingerprint] = message


def revoke_compromised_subkey(case):
    """The oldest of those that sign, or the one there is."""
    use = "sign" if any("sign" in part.uses for part in case.want.subkeys.values()) else "encrypt"
    fingerprint = case.subkey(use)
    case.smkey("revoke", "--yes", case.fingerprint, "--subkey", fingerprint, "--reason", "compromised")
    case.want.subkeys[fingerprint].state, case.want.subkeys[fingerprint].reason = "revoked", "compromised"


def subkey_revoke(case):
    fingerprint = case.subkey("encrypt")
    case.smkey("subkey", "revoke", "--yes", case.fingerprint, fingerprint)
    part = case.want.subkeys[fingerprint]
    part.state, part.reason = "revoked", "none"


def revocation_for(reason, message=None):
    """A certificate that changes nothing until it is imported: by gpg, and by us."""

    def operation(case):
        before = case.smkey("export", "--secret", case.fingerprint), case.smkey("export", case.fingerprint)
        text = ["--message", message] if message else []
        certificate = case.smkey("revocation", case.fingerprint, "--reason", reason, *text)
        if before != (case.smkey("export", "--secret", case.fingerprint), case.smkey("export", case.fingerprint)):
            raise Failed("writing a revocation certificate changed the key")
        gpg = case.views()
        gpg.call("--trust-model", "pgp", "--check-trustdb")  # makes one: it wants it
        path = write(os.path.join(case.folder, "revocation.asc"), certificate)
        case.want.key.state, case.want.key.reason = "revoked", reason
        if message:
            case.want.messages[case.fingerprint] = message
        gpg.take(path)
        insist(differences(effective(case.want), effective(listing(gpg).view), "gpg with the revocation certificate"))
        both = b"".join(run(["sq", "dearmor", one]).stdout for one in (case.key.certificate, path))
        inspected = run(["sq", "inspect"], both).stdout.decode()
        insist(differences(effective(case.want), effective(read_sq(inspected, "")), "sq with the revocation certificate"))
        case.smkey("import", path)

    return operation


def uid_add(case, user_id=None):
    user_id = user_id or "\u0141ucja \u65e5\u672c\u8a9e \U0001f600 <lucja@example.org>"
    case.smkey("uid", "add", case.fingerprint, user_id)
    case.want.user_ids[user_id] = "valid"
    return user_id


def uid_revoke(case, user_id=None):
    user_id = user_id or case.user_ids[1]
    case.smkey("uid", "revoke", "--yes", case.fingerprint, user_id)
    case.want.user_ids[user_id] = "revoked"


def uid_primary(case, user_id=None):
    user_id = user_id or case.user_ids[1]
    case.smkey("uid", "primary", case.fingerprint, user_id)
    case.want.primary = user_id


def uid_change(case):
    """Another name from now on."""
    new = uid_add(case, f"Zo\u00eb M\u00fcller <zoe.{case.kind}@example.net>")
    uid_primary(case, new)
    uid_revoke(case, case.user_ids[0])
    case.address = case.key.address = f"zoe.{case.kind}@example.net"
    case.views()
    expire(case, "4y", lambda: case.lasting(4 * 365))


def uid_revoke_primary(case):
    """The next one is primary, by everybody's rules."""
    uid_revoke(case, case.user_ids[0])
    case.want.primary = case.user_ids[1]
    case.address = case.key.address = f"{case.kind}@work.example"


def subkey_add(case, use, algorithm=None):
    before = set(case.want.subkeys)
    case.smkey("subkey", "add", case.fingerprint, "--usage", use, *(["--algo", algorithm] if algorithm else []))
    subkeys = {key["fingerprint"]: key for key in case.show()["subkeys"]}
    new = set(subkeys) - before
    if len(new) != 1:
        raise Failed(f"{len(new)} new subkeys")
    fingerprint = new.pop()
    case.want.subkeys[fingerprint] = Part("usable", case.want.key.expires, frozenset({use}))
    names = {"ed25519": {"sign": "ed25519", "encrypt": "cv25519"}}
    if algorithm and subkeys[fingerprint]["algorithm"] != names.get(algorithm, {}).get(use, algorithm):
        raise Failed(f"the new subkey is of {subkeys[fingerprint]['algorithm']}")
    return fingerprint


def subkey_add_for(use, algorithm=None):
    return lambda case: subkey_add(case, use, algorithm)


def opened_by_sq(case, path, passphrase):
    """How many of its keys sq opens with it: all or none; it gives up at the first that it can't."""
    out = os.path.join(case.folder, "opened.pgp")
    try:
        on_terminal(["sq", "--force", "key", "password", "--clear", "--output", out, path], [passphrase, ""])
    except Failed:
        return 0
    return run(["sq", "inspect", out]).stdout.count(b"Secret key: Unencrypted")


def opened_by_gpg(case, path, passphrase):
    case.protect(passphrase)
    gpg = case.gpg()
    gpg.take(path)
    keys = gpg.call("--with-colons", "--list-secret-keys").stdout.decode().count("\ngrp:")
    done = gpg.call("--dry-run", "--passwd", case.fingerprint, accept=(0, 2))
    return keys - done.stderr.count(b": error changing passphrase: Bad passphrase")


def passwd(case, new="the second passphrase"):
    had = len(case.show()["subkeys"]) + 1
    case.smkey("passwd", case.fingerprint, "--new-passphrase-file", passphrase_file(case.folder, new))
    path = write(os.path.join(case.folder, "changed.asc"), case.smkey("export", "--secret", case.fingerprint))
    for who, opened in {"sq": opened_by_sq, "gpg": opened_by_gpg}.items():
        for passphrase, keys in {new: had, PASSPHRASE: 0}.items():
            if opened(case, path, passphrase) != keys:
                raise Failed(f"{who} does not open {keys} keys with {passphrase}")
    # A subkey that sq did not come to, since the primary key stayed closed.
    cipher = check_encrypted(mail_of(case.base.address), Entity(case.base.old_message))
    for how, data in {"--recipient-key": cipher, "--signer-key": b"text"}.items():
        command = ["sq", "sign" if how == "--signer-key" else "decrypt", how, path]
        refused(f"sq {command[1]}s with the passphrase that was", on_terminal, command, [PASSPHRASE], data, most=1)
    case.protect(new)


def changed_by_gpg(case):
    """gpg edits what we changed, and we take it back."""
    expire(case, "90d", lambda: case.lasting(90))
    gpg = case.views(secret=True)
    gpg.call("--trust-model", "pgp", "--check-trustdb")  # makes one: it wants it
    began = int(time.time())
    new = f"Zo\u00eb by gpg <gpg.{case.kind}@example.org>"
    gpg.call("--display-charset", "utf-8", "--quick-add-uid", case.fingerprint, new)
    gpg.call("--display-charset", "utf-8", "--quick-set-primary-uid", case.fingerprint, case.user_ids[1])
    gpg.call("--display-charset", "utf-8", "--quick-revoke-uid", case.fingerprint, case.user_ids[0])
    gpg.call("--quick-set-expire", case.fingerprint, "2y")
    gpg.call("--quick-set-expire", case.fingerprint, "1y", "*")
    case.want.user_ids.update({new: "valid", case.user_ids[0]: "revoked"})
    case.want.primary = case.user_ids[1]
    case.address = case.key.address = f"{case.kind}@work.example"

    def lasting(days):
        return began + days * DAY, int(time.time()) + 10 + days * DAY

    case.want.key.expires = lasting(2 * 365)
    for part in case.want.subkeys.values():
        part.expires = lasting(365)
    if not case.passphrase:
        gpg.call("--quick-add-key", case.fingerprint, "cv25519", "encr", "1y")
    wait_for(gpg)
    secret = gpg.call("--armor", "--export-secret-keys", case.fingerprint).stdout
    if case.passphrase:
        # Protected anew, so that we can't know it for the same key.
        case.smkey("import", data=secret, accept=(77,), quiet=False)
        case.smkey("import", data=gpg.call("--armor", "--export", case.fingerprint).stdout)
    else:
        case.smkey("import", data=secret)
        new = set(key["fingerprint"] for key in case.show()["subkeys"]) - set(case.want.subkeys)
        case.want.subkeys[new.pop()] = Part("usable", lasting(365), frozenset({"encrypt"}))
    if case.kind == "sq":
        # gpg leaves the direct-key signature as it was and goes on to read the expiry in it, sq does not. Ours changes all.
        expire(case, "2y", lambda: case.lasting(2 * 365))


def chain_of_growth(case):
    for step in (
        expire_shorter,
        uid_add,
        subkey_add_for("sign"),
        expire_longer,
        uid_primary,
        passwd,
        subkey_add_for("encrypt"),
        expire_never,
    ):
        step(case)
        case.views()


def chain_of_decay(case):
    subkey_add(case, "encrypt")
    for step in (
        revoke_one_subkey,
        uid_revoke,
        expire_shorter,
        subkey_revoke,
        uid_add,
        revoke_for("retired", "all of it"),
        revoke_for("compromised", "worse than that"),
    ):
        case.views()
        step(case)
    case.want.messages[case.fingerprint] = "all of it / worse than that"


def nothing(case):
    """As it was made or came; and it signs without encrypting, which the judge leaves out otherwise."""
    case.signed(mail_of(case.address), case.views(secret=True), Sq(os.path.join(case.folder, "sq"), case.passphrase))


def nothing_expired(case):
    await_end(case)


# Of several variants an ordinary run does one to each kind of key, taking turns.
OPERATIONS = {
    "as it came": {"": nothing},
    "expired": {"": nothing_expired},
    "passwd": {"": passwd},
    "expire, longer": {"": expire_longer},
    "expire, shorter": {"": expire_shorter},
    "expire, a date": {"": expire_on_a_date},
    "expire, never": {"": expire_never},
    "expire, when it had expired": {"": expire_again},
    "expire --subkey": {"": expire_subkey, ", one that signs": expire_signing_subkey},
    "revoke": {
        ", none": revoke_for("none"),
        ", superseded": revoke_for("superseded", "see the new one"),
        ", compromised": revoke_for("compromised", "Laptop weg: Gr\u00fc\u00dfe"),
        ", retired": revoke_for("retired", "no longer used"),
    },
    "revoke --subkey": {", superseded": revoke_one_subkey, ", compromised": revoke_compromised_subkey},
    "subkey revoke": {"": subkey_revoke},
    "revocation": {
        ", none": revocation_for("none"),
        ", superseded": revocation_for("superseded", "from the drawer"),
        ", compromised": revocation_for("compromised"),
        ", retired": revocation_for("retired"),
    },
    "uid add": {"": uid_add},
    "uid revoke": {"": uid_revoke},
    "uid revoke, the primary one": {"": uid_revoke_primary},
    "uid primary": {"": uid_primary},
    "uid add, primary, revoke of the old one": {"": uid_change},
    "subkey add, sign": {"": subkey_add_for("sign")},
    "subkey add, encrypt": {"": subkey_add_for("encrypt")},
    "subkey add --algo": {
        " ed25519, sign": subkey_add_for("sign", "ed25519"),
        " ed25519, encrypt": subkey_add_for("encrypt", "ed25519"),
        " nistp384, sign": subkey_add_for("sign", "nistp384"),
        " rsa3072, encrypt": subkey_add_for("encrypt", "rsa3072"),
        " nistp256, encrypt": subkey_add_for("encrypt", "nistp256"),
    },
    "gpg changes it after us": {"": changed_by_gpg},
    "chain: it grows": {"": chain_of_growth},
    "chain: it ends": {"": chain_of_decay},
}
EXPIRED = (expire_again, nothing_expired)
