"""Zones: their text, their signatures in every state, their delegations."""

import base64
import os
import subprocess

DAY = 86400
TTL = 300
# The dates of signatures, in seconds from now, and how many characters they need for it.
DATES = {
    "good": (-DAY, 60 * DAY),
    "soon": (-DAY, 5 * DAY),
    "expired": (-40 * DAY, -10 * DAY),
    "future": (10 * DAY, 40 * DAY),
}


def damaged(line):
    """An RRSIG line whose signature has one bit changed."""
    head, _, signature = line.rstrip().rpartition(" ")
    octets = bytearray(base64.b64decode(signature))
    octets[20] ^= 1
    return head + " " + base64.b64encode(octets).decode()


class Zone:
    def __init__(self, name, kind, servers, serial):
        """servers: host names, each with a dot at its end."""
        self.name, self.kind = name, kind
        self.lines = [f"{name} {TTL} IN SOA {servers[0]} hostmaster.{name if name != '.' else ''} {serial} 3600 900 604800 60"]
        self.servers = servers
        for server in servers:
            self.add(name, "NS", server)
        self.states = {}  # (owner, type): state of that RRset's signature, where it is not the zone's
        self.ds = []

    def add(self, owner, kind, data):
        self.lines.append(f"{owner} {TTL} IN {kind} {data}")

    def add_text(self, origin, text):
        """Lines of zone text, relative to origin; later names are absolute all the same."""
        self.lines += [f"$ORIGIN {origin}", f"$TTL {TTL}"] + text.splitlines()

    def delegate(self, child):
        for server in child.servers:
            self.add(child.name, "NS", server)
        self.lines += child.ds

    def write(self, folder, keys, now):
        """Writes folder/<name>zone and leaves the DS lines for the parent in self.ds. keys: a folder for key pairs; what was
        made there before is used again, so that a zone can be signed twice with the same."""
        path = os.path.join(folder, self.name + "zone")
        with open(path, "w") as file:
            file.write("\n".join(self.lines) + "\n")
        if self.kind == "unsigned":
            return
        base = os.path.join(keys, self.name)
        if not os.path.exists(base + "key"):
            made = self._run("ldns-keygen", "-k", "-a", "ECDSAP256SHA256", self.name, cwd=keys).strip()
            for ending in ("key", "private", "ds"):
                os.rename(os.path.join(keys, f"{made}.{ending}"), base + ending)
        with open(base + "ds") as file:
            self._delegation_signer(file.read().split())
        if self.kind == "stripped":
            return
        usual = self.kind if self.kind in DATES else "good"
        signed = self._signed(path, base, now, usual)
        if self.kind == "bogus":
            signed = {key: damaged(line) if key and key[1] != "DNSKEY" else line for key, line in signed.items()}
        others = {state: self._signed(path, base, now, state) for state in set(self.states.values()) if state in DATES}
        for key, state in self.states.items():
            signed[key] = others[state][key] if state in DATES else damaged(signed[key])
        with open(path, "w") as file:
            file.write("".join(signed.pop(None)) + "\n".join(signed.values()) + "\n")

    def _run(self, *command, **more):
        done = subprocess.run(command, capture_output=True, text=True, **more)
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(command)}: {done.stdout}{done.stderr}")
        return done.stdout

    def _signed(self, path, base, now, state):
        """{None: all lines but signatures, (owner, type): the RRSIG over it}"""
        begins, ends = DATES[state]
        options = ["-i", str(now + begins), "-e", str(now + ends), "-o", self.name, "-f", "-"]
        if self.kind in ("nsec3", "optout"):
            options += ["-n", "-t", "0"] + (["-p"] if self.kind == "optout" else [])
        out = {None: []}
        for line in self._run("ldns-signzone", *options, path, base[:-1]).splitlines(keepends=True):
            fields = line.split(None, 5)
            if len(fields) > 4 and fields[3] == "RRSIG":
                out[(fields[0].lower(), fields[4])] = line.rstrip()
            else:
                out[None].append(line)
        return out

    def _delegation_signer(self, fields):
        tag, algorithm, digest_type, digest = fields[3:7]
        if self.kind == "bad-ds":
            digest = f"{int(digest[:2], 16) ^ 1:02x}{digest[2:]}"
        if self.kind == "unknown":
            algorithm = "200"
        if self.kind != "island":
            self.ds = [f"{self.name} {TTL} IN DS {tag} {algorithm} {digest_type} {digest}"]
