"""probe.py HOSTS.TSV NAME…: what the mail server of <name>.secure.test does, one line each:

    no-starttls 220 250 502                 reply codes of greeting, EHLO, STARTTLS
    ee-spki 220 250 starttls 220 TLSv1.3 250 221

closed, reset, timeout, refused and unreachable are what they say; +N is N bytes of plaintext behind the reply to STARTTLS."""

import socket
import ssl
import sys
import threading
import time

LIMIT = 3.0  # seconds for each step


class Stop(Exception):
    pass


class Probe:
    def __init__(self, address, port):
        self.words, self.buffer = [], b""
        try:
            self.dialogue(address, port)
        except Stop:
            pass
        except ConnectionRefusedError:
            self.words.append("refused")
        except ConnectionResetError:
            self.words.append("reset")
        except TimeoutError:
            self.words.append("timeout")
        except ssl.SSLError as error:
            self.words.append(f"no-tls:{error.reason}")
        except OSError as error:
            self.words.append("unreachable" if error.errno in (101, 113) else str(error))

    def reply(self, word=True):
        """Of one or many lines; returns the text."""
        lines, end = [], time.monotonic() + LIMIT
        while True:
            while b"\n" not in self.buffer:
                if time.monotonic() > end:
                    raise TimeoutError
                octets = self.connection.recv(65536)
                if not octets:
                    self.words.append("closed")
                    raise Stop
                self.buffer += octets
                if len(self.buffer) > 100_000 or len(lines) > 1000:
                    self.words.append("too-long")
                    raise Stop
            line, self.buffer = self.buffer.split(b"\n", 1)
            lines.append(line.decode(errors="replace").rstrip("\r"))
            if not lines[-1][:3].isdigit():
                self.words.append("garbage")
                raise Stop
            if lines[-1][3:4] != "-":
                if word:
                    self.words.append(lines[-1][:3])
                return "\n".join(lines)

    def command(self, text):
        self.connection.sendall(text.encode() + b"\r\n")
        return self.reply()

    def dialogue(self, address, port):
        self.connection = socket.create_connection((address, port), LIMIT)
        self.connection.settimeout(LIMIT)
        if not self.reply().startswith("220"):
            return
        text = self.command("EHLO client.secure.test")
        if any(line[4:].upper() == "STARTTLS" for line in text.split("\n")):
            self.words.append("starttls")
        if self.command("STARTTLS")[:3] != "220":
            return
        if self.buffer:
            self.words.append(f"+{len(self.buffer)}")
            self.buffer = b""
        context = ssl._create_unverified_context()
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.set_ciphers("ALL:@SECLEVEL=0")
        self.connection = context.wrap_socket(self.connection, server_hostname=None)
        self.words.append(self.connection.version())
        self.command("EHLO client.secure.test")
        self.command("QUIT")


def main():
    names = sys.argv[1:]
    with open(names.pop(0)) as file:
        hosts = dict(line.split("\t")[:2] for line in file if line.count("\t"))
    hosts = {name: address.strip() for name, address in hosts.items()}
    results = {}

    def run(name):
        results[name] = " ".join(Probe(hosts[f"mx.{name}.secure.test"], 25).words)

    threads = [threading.Thread(target=run, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name in names:
        print(name, results[name])


main()
