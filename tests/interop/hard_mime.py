"""Every file of the suites, and every mail in it, through every command: hard_mime.py ADDRESS FINGERPRINT. TAP on stdout.

What holds for any input: no signal; only the statuses of the contract; stderr holds nothing but "smX: …" lines; a filter that
fails writes nothing. For each mail as it is, with LF and with CRLF.
"""

import concurrent.futures
import os
import re
import subprocess
import sys

SUITES = ("torture", "python-email", "gmime", "stalwart-crypto", "notmuch", "johnny", "memoryhole", "protected-headers")


def mails(path):
    """(name, bytes): the whole file, and each mail of a mailbox or of a list of mails."""
    with open(path, "rb") as file:
        data = file.read()
    yield "", data
    single = []
    if data.startswith(b"From "):
        single = re.split(rb"\n(?=From [^\n]*\d{4}\n)", data)
    elif path.endswith("is_encrypted.txt"):
        single = data.split(b"!!!\n")
    if len(single) > 1:
        for number, mail in enumerate(single, 1):
            yield f":{number}", mail


def forms(data):
    """As it is, and with the line ends it has not."""
    yield "", data
    lf = data.replace(b"\r\n", b"\n")
    if lf != data:
        yield " in LF", lf
    crlf = lf.replace(b"\n", b"\r\n")
    if crlf != data:
        yield " in CRLF", crlf


class Problem(Exception):
    pass


def call(command, data, statuses):
    """stdout, stderr and status of a program that must keep to its contract."""
    done = subprocess.run(command, input=data, capture_output=True, timeout=60, check=False)
    name = " ".join(command)
    if done.returncode not in statuses:
        raise Problem(f"{name}: status {done.returncode}: {done.stderr[:200]!r}")
    for line in done.stderr.splitlines():
        if not re.match(rb"sm[a-z]+: [\x20-\x7e\xa0-\xff]", line):
            raise Problem(f"{name}: on stderr: {line[:200]!r}")
    if done.returncode >= 64 and done.stdout and "verify" not in command:
        raise Problem(f"{name}: status {done.returncode} and {len(done.stdout)} bytes on stdout")
    return done


def decrypt(data, _who):
    done = call(["smcrypt", "--batch", "decrypt"], data, (0, 65, 77))
    if not data and done.returncode != 65:
        raise Problem("decrypt of nothing: not 65")
    if not re.search(rb"multipart/encrypted", data[:256 * 1024], re.I) and done.returncode == 0 and done.stdout != data:
        raise Problem("decrypt changes what is not encrypted")
    kept = call(["smcrypt", "--batch", "decrypt", "--keep"], data, (0, 65))
    if done.returncode == 77 and (kept.returncode, kept.stdout) != (0, data):
        raise Problem("decrypt --keep does not give back what it can't decrypt")


def verify(data, _who):
    done = call(["smsign", "verify"], data, (0, 1, 2, 65))
    words = "good bad mismatch unbound weak expired-key revoked-key partial none unknown-key error"
    if done.stdout and done.stdout.split(b"\n")[0].decode() not in words.split():
        raise Problem(f"verify: first line {done.stdout[:60]!r}")
    if done.returncode == 0:
        raise Problem("verify: good, without a certificate")


def annotate(data, _who):
    done = call(["smsign", "verify", "--annotate"], data, (0,) if data else (65,))
    if len(re.findall(rb"^SM-Verdict:", done.stdout, re.M)) < bool(data):
        raise Problem("verify --annotate: no SM-Verdict")


def sign(data, who):
    done = call(["smsign", "sign", "--key", who[1]], data, (0, 65))
    if done.returncode == 0:
        # Bytes, not the address: the From of a stranger does not make it good, but the signature is right.
        said = call(["smsign", "verify", "--any-signer"], done.stdout, (0, 1, 2, 65))
        verdict = said.stdout.split(b"\n")[0]
        if verdict not in (b"good", b"mismatch"):
            raise Problem(f"what was signed is {verdict.decode()}")


def even(data):
    """Line ends made one, as encryption makes them; how many are not looked at."""
    return re.sub(rb"[\r\n]+", b"\n", data)


def same_body(original, restored):
    """Behind the header of what came back stands the end of the original, and before that only what can be a header."""
    header = re.match(rb"(?:[^\r\n]+(?:\r?\n|\r))*(?:\r?\n|\r)", restored)
    body = even(restored[header.end() :]) if header else b""
    whole = even(original)
    if not whole.endswith(body.lstrip(b"\n")):
        return False
    before = whole[: len(whole) - len(body.lstrip(b"\n"))]
    return all(re.match(rb"From |>From |[ \t]|[!-9;-~]+[ \t]*:|\Z", line) for line in before.split(b"\n"))


def encrypt(data, who):
    done = call(["smcrypt", "encrypt", "--to", who[0]], data, (0, 65))
    if done.returncode != 0:
        return
    back = call(["smcrypt", "decrypt"], done.stdout, (0, 65, 77))
    if done.stdout == data:
        return
    if back.returncode != 0:
        raise Problem(f"what was encrypted does not decrypt: status {back.returncode}")
    if not same_body(data, back.stdout):
        raise Problem("the body is another after encrypting and decrypting")


def encrypt_signed(data, who):
    done = call(["smcrypt", "encrypt", "--sign", "--key", who[1], "--to", who[0]], data, (0, 65))
    if done.returncode == 0 and done.stdout != data:
        back = call(["smcrypt", "decrypt"], done.stdout, (0,))
        if b"is not good: bad" in back.stderr:
            raise Problem("the signature inside is bad")


COMMANDS = (decrypt, verify, sign, encrypt, encrypt_signed)


def main():
    who = sys.argv[1:]
    root = os.environ["SM_SUITES"]
    number = bad = 0
    commands = list(COMMANDS)
    if b"--annotate" in subprocess.run(["smsign", "verify", "--help"], capture_output=True, check=False).stdout:
        commands.append(annotate)
    else:
        print("# smsign verify has no --annotate: not looked at")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for suite in SUITES:
            inputs = []
            for folder, _, files in os.walk(os.path.join(root, suite)):
                for name in sorted(files):
                    path = os.path.join(folder, name)
                    inputs += [(path + part + form, data) for part, mail in mails(path) for form, data in forms(mail)]
            for command in commands:
                failed = []

                def one(named, command=command, failed=failed):
                    try:
                        command(named[1], who)
                    except (Problem, subprocess.TimeoutExpired) as error:
                        failed.append(f"{os.path.relpath(named[0], root)}: {error}")

                list(pool.map(one, inputs))
                number += 1
                bad += bool(failed)
                name = command.__name__.replace("_", " and ")
                print(f"{'not ok' if failed else 'ok'} {number} - {suite}, {name}: {len(inputs) - len(failed)} of {len(inputs)} inputs")
                for text in sorted(failed):
                    print("#   " + text)
                sys.stdout.flush()
    print(f"1..{number}")
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
