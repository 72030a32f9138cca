"""servers.py PART…: the faulty servers of a laboratory. Returns when they listen; they go on in the background."""

import asyncio
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))


async def serve(parts, ready):
    kept = []
    if "dns" in parts:
        import dns_faults

        await dns_faults.start()
    if "smtp" in parts:
        import smtp_faults

        kept = smtp_faults.start(os.environ["LAB"], os.environ["LAB_RUN"], "postfix" in parts)
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
