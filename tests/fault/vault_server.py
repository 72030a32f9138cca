"""vault_server.py CERTIFICATE KEY FOLDER: a server for smvault that does as it is told, over TLS on a free port of
loopback. Prints "PORT PROXY-PORT DNS-PORT" and serves until its stdin ends.

The first segment of a path says how it behaves; files lie in FOLDER/<first segment>. In "honest" it does what WebDAV demands. The
proxy port takes CONNECT for any host and leads to the TLS port. The DNS port knows that every name below example.org has the address
127.0.0.1, and that no other name is there. Each request is a line in FOLDER/log: method, path, whether it came with
credentials."""

import base64
import gzip
import http.server
import json
import os
import socket
import ssl
import sys
import threading
import time
import urllib.parse

CERTIFICATE, KEY, FOLDER = sys.argv[1:4]
LOG_LOCK = threading.Lock()
FINGERPRINT = "0AF2BA89F9B5B1B8B3F2C0D4B3B0C0E6C4D6D9A1"


def multistatus(entries):
    parts = ['<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:">\n']
    for href, size in entries:
        kind = "<D:collection/>" if size is None else ""
        length = "" if size is None else f"<D:getcontentlength>{size}</D:getcontentlength>"
        parts.append(
            f"<D:response><D:href>{href}</D:href><D:propstat><D:prop><D:resourcetype>{kind}</D:resourcetype>{length}"
            "<D:getlastmodified>Sun, 06 Nov 1994 08:49:37 GMT</D:getlastmodified></D:prop>"
            "<D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>\n"
        )
    return "".join(parts + ["</D:multistatus>\n"]).encode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def log_message(self, *_):
        pass

    def setup(self):
        self.request = TLS.wrap_socket(self.request, server_side=True)
        super().setup()

    # ---- what all behaviours share

    def answer(self, status, body=b"", **fields):
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def folder(self):
        return os.path.join(FOLDER, self.behaviour)

    def file(self):
        return os.path.join(self.folder(), os.path.basename(self.place))

    def entries(self):
        names = sorted(os.listdir(self.folder())) if os.path.isdir(self.folder()) else []
        base = "/" + self.behaviour + "/"
        return [(base, None)] + [
            (base + urllib.parse.quote(name), os.path.getsize(os.path.join(self.folder(), name))) for name in names
        ]

    def honest(self, body):
        if self.command == "PROPFIND":
            return self.answer(207, multistatus(self.entries()), Content_Type="application/xml")
        if self.command == "PUT":
            os.makedirs(self.folder(), exist_ok=True)
            with open(self.file() + ".new", "wb") as out:
                out.write(body)
            os.rename(self.file() + ".new", self.file())
            return self.answer(201)
        if not os.path.isfile(self.file()):
            return self.answer(404, b"not here\n")
        if self.command == "DELETE":
            os.unlink(self.file())
            return self.answer(204)
        with open(self.file(), "rb") as data:
            return self.answer(200, data.read())

    def take(self):
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size)
        self.place = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path)
        self.behaviour = self.place.split("/")[1]
        with LOG_LOCK, open(os.path.join(FOLDER, "log"), "a", encoding="utf-8") as log:
            credentials = self.headers.get("Authorization", "")
            user = base64.b64decode(credentials[6:]).decode() if credentials.startswith("Basic ") else "-"
            log.write(f"{self.command} {self.path} {user.partition(':')[0]}\n")
        behave = getattr(self, "as_" + self.behaviour.partition("-")[0], None)
        try:
            if behave:
                behave(body)
            else:
                self.honest(body)
        except OSError:
            self.close_connection = True

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PROPFIND = take

    # ---- behaviours

    def as_status(self, _):
        """status-429: answers everything so."""
        self.answer(int(self.behaviour.split("-")[1]), b"no\n", Retry_After="120", Location="https://other.example/login")

    def as_putstatus(self, body):
        """putstatus-507: answers PUT so."""
        if self.command == "PUT":
            return self.answer(int(self.behaviour.split("-")[1]), b"no\n")
        return self.honest(body)

    def as_html(self, _):
        self.answer(200, b"<!DOCTYPE html><html><body>Please log in.</body></html>\n", Content_Type="text/html")

    def as_htmlfiles(self, body):
        """A login page instead of each file."""
        return self.as_html(body) if self.command == "GET" else self.honest(body)

    def as_endless(self, body):
        """Listings without an end."""
        if self.command != "PROPFIND":
            return self.honest(body)
        return self.drown(b'<D:multistatus xmlns:D="DAV:">' + b"<D:response><D:href>/x</D:href></D:response>" * 1000)

    def as_endlessfiles(self, body):
        return self.drown(b"x" * 65536) if self.command == "GET" else self.honest(body)

    def drown(self, piece):
        self.send_response(207 if self.command == "PROPFIND" else 200)
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        for _ in range(4000):
            self.wfile.write(piece)

    def as_gzip(self, body):
        """Listings compressed, though nobody asked: of a gigabyte."""
        if self.command != "PROPFIND":
            return self.honest(body)
        return self.answer(207, gzip.compress(multistatus(self.entries()) + b" " * (16 << 20)), Content_Encoding="gzip")

    def as_headers(self, _):
        """A header without an end."""
        self.send_response(207)
        for i in range(20000):
            self.send_header(f"X-Flood-{i}", "x" * 100)
        self.end_headers()

    def as_truncated(self, body):
        """Each file without its last byte, and with the length that it then has."""
        if self.command == "GET" and os.path.isfile(self.file()):
            with open(self.file(), "rb") as data:
                return self.answer(200, data.read()[:-1])
        return self.honest(body)

    def as_broken(self, body):
        """Each file cut off in the middle of the answer."""
        if self.command == "GET" and os.path.isfile(self.file()):
            with open(self.file(), "rb") as data:
                content = data.read()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2])
            self.close_connection = True
            return None
        return self.honest(body)

    def as_forgetful(self, body):
        """Acknowledges what it does not keep."""
        return self.answer(201) if self.command == "PUT" else self.honest(body)

    def as_torn(self, body):
        """Keeps the half of it."""
        return self.honest(body[: len(body) // 2] if self.command == "PUT" else body)

    def as_ghost(self, body):
        """Lists a version that is never there."""
        if self.command == "PROPFIND":
            name = f"/ghost/{FINGERPRINT}.{'0' * 64}.pgp"
            return self.answer(207, multistatus(self.entries() + [(name, 7)]))
        return self.honest(body)

    def as_many(self, body):
        """10,000 entries more."""
        if self.command == "PROPFIND":
            more = [(f"/{self.behaviour}/{i:040X}.{i:064x}.pgp", 7) for i in range(10000)]
            return self.answer(207, multistatus(self.entries() + more))
        return self.honest(body)

    def as_toomany(self, body):
        if self.command == "PROPFIND":
            return self.answer(207, multistatus([(f"/toomany/{i}", 7) for i in range(20001)]))
        return self.honest(body)

    def as_odd(self, body):
        """Names that lead elsewhere, and such as are none."""
        if self.command == "PROPFIND":
            name = f"{FINGERPRINT}.{'0' * 64}.pgp"
            odd = [f"/odd/../{name}", f"/etc/{name}", f"/odd/sub/{name}", f"https://other.example/elsewhere/{name}",
                   f"/odd/%2e%2e%2f{name}", f"/odd/{name.lower()}", f"/odd/{name}.part", "/odd/readme.txt", "file:///etc/passwd",
                   "javascript:alert(1)", "/odd/" + "x" * 4000, "//other.example", "", "/odd/%ff%00"]
            return self.answer(207, multistatus(self.entries() + [(href, 7) for href in odd]))
        return self.honest(body)

    def as_entity(self, body):
        if self.command == "PROPFIND":
            return self.answer(207, b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><D:multistatus xmlns:D="DAV:">&a;</D:multistatus>')
        return self.honest(body)

    def as_stall(self, body):
        """Says nothing more after its first byte."""
        if self.command == "PROPFIND":
            self.wfile.write(b"H")
            self.wfile.flush()
            time.sleep(40)
            self.close_connection = True
            return None
        return self.honest(body)

    def as_index(self, body):
        """No PROPFIND, but an index in JSON."""
        if self.command == "PROPFIND":
            return self.answer(405)
        if self.command == "GET" and self.place.endswith("/"):
            entries = [{"name": urllib.parse.unquote(href.rpartition("/")[2]), "type": "file", "size": size} for href, size in self.entries()[1:]]
            return self.answer(200, json.dumps(entries).encode())
        return self.honest(body)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_):
        pass  # a handshake that the client gave up


def tunnel(one, other):
    try:
        while piece := one.recv(65536):
            other.sendall(piece)
    except OSError:
        pass
    for end in (one, other):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def proxy(client, port):
    with client, socket.create_connection(("127.0.0.1", port)) as server:
        request = b""
        while not request.endswith(b"\r\n\r\n"):
            piece = client.recv(1)
            if not piece:
                return
            request += piece
        with LOG_LOCK, open(os.path.join(FOLDER, "log"), "a", encoding="utf-8") as log:
            log.write(request.split(b"\r\n")[0].decode() + "\n")
        client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        back = threading.Thread(target=tunnel, args=(server, client), daemon=True)
        back.start()
        tunnel(client, server)
        back.join()


def serve_proxy(listener, port):
    while True:
        client, _ = listener.accept()
        threading.Thread(target=proxy, args=(client, port), daemon=True).start()


def serve_names(server):
    while True:
        query, client = server.recvfrom(4096)
        end, labels = 12, []
        while query[end]:
            labels.append(query[end + 1 : end + 1 + query[end]].decode("ascii", "replace").lower())
            end += 1 + query[end]
        question, kind = query[12 : end + 5], int.from_bytes(query[end + 1 : end + 3], "big")
        known = labels[-2:] == ["example", "org"]
        answers = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x7f\0\0\1" if known and kind == 1 else b""
        header = query[:2] + (b"\x81\x80" if known else b"\x81\x83") + b"\0\1\0" + (b"\1" if answers else b"\0") + b"\0\0\0\0"
        with LOG_LOCK, open(os.path.join(FOLDER, "log"), "a", encoding="utf-8") as log:
            log.write(f"DNS {'.'.join(labels)} {kind}\n")
        server.sendto(header + question + answers, client)


TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
TLS.load_cert_chain(CERTIFICATE, KEY)
server = Server(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
listener = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=serve_proxy, args=(listener, server.server_address[1]), daemon=True).start()
names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
names.bind(("127.0.0.1", 0))
threading.Thread(target=serve_names, args=(names,), daemon=True).start()
print(server.server_address[1], listener.getsockname()[1], names.getsockname()[1], flush=True)
sys.stdin.read()
