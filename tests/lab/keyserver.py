"""keyserver.py FOLDER MAILHOST HOST=CHAIN=ADDRESS,ADDRESS…: a validating key server as https://keys.openpgp.org/about/api describes it
("the API" below; https://keys.openpgp.org/about and /about/faq, "About" and "FAQ"), over HTTPS on port 443 of each address, for all
HOSTs the same. CHAIN names its certificate, without the endings .pem and .key. Returns when it listens, and goes on in the background.

Uploads are merged, and their self-signatures judged, by gpg in FOLDER/gpg; what leaves out user IDs is done here. A mail goes to port 25
of MAILHOST, or where this is "-" into FOLDER/mail/new, where a Postfix would put it.

What a test can do to it, by files in FOLDER, which are looked at with each request:
  limit        "N SECONDS [KIND]": so many requests of one client (of KIND by-email, by-fingerprint, by-keyid, upload request-verify,
               lookup or add only) in so many seconds; further ones are answered 429
  maintenance  what Retry-After says; every request is answered 503
FOLDER/log has a line a request: the number of its connection, method, path, status.
"""

import base64
import email.message
import email.utils
import http.server
import json
import os
import re
import secrets
import smtplib
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.parse

PUBLIC_KEY, PUBLIC_SUBKEY, SIGNATURE, USER_ID, ATTRIBUTE = 6, 14, 2, 13, 17
SECRET = {5, 7}
UPLOAD_LIMIT = 1 << 20  # the API names none


class Refusal(Exception):
    """status, and the words of the answer."""


# Packets (RFC 9580 §4.2), as far as gpg writes them: no partial lengths.


def packets(data):
    """(tag, all octets) of each."""
    at = 0
    while at < len(data):
        first, begin = data[at], at
        if not first & 0x80:
            raise Refusal(400, "not OpenPGP")
        if first & 0x40:
            tag, octet = first & 0x3F, data[at + 1]
            if octet < 192:
                size, at = octet, at + 2
            elif octet < 224:
                size, at = ((octet - 192) << 8) + data[at + 2] + 192, at + 3
            elif octet == 255:
                size, at = int.from_bytes(data[at + 2 : at + 6], "big"), at + 6
            else:
                raise Refusal(400, "a partial length")
        else:
            tag, width = first >> 2 & 0x0F, 1 << (first & 3)
            if width == 8:
                raise Refusal(400, "a packet without length")
            size, at = int.from_bytes(data[at + 1 : at + 1 + width], "big"), at + 1 + width
        at += size
        if at > len(data):
            raise Refusal(400, "cut short")
        yield tag, data[begin:at]


def user_id(packet):
    """The text of a user ID packet: its header has 2, 3 or 6 octets in either format."""
    (_, raw), first = next(packets(packet)), packet[0]
    if first & 0x40:
        octet = packet[1]
        return raw[2 if octet < 192 else 3 if octet < 224 else 6 :]
    return raw[1 + (1 << (first & 3)) :]


def canonical(address):
    """The domain in A-labels, all of it in lower case, as the library of keys.openpgp.org compares addresses."""
    local, _, domain = address.rpartition("@")
    try:
        domain = domain.encode("idna").decode()
    except UnicodeError:
        pass
    return f"{local}@{domain}".lower() if local else ""


def address_of(text):
    found = re.search(r"<([^<>]*@[^<>]*)>\s*$", text)
    return canonical(found.group(1) if found else text if re.fullmatch(r"[^\s@]+@[^\s@]+", text) else "")


def armored(data):
    text = base64.b64encode(data).decode()
    # Without a checksum, as RFC 9580 §6.1 wants it; the comment must not reach anybody's terminal.
    lines = ["-----BEGIN PGP PUBLIC KEY BLOCK-----", "Comment: \x1b[31mof the laboratory", ""]
    return "\n".join(lines + [text[i : i + 64] for i in range(0, len(text), 64)] + ["-----END PGP PUBLIC KEY BLOCK-----", ""])


