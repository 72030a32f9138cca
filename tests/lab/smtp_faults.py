"""Mail servers, honest and faulty, each on an address of its own: SMTP on 25, 465 and 587, IMAP on 143 and 993, POP3 on 110.

A behaviour says what is done instead of the usual at one point of the dialogue: greeting, ehlo, starttls, handshake, encrypted
(just after the handshake), quit. What happens is written to $LAB_RUN/smtp.log, a line an event:

    host <tab> address:port <tab> connection <tab> event

connect, tls with version and SNI, each command as it came, message with sender and recipients, closed by client or by server.
"""

import itertools
import os
import selectors
import socket
import ssl
import threading
import time
import warnings

IMPLICIT_TLS = {465, 993}
TLS = ssl.TLSVersion


class End(Exception):
    """The connection is to be closed."""


class Session:
    """One connection, with the words of its protocol."""

    numbers = itertools.count(1)

    def __init__(self, connection, server):
        self.connection, self.server = connection, server
        self.buffer, self.encrypted, self.number = b"", False, next(Session.numbers)

    def log(self, event):
        line = f"{self.server.host}\t{self.server.address}:{self.server.port}\t{self.number}\t{event}\n"
        os.write(self.server.log, line.encode(errors="replace"))

    def send(self, octets):
        self.connection.sendall(octets)

    def say(self, *lines):
        self.send("".join(line + "\r\n" for line in lines).encode())

    def line(self):
        while b"\n" not in self.buffer:
            octets = self.connection.recv(4096)
            if not octets or len(self.buffer) > 1 << 20:
                self.log("closed by client")
                raise End
            self.buffer += octets
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.rstrip(b"\r").decode(errors="replace")

    def stall(self):
        while True:
            self.line()

    def do(self, point):
        """What the behaviour has for this point; whether it had anything."""
        what = self.server.behaviour.get(point)
        if what:
            what(self)
        return bool(what)

    def start_tls(self):
        self.do("handshake")
        self.buffer = b""
        self.connection = self.server.context.wrap_socket(self.connection, server_side=True)
        self.encrypted = True
        self.log(f"tls {self.connection.version()} {getattr(self.connection, 'name_asked', '-')}")
        self.do("encrypted")

    def serve(self):
        self.log("connect")
        try:
            if self.server.port in IMPLICIT_TLS:
                self.start_tls()
            self.dialogue()
        except End:
            pass
        except (OSError, ssl.SSLError) as error:
            self.log(f"error {type(error).__name__} {error}")
        finally:
            self.close()

    def close(self):
        """Without a reset, which the kernel would send were anything left unread."""
        try:
            self.connection.shutdown(socket.SHUT_WR)
            self.connection.settimeout(5)
            while self.connection.recv(65536):
                pass
        except OSError:
            pass
        self.connection.close()

    def bye(self, *words):
        """The answer to QUIT, and the end."""
        if not self.do("quit"):
            self.say(*words)
        self.log("closed by server")
        raise End


class Smtp(Session):
    def dialogue(self):
        self.do("greeting") or self.say(f"220 {self.server.host} ESMTP")
        sender, recipients = "", []
        while True:
            line = self.line()
            self.log(line)
            verb = line.split(" ")[0].upper()
            if verb == "EHLO":
                self.do("ehlo") or self.capabilities("STARTTLS")
            elif verb == "STARTTLS" and not self.encrypted:
                self.do("starttls") or self.accept_tls()
            elif verb == "QUIT":
                self.bye("221 2.0.0 bye")
            elif verb == "MAIL":
                sender, recipients = line[10:].split()[0], []
                self.say("250 2.1.0 ok")
            elif verb == "RCPT":
                recipients.append(line[8:].split()[0])
                self.say("250 2.1.5 ok")
            elif verb == "DATA":
                self.say("354 go on")
                while self.line() != ".":
                    pass
                self.log(f"message {'encrypted' if self.encrypted else 'clear'} {sender} {' '.join(recipients)}")
                self.say("250 2.0.0 taken")
            else:
                self.say("250 2.0.0 ok" if verb in ("HELO", "NOOP", "RSET") else "502 5.5.2 what?")

    def capabilities(self, starttls):
        words = [self.server.host, "PIPELINING", "SIZE 10240000", "8BITMIME", "ENHANCEDSTATUSCODES"]
        if starttls and not self.encrypted:
            words.insert(2, starttls)
        self.say(*(f"250-{word}" for word in words[:-1]), f"250 {words[-1]}")

    def accept_tls(self, more=""):
        self.send(f"220 2.0.0 ready to start TLS\r\n{more}".encode())
        self.start_tls()

    def injection(self):
        return "250-PIPELINING\r\n250 AUTH PLAIN\r\n"


