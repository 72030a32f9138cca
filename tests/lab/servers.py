"""servers.py PART…: the faulty servers of a laboratory. Returns when they listen; they go on in the background."""

import asyncio
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))


def threaded(parts):
    """The servers of mail and of the web."""
    import https_faults
    import smtp_faults

    base, run = os.environ["LAB"], os.environ["LAB_RUN"]
    other = os.path.join(base, "certificates", "elsewhere.ec")
    log = {part: os.open(os.path.join(run, part + ".log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644) for part in ("smtp", "https")}
    servers = []
    with open(os.path.join(base, "servers.json")) as file:
        rows = json.load(file)
    for row in rows:
        does, web = row["behaviour"], row["port"] == 443
        elsewhere = ("closed", "many", "nginx", "own") + (("postfix", "postfix-plain", "postfix-tls1") if "postfix" in parts else ())
        if does in elsewhere or ("https" if web else "smtp") not in parts:
            continue
        if web:
            servers.append(smtp_faults.Server(row, https_faults.BEHAVIOURS, https_faults.Http, other, log["https"]))
        else:
            protocol = smtp_faults.PROTOCOLS.get(row["port"], smtp_faults.Smtp)
            servers.append(smtp_faults.Server(row, smtp_faults.BEHAVIOURS, protocol, other, log["smtp"]))
    smtp_faults.start(servers)
    return servers


async def serve(parts, ready):
    if "dns" in parts:
        import dns_faults

        await dns_faults.start()
    kept = threaded(parts) if set(parts) & {"smtp", "https"} else None
    ready()
    await asyncio.Event().wait()
    del kept  # until now: sockets that nobody accepts on


def main():
    reading, writing = os.pipe()
    if os.fork():
        # The servers' process says that it listens, or ends without a word, having said why on stderr.
        os.close(writing)
        sys.exit(0 if os.read(reading, 1) else 1)
    os.setsid()

    def ready():
        log = os.open(os.path.join(os.environ["LAB_RUN"], "servers.log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.write(writing, b".")

    asyncio.run(serve(sys.argv[1:], ready))


main()
