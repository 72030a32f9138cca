"""Mails made to deceive or to get at a plaintext, and what the programs must say of each: `attacks.py` in an empty folder, with
SM_STORE beside it, prints "ok NAME" or "not ok NAME: WHY" for each mail and line end.

What holds of every mail, whatever its row says:
- smsign verify has a verdict of the row, never good where the row does not say so; so has the field that --annotate writes;
- --annotate passes with exactly one SM-Verdict, ours, on top: to a reader of bytes, and to Python's reader of mail, in any part;
- smcrypt decrypt has the status of the row, nothing on stdout unless that is 0, and the secret never unless the row says so;
- with --keep --annotate it always passes, and the above holds of what passes."""

import email
import os
import re
import sys
import traceback

from attack_mails import ALICE, SECRET, crlf, make_rows
from openpgp import run

SLOW = os.environ.get("SM_SANITIZED") == "ON"


class Wrong(Exception):
    pass


def require(holds, why):
    if not holds:
        raise Wrong(why)


def contents(mail):
    """All that a reader gets to see of it, decoded."""
    yield mail
    for part in email.message_from_bytes(mail).walk():
        if not part.is_multipart():
            yield part.get_payload(decode=True) or b""


def secret_in(out):
    return any(SECRET in content for content in contents(out))


def one_verdict(out, entry):
    """The verdict of the only field there is."""
    lines = re.sub(rb"\AFrom [^\r\n]*(?:\r\n|\n|\r)", b"", out)
    lines = re.sub(rb"\A(?:[ \t][^\r\n]*(?:\r\n|\n|\r))+", b"", lines)
    top = re.match(rb"SM-Verdict: ([a-z-]+);(?: |\r?\n )program=sm[a-z]+[ -~]*(?:\r\n|\n|\r)(?: [!-~][ -~]*(?:\r\n|\n|\r))*", lines)
    require(top, f"no SM-Verdict on top of {out[:200]!r}")
    require(all(len(line) <= 78 for line in top.group().splitlines()), "a long line in the field")
    header = re.split(rb"(?<=\n)\r?\n|(?<=\r)\r(?!\n)", lines[top.end() - 1 :], maxsplit=1)[0]
    other = re.search(rb"(?:\A|[\r\n])[ \t]*sm-verdict[\x00-\x20]*:", header, re.I)
    require(not other, f"another SM-Verdict: {header[:400]!r}")
    if entry.parts:
        message = email.message_from_bytes(out)
        found = sum(len([name for name in part.keys() if name.strip().lower() == "sm-verdict"]) for part in message.walk())
        require(found <= 1, f"{found} SM-Verdicts to Python")
    return top.group(1).decode()


def verdict_lines(err):
    return re.findall(rb"^\[SM:\] VERDICT verdict=([a-z-]+)", err, re.M)


def check(entry, mail):
    status, out, err = run(["smsign", "verify", "--status-fd", "2"], mail)
    said = out.split(b"\n")[0].decode("ascii", "replace")
    require(said in entry.verdict, f"verify says {said!r}, status {status}: {err[:300]!r}")
    expected = {"good": 0, "none": 2, "unknown-key": 2, "error": 65}.get(said, 1)
    require(status == expected, f"verify: status {status} with {said}")
    require(not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", out + err), "verify: control characters are shown")
    lines = verdict_lines(err)
    require(len(lines) <= 1 and (not lines or lines[0].decode() == said), f"verify: status lines {lines}")

    status, out, err = run(["smsign", "verify", "--annotate"], mail)
    require(status == 0, f"--annotate: status {status}: {err[:300]!r}")
    require(one_verdict(out, entry) == said, "--annotate says another verdict")

    words = ["smcrypt", "--batch", "decrypt", "--status-fd", "2"]
    status, out, err = run(words, mail)
    require(status in entry.decrypt, f"decrypt: status {status}: {err[:300]!r}")
    require(status == 0 or not out, f"decrypt: status {status} and {len(out)} bytes")
    require(entry.opens or not secret_in(out), "decrypt: the secret is out")
    closed = entry.opens and not secret_in(out)
    require(closed or not entry.absent or entry.absent not in out, f"decrypt: {entry.absent!r} is there")
    for line in verdict_lines(err):
        require(line.decode() in entry.inside, f"decrypt says {line.decode()}")
    plain = status

    status, out, err = run([*words, "--annotate"], mail)
    # Over the limit for headers nobody can see what it is: as for verify, no reason to fail.
    unreadable = plain == 65 and b"mime.header-too-long" in err
    require(status == (0 if unreadable else plain), f"decrypt --annotate: status {status}, without it {plain}")
    require(status == 0 or not out, "decrypt --annotate: bytes come out of a failure")
    if status == 0:
        inside = one_verdict(out, entry)
        require(inside in entry.inside | entry.verdict, f"decrypt --annotate says {inside}")
        require(entry.opens or not secret_in(out), "decrypt --annotate: the secret is out")

    status, out, err = run([*words, "--annotate", "--keep"], mail)
    require(status == 0, f"decrypt --annotate --keep: status {status}: {err[:300]!r}")
    kept = one_verdict(out, entry)
    require(kept in entry.inside | entry.verdict, f"decrypt --annotate --keep says {kept}")
    require(plain == 0 or kept != "good", "what could not be opened is good")
    require(entry.opens or not secret_in(out), "decrypt --annotate --keep: the secret is out")

    if entry.at_rest:
        status, out, err = run(["smcrypt", "encrypt", "--at-rest", "--to", ALICE], mail)
        require(status == 0 and b"ALREADY_ENCRYPTED" not in err, f"--at-rest: status {status}: {err[:300]!r}")
        require(out != mail and SECRET not in out, "--at-rest leaves it in clear")
        status, back, _ = run(["smcrypt", "decrypt"], out)
        require(status == 0 and back == mail, f"--at-rest and back: status {status}, another mail")


def main():
    only = sys.argv[1:]
    rows = make_rows()
    for entry in rows:
        if only and not any(word in entry.name for word in only):
            continue
        for eol in ("LF", "CRLF") if entry.crlf and not SLOW else ("LF",):
            mail = entry.mail if eol == "LF" else crlf(entry.mail)
            try:
                check(entry, mail)
                print(f"ok {entry.name}, {eol}")
            except Wrong as problem:
                print(f"not ok {entry.name}, {eol}: {problem}")
                if only:
                    with open("mail", "wb") as file:
                        file.write(mail)
            except Exception:  # the harness is wrong, not the mail
                print(f"not ok {entry.name}, {eol}: {traceback.format_exc().splitlines()[-3:]}")
    print(f"# {len(rows)} mails")


main()