class Imap(Session):
    def dialogue(self):
        self.do("greeting") or self.say("* OK IMAP4rev1 ready")
        while True:
            line = self.line()
            self.log(line)
            self.tag, _, command = line.partition(" ")
            command = command.upper()
            if command == "CAPABILITY":
                self.do("ehlo") or self.capabilities("STARTTLS")
            elif command == "STARTTLS" and not self.encrypted:
                self.do("starttls") or self.accept_tls()
            elif command == "LOGOUT":
                self.bye("* BYE", f"{self.tag} OK bye")
            else:
                self.say(f"{self.tag} {'OK done' if command == 'NOOP' else 'BAD what?'}")

    def capabilities(self, starttls):
        self.say(f"* CAPABILITY IMAP4rev1 {starttls if not self.encrypted else ''}".rstrip(), f"{self.tag} OK done")

    def accept_tls(self, more=""):
        self.send(f"{self.tag} OK begin TLS\r\n{more}".encode())
        self.start_tls()

    def injection(self):
        return "* PREAUTH injected\r\n"


class Pop3(Session):
    def dialogue(self):
        self.do("greeting") or self.say("+OK POP3 ready")
        while True:
            line = self.line()
            self.log(line)
            command = line.upper()
            if command == "CAPA":
                self.do("ehlo") or self.capabilities("STLS")
            elif command == "STLS" and not self.encrypted:
                self.do("starttls") or self.accept_tls()
            elif command == "QUIT":
                self.bye("+OK bye")
            else:
                self.say("+OK" if command == "NOOP" else "-ERR what?")

    def capabilities(self, starttls):
        self.say("+OK", "UIDL", *([starttls] if starttls and not self.encrypted else []), ".")

    def accept_tls(self, more=""):
        self.send(f"+OK begin TLS\r\n{more}".encode())
        self.start_tls()

    def injection(self):
        return "+OK injected\r\n"


PROTOCOLS = {143: Imap, 993: Imap, 110: Pop3}


def says(*lines, end=False):
    def do(session):
        session.say(*lines)
        if end:
            session.log("closed by server")
            raise End

    return do


def stall(session):
    session.stall()


def close(session):
    session.log("closed by server")
    raise End


def refuse_starttls(session):
    session.say({Smtp: "502 5.5.1 not implemented", Imap: f"{getattr(session, 'tag', '*')} BAD what?", Pop3: "-ERR what?"}[type(session)])


def drip(session):
    """A greeting of many lines that comes a byte at a time and never ends."""
    for octet in itertools.cycle(b"220-patience\r\n"):
        session.send(bytes([octet]))
        time.sleep(0.1)


def endless(session):
    while True:
        session.send(b"250-" + b"X-AGAIN\r\n250-" * 100 + b"X-AGAIN\r\n")


def hello_of_client(session):
    """Waits for it, and leaves it unread."""
    session.connection.recv(1, socket.MSG_PEEK)


def close_in_handshake(session):
    hello_of_client(session)
    session.connection.recv(65536)
    close(session)


def no_tls(session):
    hello_of_client(session)
    session.say("500 5.5.1 what is this?")
    session.stall()


class Pieces:
    """A socket that sends every byte by itself."""

    def __init__(self, socket):
        self.socket = socket
        socket.setsockopt(6, 1, 1)  # TCP_NODELAY

    def sendall(self, octets):
        for octet in octets:
            self.socket.send(bytes([octet]))

    def __getattr__(self, name):
        return getattr(self.socket, name)


def in_pieces(session):
    session.connection = Pieces(session.connection)
    session.say("220-" + session.server.host, "220 in small pieces")


def whole_again(session):
    session.connection = session.connection.socket


def beyond(count, refusal):
    """Refuses the connections of one address after the first so many."""

    def do(session):
        with session.server.lock:
            session.server.count += 1
            late = session.server.count > count
        if late:
            says(refusal, end=True)(session)
        session.say(f"220 {session.server.host} ESMTP")

    return do


def alone(session):
    """Serves one connection at a time, and refuses another meanwhile."""
    if not session.server.busy.acquire(blocking=False):
        says("421 4.7.0 too many connections", end=True)(session)
    session.holds = True
    session.say(f"220 {session.server.host} ESMTP")


