"""generate.py FOLDER: keys, zones, certificates and configurations of the laboratory, from table.py. FOLDER is where it will be
used: the configurations name it. FOLDER/run is empty; each laboratory mounts a file system of its own there."""

import hashlib
import ipaddress
import json
import os
import sys
import time

import dns_faults
import network
import nginx
import postfix
import table
from certificates import Workshop, pem
from zones import Zone

# TLSA's numbers (RFC 7218): what of a certificate, and how.
SELECTORS = {"0": 0, "1": 1}
DIGESTS = {"0": bytes.hex, "1": lambda data: hashlib.sha256(data).hexdigest(), "2": lambda data: hashlib.sha512(data).hexdigest()}


class Laboratory:
    def __init__(self, base):
        self.base, self.run, self.now = base, os.path.join(base, "run"), int(time.time())
        for folder in ("run", "zones", "zones-old", "keys", "trust"):
            os.makedirs(os.path.join(base, folder))
        self.workshop = Workshop(os.path.join(base, "certificates"), self.now)
        self.hosts = {}  # name: addresses, what others may ask for
        self.servers = []  # what smtp_faults.py and Postfix do
        self.make_zones()
        self.make_hosts()
        self.make_mails()
        self.make_webs()
        self.write_zones()
        self.write_rest()

    def write(self, path, text):
        with open(os.path.join(self.base, path), "w") as file:
            file.write(text)

    # Zones

    def make_zones(self):
        faults = {name: f"{name}.faulty.test." for name in dns_faults.AUTHORITIES}
        self.zones, self.old = {}, {}
        for name, row in table.zones.items():
            top = name.count(".") == 1
            servers = ["ns.top.test."] if top else ["ns1.leaf.test.", "ns2.leaf.test."]
            if row["authority"]:
                servers = [faults[row["authority"]]]
            if row["split"]:
                servers = ["ns1.leaf.test.", "ns.old.test."]
                self.old[name] = Zone(name, row["kind"], servers, self.now)
            self.zones[name] = Zone(name, row["kind"], servers, self.now)
        test, root = self.zones["test."], self.zones["."]
        for zone in (test, root):
            zone.add("ns.top.test.", "A", network.TOP)
        test.add("ns1.leaf.test.", "A", network.LEAF[0])
        test.add("ns2.leaf.test.", "A", network.LEAF[1])
        test.add("ns.old.test.", "A", network.OLD)
        for name, number in dns_faults.AUTHORITIES.items():
            test.add(faults[name], "A", network.resolver_addresses(number)[0])

    def zone_of(self, name):
        return self.zones[max((z for z in self.zones if z == "." or ("." + name).endswith("." + z)), key=len)]

    def write_zones(self):
        for name in sorted(self.zones, key=lambda name: -name.rstrip(".").count(".") - bool(name.rstrip("."))):
            zone = self.zones[name]
            zone.write(os.path.join(self.base, "zones"), os.path.join(self.base, "keys"), self.now)
            if name in self.old:
                next_key = hashlib.sha256(self.workshop.spare.spki).hexdigest()
                self.old[name].lines = [line for line in zone.lines if not line.endswith(next_key)]
                self.old[name].write(os.path.join(self.base, "zones-old"), os.path.join(self.base, "keys"), self.now)
            if name != ".":
                parent = name.partition(".")[2] or "."
                self.zones[parent].delegate(zone)
        top = [name for name in self.zones if name.rstrip(".").count(".") == 0]
        leaf = [name for name in self.zones if name not in top]
        for name, addresses, zones, folder in (
            ("top", [network.TOP], top, "zones"),
            ("leaf", network.LEAF, leaf, "zones"),
            ("old", [network.OLD], list(self.old), "zones-old"),
        ):
            self.write(f"nsd-{name}.conf", network.nsd(name, addresses, zones, f"{self.run}/{folder}", self.run))

    # Mail hosts

    def host_of(self, row):
        return row["name"] if row["mx"] == "none" else "mx." + row["name"]

    def make_hosts(self):
        """An address and a certificate for each row that has a server."""
        made = {}
        # What a server has for a name that is none of its own.
        self.workshop.make(os.path.join(self.workshop.folder, "elsewhere"), "self-signed", "elsewhere.secure.test", "secure.test")
        for index, row in enumerate(table.mails, 1):
            host, name = self.host_of(row), row["name"]
            row["addresses"], row["chains"] = [], None
            if row["addr"] == "-" or row["addr"].startswith("cname"):
                continue
            if row["addr"] in ("46", "4", "6"):
                four, six = network.host_addresses(index)
                row["addresses"] = [a for a, family in ((four, "4"), (six, "6")) if family in row["addr"]]
            else:
                row["addresses"] = row["addr"].split(", ")
            self.hosts[host] = row["addresses"]
            path = os.path.join(self.workshop.folder, "shared" if row["cert"] == "shared" else name[:-1])
            if path not in made:
                made[path] = self.workshop.make(path, row["cert"], host[:-1], name[:-1])
            row["chains"] = made[path]
        self.chains = {self.host_of(row): row["chains"] for row in table.mails if row["chains"]}

    def tlsa(self, text, chains):
        """Record data for one entry of tlsa=."""
        usage, selector, matching, *rest = text.split()
        word = rest[0] if rest else ""
        if word and word not in ("next", "wrong", "short", "root", "issuer", "leaf", "rsa", "ec"):
            return text
        chain = chains[word if word in chains else next(iter(chains))]
        certificate, spki = chain.issuer if usage in "02" else chain.leaf
        if word in ("root", "issuer", "leaf"):
            certificate, spki = getattr(chain, word)
        if word in ("next", "wrong"):
            certificate = spki = (self.workshop.spare if word == "next" else self.workshop.wrong).spki
        data = DIGESTS.get(matching, DIGESTS["1"])((certificate, spki)[SELECTORS.get(selector, 1)])
        return f"{usage} {selector} {matching} {data[:-8] if word == 'short' else data}"

    def make_mails(self):
        for row in table.mails:
            name, zone, host = row["name"], self.zones[row["zone"]], self.host_of(row)
            states = dict(item.split() for item in row["sig"].split("; ")) if row["sig"] else {}
            if row["mx"] == "null":
                zone.add(name, "MX", "0 .")
            elif row["mx"] not in ("none", "-"):
                for item in row["mx"].split("; "):
                    preference, exchange = item.split()
                    zone.add(name, "MX", f"{preference} {exchange if exchange.endswith('.') else f'{exchange}.{name}'}")
                if "mx" in states:
                    zone.states[(name, "MX")] = states["mx"]
            self.add_addresses(row, zone, host, states)
            self.add_tlsa(row, zone, host, states)
            if row["more"]:
                text = row["more"]
                if row["chains"]:
                    text = text.replace("{leaf-spki}", self.tlsa("3 1 1", row["chains"]).split()[3])
                zone.add_text(name, text)
            if row["chains"]:
                self.add_servers(row, host)

    def add_addresses(self, row, zone, host, states):
        if row["addr"].startswith("cname"):
            zone.add(host, "CNAME", row["addr"].split()[1])
        addresses = list(row["addresses"])
        if row["also"]:
            addresses += self.hosts.get(row["also"] + ".", [row["also"]])
        for address in addresses:
            kind = "AAAA" if ":" in address else "A"
            zone.add(host, kind, address)
            if "a" in states:
                zone.states[(host, kind)] = states["a"]

    def add_tlsa(self, row, zone, host, states):
        target = row["addr"].split()[1] if row["addr"].startswith("cname") else host
        chains = self.chains.get(target)
        for port in row["ports"].split(", "):
            owner, at = f"_{port}._tcp.{host}", zone
            if row["tlsa_at"]:
                _, *where = row["tlsa_at"].split()
                alias = (where[0] if where else row["name"]) if not row["tlsa"] else f"tlsa-{row['name'].split('.')[0]}." + (where[0] if where else row["name"])
                zone.add(owner, "CNAME", alias)
                owner, at = alias, self.zone_of(alias)
            for entry in row["tlsa"].split("; ") if row["tlsa"] else []:
                at.add(owner, "TLSA", self.tlsa(entry, chains))
            if "tlsa" in states:
                at.states[(owner, "TLSA")] = states["tlsa"]
            if "denial" in states:
                # Of types at the name where there is one; otherwise of the name, by the NSEC of the one before it.
                before = owner if row["tlsa"] else f"_tcp.{host}"
                if not row["tlsa"]:
                    zone.add(before, "TXT", '"the name before"')
                zone.states[(before, "NSEC")] = states["denial"]

    def add_servers(self, row, host):
        for address in row["addresses"]:
            if not ipaddress.ip_address(address) in ipaddress.ip_network("127.0.0.0/8" if "." in address else "fd00:1ab::/32"):
                continue
            for port in row["ports"].split(", "):
                self.serve(row, host, address, int(port))

    def serve(self, row, host, address, port):
        chains = [chain.path for chain in row["chains"].values()]
        self.servers.append(dict(address=address, port=port, behaviour=row["server"], host=host[:-1], chains=chains))

    # Web hosts

    def make_webs(self):
        for index, row in enumerate(table.webs, 1):
            name = row["name"]
            row["addresses"] = list(network.web_addresses(index))
            self.hosts[name] = self.hosts.get(name, []) + row["addresses"]
            zone = self.zone_of(name)
            for address in row["addresses"]:
                zone.add(name, "AAAA" if ":" in address else "A", address)
            parent = name.partition(".")[2]
            row["chains"] = self.workshop.make(os.path.join(self.workshop.folder, name[:-1]), row["cert"], name[:-1], parent[:-1])
            folder = os.path.join(self.base, "www", name[:-1])
            os.makedirs(folder)
            for path, text in row["files"].items():
                os.makedirs(os.path.dirname(folder + path), exist_ok=True)
                with open(folder + path, "w", newline="") as file:
                    file.write(text)
            for address in row["addresses"]:
                self.serve(row, name, address, 443)
        self.write("nginx.conf", nginx.configuration([row for row in table.webs if row["server"] == "nginx"], self.run))

    # The rest

    def write_rest(self):
        self.write("servers.json", json.dumps(self.servers, indent=1))
        os.makedirs(os.path.join(self.base, "postfix"))
        self.write("postfix/main.cf", postfix.main(self.base))
        self.write("postfix/master.cf", postfix.master([row for row in self.servers if row["behaviour"].startswith("postfix")]))
        self.write("postfix/openssl.cf", postfix.OPENSSL)
        anchor = [line for line in open(os.path.join(self.base, "keys", ".key")).read().splitlines() if "DNSKEY" in line]
        self.write("root.key", "\n".join(anchor) + "\n")
        self.write("root.hints", f". 3600 NS ns.top.test.\nns.top.test. 3600 A {network.TOP}\n")
        self.write("unbound-validating.conf", network.unbound("validating", network.VALIDATING, True, self.base, self.run))
        self.write("unbound-plain.conf", network.unbound("plain", network.NON_VALIDATING, False, self.base, self.run))
        self.write("trust/ca-certificates.crt", pem(self.workshop.root.certificate))
        resolvers = {"validating": network.VALIDATING, "plain": network.NON_VALIDATING}
        resolvers |= {name: network.resolver_addresses(number) for name, (number, _) in dns_faults.RESOLVERS.items()}
        self.write("resolvers.tsv", "".join("\t".join([name, *addresses]) + "\n" for name, addresses in resolvers.items()))
        self.write("hosts.tsv", "".join("\t".join([name[:-1], *addresses]) + "\n" for name, addresses in self.hosts.items()))
        self.write(
            "policies.tsv",
            "".join("\t".join(str(row[key]) for key in ("name", "lookup", "check", "postfix", "rule")) + "\n" for row in table.policies),
        )
        self.write(
            "expected.tsv",
            "".join(
                "\t".join(
                    str(value)
                    for value in (
                        row["name"][:-1],
                        row["status"],
                        row["status"] if row["opportunistic"] is None else row["opportunistic"],
                        row["status"] if row["days"] is None else row["days"],
                        row["rule"],
                        row["verdict"],
                        row["clause"],
                    )
                )
                + "\n"
                for row in table.mails
                if row["status"] is not None
            ),
        )


if __name__ == "__main__":
    Laboratory(sys.argv[1])
