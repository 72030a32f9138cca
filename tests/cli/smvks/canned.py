"""canned.py FOLDER: an HTTPS server on localhost with the certificate server.pem that answers every request with the file below FOLDER
that its path names; its first line is the status, and a Retry-After behind it. What was asked for, and sent, is appended to
FOLDER/asked. Prints the port."""

import http.server
import os
import ssl
import sys

folder = sys.argv[1]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with open(folder + "/asked", "a") as file:
            fields = sorted(f"{name}: {value}" for name, value in self.headers.items() if name not in ("Host", "Content-Length"))
            file.write("\n".join([f"{self.command} {self.path}", *fields, sent.decode(), ""]))
        try:
            with open(folder + self.path, "rb") as file:
                head, body = file.readline().decode().split(), file.read()
        except OSError:
            head, body = ["404"], b"no\n"
        self.send_response(int(head[0]))
        for after in head[1:]:
            self.send_header("Retry-After", after)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass


server = Server(("127.0.0.1", 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(folder + "/server.pem", folder + "/server.key")
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port)
sys.stdout.close()
os.close(1)
server.serve_forever()
