"""Addresses of the laboratory, and the configurations of its name servers."""

TOP = "127.0.53.1"  # root and top-level domains
LEAF = ("127.0.53.2", "127.0.53.3")  # all other zones
OLD = "127.0.53.4"  # other data of zones that are split
VALIDATING = ("127.0.0.53", "192.0.2.52", "fd00:1ab::53")  # the first is what resolv.conf names
NON_VALIDATING = ("127.0.0.54",)


def host_addresses(index):
    """IPv4 and IPv6 of the mail host with that number."""
    return f"127.25.{index >> 8}.{index & 255}", f"fd00:1ab:0:25::{index:x}"


def web_addresses(index):
    """Neither loopback nor private, to a program that looks at addresses."""
    assert index < 255
    return f"203.0.113.{index}", f"2001:db8:80::{index:x}"


def resolver_addresses(number):
    """A faulty resolver stands on loopback and elsewhere."""
    return f"127.0.54.{number}", f"192.0.2.{number}"


def nsd(name, addresses, zones, folder, run):
    """zones: names with their dots, in folder."""
    return "\n".join(
        ["server:", "  server-count: 1", '  username: ""', '  chroot: ""', '  database: ""', f'  zonesdir: "{folder}"']
        + [f"  ip-address: {address}" for address in addresses]
        + [f'  {what}: "{run}/{name}.{what}"' for what in ("pidfile", "logfile", "xfrdfile", "zonelistfile")]
        + [f'  xfrdir: "{run}"', "  rrl-ratelimit: 0", "remote-control:", "  control-enable: no"]
        + [f'zone:\n  name: "{zone}"\n  zonefile: "{zone}zone"' for zone in zones]
    ) + "\n"


def unbound(name, addresses, validating, base, run):
    return "\n".join(
        ["server:", "  num-threads: 1", '  username: ""', '  chroot: ""', f'  directory: "{run}"']
        + [f"  interface: {address}" for address in addresses]
        + [
            f'  pidfile: "{run}/{name}.pidfile"',
            f'  logfile: "{run}/{name}.log"',
            "  use-syslog: no",
            "  access-control: 0.0.0.0/0 allow",
            "  access-control: ::/0 allow",
            "  do-not-query-localhost: no",
            '  local-zone: "test." nodefault',
            f'  root-hints: "{base}/root.hints"',
            "  so-rcvbuf: 4m",
            "  outgoing-range: 4096",
            "  num-queries-per-thread: 4096",
            "  ede: yes",
            f'  module-config: "{"validator iterator" if validating else "iterator"}"',
        ]
        + ([f'  trust-anchor-file: "{base}/root.key"', "  val-log-level: 2"] if validating else [])
        + ["remote-control:", "  control-enable: no"]
    ) + "\n"