class Store:
    """What the server knows. One request at a time."""

    def __init__(self, folder):
        self.home = os.path.join(folder, "gpg")
        os.makedirs(self.home, mode=0o700)
        self.lock = threading.RLock()
        self.proved = {}  # address: fingerprint
        self.pending = set()  # (fingerprint, address)
        self.tokens = {}  # of uploads: fingerprint
        self.links = {}  # of mails: (fingerprint, address)

    def gpg(self, *arguments, data=None):
        command = ["gpg", "--batch", "--no-autostart", "--no-tty", "--homedir", self.home, "--no-auto-check-trustdb", "--quiet", *arguments]
        return subprocess.run(command, input=data, capture_output=True)

    def listed(self, what=None):
        """A dictionary of each certificate: fingerprint, keys (all fingerprints), revoked, addresses {address: revoked}."""
        out, found, fingerprint_next = self.gpg("--with-colons", "--list-keys", *([what] if what else [])).stdout.decode(), [], False
        for line in out.splitlines():
            fields = line.split(":")
            if fields[0] == "pub":
                found.append({"keys": [], "revoked": fields[1] == "r", "addresses": {}})
            elif fields[0] == "fpr":
                found[-1]["keys"].append(fields[9])
                found[-1].setdefault("fingerprint", fields[9])
            elif fields[0] == "uid":
                text = re.sub(r"\\x([0-9a-f]{2})", lambda m: chr(int(m.group(1), 16)), fields[9])
                address = address_of(text)
                if address:
                    # One that is on two user IDs is revoked if both are.
                    found[-1]["addresses"][address] = found[-1]["addresses"].get(address, True) and fields[1] == "r"
        return found

    def merge(self, data):
        """Takes an upload in; returns its fingerprint."""
        if any(tag in SECRET for tag, _ in packets(data)):
            raise Refusal(400, "This is a secret key!")
        primaries = [raw for tag, raw in packets(data) if tag == PUBLIC_KEY]
        if len(primaries) != 1:
            raise Refusal(400, "One key at a time, please")
        shown = self.gpg("--with-colons", "--import-options", "show-only", "--import", data=data).stdout.decode()
        found = re.search(r"^fpr:(?:[^:]*:){8}([0-9A-F]{40}):", shown, re.M)
        if not found:
            raise Refusal(400, "Not a key that can be read")
        self.gpg("--import-options", "import-clean,repair-keys", "--import", data=data)
        fingerprint = found.group(1)
        if not self.listed(fingerprint):
            raise Refusal(400, "Not a key that can be stored")
        return fingerprint

    def receipt(self, fingerprint):
        """What is answered to an upload and to a request for verification."""
        (key,) = self.listed(fingerprint)
        status = {}
        for address, revoked in key["addresses"].items():
            if revoked or key["revoked"]:
                status[address] = "revoked"
                if self.proved.get(address) == fingerprint:
                    del self.proved[address]
            elif self.proved.get(address) == fingerprint:
                status[address] = "published"
            else:
                status[address] = "pending" if (fingerprint, address) in self.pending else "unpublished"
        token = secrets.token_urlsafe(32)
        self.tokens[token] = fingerprint
        return {"key_fpr": fingerprint, "status": status, "token": token}

    def found(self, value):
        """The fingerprint of the certificate with this fingerprint or key ID, of the primary key or a subkey, or with this proved
        address; None."""
        if "@" in value:
            # Only exact matches, only with the consent of the address's owner.
            return self.proved.get(canonical(value))
        return next((key["fingerprint"] for key in self.listed() if any(one.endswith(value) for one in key["keys"])), None)

    def served(self, fingerprint):
        """The certificate without the user IDs whose addresses nobody has proved (About: "identity information is only published with
        consent")."""
        out, keep = b"", True
        for tag, raw in packets(self.gpg("--export", fingerprint).stdout):
            if tag == USER_ID:
                keep = self.proved.get(address_of(user_id(raw).decode("utf-8", "replace"))) == fingerprint
            elif tag == ATTRIBUTE:
                keep = False
            elif tag in (PUBLIC_KEY, PUBLIC_SUBKEY):
                keep = True
            if keep:
                out += raw
        return out


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "laboratory", ""
    timeout = 60
    connections = 0

    def setup(self):
        super().setup()
        Handler.connections += 1
        self.number = Handler.connections

    def log_message(self, *_):
        pass

    def answer(self, status, body, kind="text/plain; charset=utf-8", fields=()):
        body = body.encode()
        self.send_response(status)
        for name, value in (("Content-Type", kind), ("Content-Length", str(len(body))), *fields):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        with open(os.path.join(self.server.folder, "log"), "a") as log:
            log.write(f"{self.number} {self.command} {self.path} {status}\n")

    def refuse(self, status, words, fields=()):
        """The API, "Error handling": text in the answer to a GET, an object with the member error to a POST."""
        if self.command == "POST":
            self.answer(status, json.dumps({"error": words}), "application/json", fields)
        else:
            self.answer(status, words, fields=fields)

    def held_up(self, kind):
        """The API, "Rate Limiting" (429), and "Error handling" (503 at any time). Retry-After is RFC 9110 §10.2.3."""
        maintenance = os.path.join(self.server.folder, "maintenance")
        if os.path.exists(maintenance):
            with open(maintenance) as file:
                after = file.read().strip()
            self.refuse(503, "We are mending our shelves", (("Retry-After", after),) if after else ())
            return True
        limit = os.path.join(self.server.folder, "limit")
        if os.path.exists(limit):
            with open(limit) as file:
                count, seconds, *kinds = file.read().split()
            if kinds and kind not in kinds:
                return False
            now, times = time.monotonic(), self.server.times.setdefault((self.client_address[0], kind), [])
            times[:] = [then for then in times if then > now - int(seconds)]
            if len(times) >= int(count):
                self.refuse(429, "Too many requests", (("Retry-After", seconds),))
                return True
            times.append(now)
        return False

    def do_GET(self):
        parts = self.path.split("?")[0].split("/")[1:]
        try:
            if parts[:2] == ["vks", "v1"] and len(parts) == 4 and parts[2].startswith("by-"):
                if self.held_up(parts[2]):
                    return
                with self.server.lock:
                    self.serve_key(parts[2], parts[3])
            elif parts == ["pks", "lookup"]:
                if self.held_up("lookup"):
                    return
                with self.server.lock:
                    self.lookup(urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query))
            elif parts[0] == "verify" and len(parts) == 2:
                with self.server.lock:
                    self.verify(parts[1])
            else:
                self.refuse(404, "No such page")
        except Refusal as refusal:
            self.refuse(*refusal.args)

    def serve_key(self, way, value):
        """The API, "GET /vks/v1/by-fingerprint", "/by-keyid", "/by-email"."""
        # Upper case, no 0x.
        if way != "by-email" and not re.fullmatch({"by-fingerprint": "[0-9A-F]{40}", "by-keyid": "[0-9A-F]{16}"}.get(way, "()"), value):
            raise Refusal(400, "Not what this takes")
        fingerprint = self.server.store.found(urllib.parse.unquote(value, errors="strict"))
        if not fingerprint:
            raise Refusal(404, "No key found for " + value)
        self.answer(200, armored(self.server.store.served(fingerprint)), "application/pgp-keys")

    def lookup(self, words):
        """The API, "HTTP Keyserver Protocol (HKP) Interface": op=get, index and vindex, of exact matches; an index has one key at
        most, and only the user IDs that are handed out. Its form is draft-gallagher-openpgp-hkp's machine-readable one."""
        operation, value = words.get("op", [""])[0], words.get("search", [""])[0]
        if operation not in ("get", "index", "vindex"):
            raise Refusal(501, "Not supported")
        if "@" not in value:
            value = value.upper().removeprefix("0X")
            if not re.fullmatch("[0-9A-F]{40}|[0-9A-F]{16}", value):
                raise Refusal(400, "Not what this takes")
        fingerprint = self.server.store.found(value)
        if not fingerprint:
            raise Refusal(404, "No key found for " + value)
        if operation == "get":
            self.answer(200, armored(self.server.store.served(fingerprint)), "application/pgp-keys")
            return
        lines = ["info:1:1", f"pub:{fingerprint}:::::"]
        for address, owner in sorted(self.server.store.proved.items()):
            if owner == fingerprint:
                lines.append(f"uid:{urllib.parse.quote(address, safe='@')}:::")
        self.answer(200, "\r\n".join(lines) + "\r\n")

    def add(self, data):
        """The same interface, "POST /pks/add": a form with keytext."""
        if self.held_up("add"):
            return
        text = urllib.parse.parse_qs(data.decode("ascii", "replace")).get("keytext", [None])[0]
        with self.server.lock:
            status = self.upload({"keytext": text})["status"]
        self.answer(200, f"Upload successful, {len(status)} addresses could be verified\n")

    def verify(self, token):
        """FAQ, "How does verification of email addresses work": whoever opens the link in the mail proves the address."""
        store = self.server.store
        if token not in store.links:
            raise Refusal(404, "No such link, or used already")
        fingerprint, address = store.links.pop(token)
        (key,) = store.listed(fingerprint)
        if key["revoked"] or key["addresses"].get(address, True):
            raise Refusal(400, "Revoked meanwhile")
        # The FAQ: one key for an address; the one verified last.
        store.proved[address] = fingerprint
        store.pending.discard((fingerprint, address))
        self.answer(200, f"{address} is published with {fingerprint}\n")

    def do_POST(self):
        size = self.headers.get("Content-Length", "")
        what = {"/vks/v1/upload": self.upload, "/vks/v1/request-verify": self.request_verify}.get(self.path)
        if not size.isdigit() or int(size) > UPLOAD_LIMIT:
            self.close_connection = True
            self.refuse(413, "Too much")
            return
        data = self.rfile.read(int(size))
        try:
            if self.path == "/pks/add":
                self.add(data)
                return
            if not what:
                raise Refusal(404, "No such page")
            if self.held_up(self.path.rpartition("/")[2]):
                return
            # The API: "The body of the request must be application/json."
            if self.headers.get_content_type() != "application/json":
                raise Refusal(400, "expected application/json data")
            try:
                value = json.loads(data)
            except ValueError:
                raise Refusal(400, "not JSON") from None
            with self.server.lock:
                self.answer(200, json.dumps(what(value)), "application/json")
        except Refusal as refusal:
            self.refuse(*refusal.args)

    def upload(self, value):
        """The API, "POST /vks/v1/upload": armored, or base64."""
        text = value.get("keytext") if isinstance(value, dict) else None
        if not isinstance(text, str):
            raise Refusal(400, "no keytext")
        found = re.search(r"-----BEGIN PGP ([A-Z ]*)-----\r?\n(?:.*: .*\r?\n)*\r?\n([^=-]*=*)", text)
        if found and found.group(1) != "PUBLIC KEY BLOCK":
            raise Refusal(400, "Not a public key")
        try:
            data = base64.b64decode(found.group(2) if found else text)
            # No certificate without an end to its armor gets here, as the base64 of none would be whole by chance.
            return self.server.store.receipt(self.server.store.merge(data))
        except (ValueError, IndexError):
            raise Refusal(400, "Not a key that can be read") from None

    def request_verify(self, value):
        """The API, "POST /vks/v1/request-verify": a token, addresses, and locales that may be missing; the answer is that to an
        upload."""
        token, addresses, locale = (value.get(name) for name in ("token", "addresses", "locale")) if isinstance(value, dict) else (None,) * 3
        if not isinstance(token, str) or not isinstance(addresses, list) or not isinstance(locale, (list, type(None))):
            raise Refusal(400, "no token, or no addresses")
        store = self.server.store
        fingerprint = store.tokens.get(token)
        if not fingerprint:
            raise Refusal(400, "Token invalid or expired")
        status = store.receipt(fingerprint)["status"]
        for address in addresses:
            if isinstance(address, str) and status.get(canonical(address)) == "unpublished":
                self.server.mail(fingerprint, canonical(address))
        return store.receipt(fingerprint)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    store = lock = folder = mailhost = name = None
    times = {}

    def __init__(self, address, chain):
        self.address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        super().__init__((address, 443), Handler)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(chain + ".pem", chain + ".key")

    def get_request(self):
        # The handshake is the first read's, in a thread of its own.
        connection, address = super().get_request()
        return self.context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, *_):
        pass  # who breaks a connection off is none of ours

    def mail(self, fingerprint, address):
        token = secrets.token_urlsafe(32)
        message = email.message.EmailMessage()
        message["From"] = f"keys@{self.name}"
        message["To"] = address
        message["Subject"] = f"Verify {address} for your key on {self.name}"
        message["Date"] = email.utils.formatdate()
        message["Message-ID"] = email.utils.make_msgid(domain=self.name)
        message.set_content(f"The key {fingerprint} was uploaded. To let others find it by {address}:\n\nhttps://{self.name}/verify/{token}\n")
        if self.mailhost == "-":
            path = os.path.join(self.folder, "mail", "new", token)
            with open(path, "wb") as file:
                file.write(b"Delivered-To: " + address.encode() + b"\n" + message.as_bytes())
        else:
            with smtplib.SMTP(self.mailhost, timeout=10) as session:
                session.send_message(message)
        self.store.links[token] = (fingerprint, address)
        self.store.pending.add((fingerprint, address))


def main():
    folder, mailhost, *hosts = sys.argv[1:]
    Server.folder, Server.mailhost, Server.store = folder, mailhost, Store(folder)
    Server.lock = Server.store.lock
    servers = []
    for host in hosts:
        name, chain, addresses = host.split("=")
        Server.name = Server.name or name
        servers += [Server(address, chain) for address in addresses.split(",")]
    if os.fork():
        os._exit(0)  # they listen
    os.setsid()
    log = os.open(os.path.join(folder, "errors"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for descriptor in (0, 1, 2):
        os.dup2(log, descriptor)
    for server in servers:
        threading.Thread(target=server.serve_forever).start()


main()