BEHAVIOURS = {
    "ok": {},
    # Unusual, and right.
    "multi-line": {"greeting": says("220-this is", "220-a greeting", "220-of some", "220 lines")},
    "small-pieces": {"greeting": in_pieces, "handshake": whole_again},
    "lower-case": {"ehlo": lambda session: session.capabilities("StartTls")},
    "no-quit": {"quit": close},
    "quit-stall": {"quit": stall},
    "close-tls": {"encrypted": close},
    "sni": {},  # the certificate of the host to whoever names it, another otherwise
    "tls-1-2": {"versions": (TLS.TLSv1_2, TLS.TLSv1_2)},
    "tls-1-3": {"versions": (TLS.TLSv1_3, TLS.TLSv1_3)},
    # Not protected.
    "no-starttls": {"ehlo": lambda session: session.capabilities(""), "starttls": refuse_starttls},
    "ehlo-refused": {"ehlo": says("502 5.5.1 not implemented"), "starttls": refuse_starttls},
    "starttls-502": {"starttls": refuse_starttls},
    "inject": {"starttls": lambda session: session.accept_tls(session.injection())},
    "tls-1-0": {"versions": (TLS.TLSv1, TLS.TLSv1)},
    "tls-1-1": {"versions": (TLS.TLSv1_1, TLS.TLSv1_1)},
    # Not now.
    "starttls-454": {"starttls": says("454 4.7.0 TLS is not available now")},
    "greeting-554": {"greeting": says("554 5.3.2 no service here")},
    "greeting-421": {"greeting": says("421 4.3.2 closing", end=True)},
    "greylist": {"ehlo": says("451 4.7.1 greylisted, come back later")},
    "ehlo-421": {"ehlo": says("421 4.7.0 too busy", end=True)},
    "one-connection": {"greeting": alone},
    "rate-limit": {"greeting": beyond(1, "421 4.7.0 you have been here a moment ago")},
    "stall-greeting": {"greeting": stall},
    "stall-ehlo": {"ehlo": stall},
    "stall-handshake": {"handshake": stall},
    "drip": {"greeting": drip},
    "long-line": {"greeting": says("220 " + "x" * 200_000)},
    "endless-reply": {"ehlo": endless},
    "garbage": {"greeting": lambda session: session.send(bytes(range(256)) * 4 + b"\r\n")},
    "close-greeting": {"greeting": close},
    "close-starttls": {"starttls": close},
    "close-handshake": {"handshake": close_in_handshake},
    "not-tls": {"handshake": no_tls},
}
# Who is served here where Postfix can't be.
INSTEAD = {"postfix": "ok", "postfix-plain": "no-starttls", "postfix-tls1": "tls-1-0", "many": "ok"}


class Server:
    """One address and port. table: its behaviours."""

    def __init__(self, row, table, protocol, other, log):
        self.address, self.port, self.host, self.chains, self.other, self.log = row["address"], row["port"], row["host"], row["chains"], other, log
        self.name = INSTEAD.get(row["behaviour"], row["behaviour"])
        self.behaviour = {} if self.name == "dead" else table[self.name]
        self.protocol = protocol
        self.lock, self.count, self.busy = threading.Lock(), 0, threading.Lock()
        self.made = None
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        self.listener = socket.socket(family)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind((self.address, self.port))
        if self.name == "dead":
            # With one connection in a queue that has room for none the kernel drops every further SYN.
            self.listener.listen(0)
            self.filler = socket.create_connection((self.address, self.port))
        else:
            self.listener.listen(256)

    @property
    def context(self):
        """Made when first needed: few servers of all are asked in a test."""
        with self.lock:
            if not self.made:
                self.made = self.make_context(self.chains)
                if self.name == "sni":
                    right, self.made = self.made, self.make_context([self.other])
                else:
                    right = None
                self.made.sni_callback = lambda connection, name, _: self.named(connection, name, right)
            return self.made

    def make_context(self, chains):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        for chain in chains:
            context.load_cert_chain(chain + ".pem", chain + ".key")
        lowest, highest = self.behaviour.get("versions", (TLS.TLSv1_2, TLS.TLSv1_3))
        if highest < TLS.TLSv1_2:
            context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version, context.maximum_version = lowest, highest
        return context

    def named(self, connection, name, right):
        connection.name_asked = name or "-"
        if right and name == self.host:
            connection.context = right

    def handle(self, connection):
        session = self.protocol(connection, self)
        try:
            session.serve()
        finally:
            if getattr(session, "holds", False):
                self.busy.release()


def start(servers):
    """Serves in threads."""
    warnings.simplefilter("ignore", DeprecationWarning)  # of old TLS versions
    choice = selectors.DefaultSelector()
    for server in servers:
        if server.name != "dead":
            choice.register(server.listener, selectors.EVENT_READ, server)

    def accept():
        while True:
            for key, _ in choice.select():
                connection, _ = key.fileobj.accept()
                threading.Thread(target=key.data.handle, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
