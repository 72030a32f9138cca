"""cut_proxy.py PORT FILE: passes connections on to PORT of loopback, and cuts them. Prints its own port.

FILE says "RUN up|down BYTES": as soon as BYTES have gone to the server (up) or come from it (down) since RUN was another, every
connection is closed, and none is made any more. What was passed is written to FILE.passed when a connection ends."""

import socket
import sys
import threading

PORT, FILE = int(sys.argv[1]), sys.argv[2]
LOCK = threading.Lock()
state = {"run": "", "direction": "up", "budget": 0, "passed": {"up": 0, "down": 0}, "ends": []}


def close_all():
    for end in state["ends"]:
        try:
            # Not in order: what the other side has not read yet is lost as well, as on a cut line.
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
    state["ends"] = []


def refresh():
    with open(FILE, encoding="ascii") as order:
        run, direction, budget = order.read().split()
    if run != state["run"]:
        state.update(run=run, direction=direction, budget=int(budget), passed={"up": 0, "down": 0}, ends=[])


def carry(source, target, direction):
    try:
        while piece := source.recv(65536):
            with LOCK:
                limited = direction == state["direction"]
                rest = state["budget"] - state["passed"][direction]
                if limited:
                    piece = piece[: max(rest, 0)]
                state["passed"][direction] += len(piece)
                over = limited and state["passed"][direction] >= state["budget"]
            if piece:
                target.sendall(piece)
            if over:
                with LOCK:
                    close_all()
                return
    except OSError:
        pass
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def serve(client):
    with LOCK:
        refresh()
        if state["passed"][state["direction"]] >= state["budget"]:
            client.close()
            return
    server = socket.create_connection(("127.0.0.1", PORT))
    with client, server:
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with LOCK:
            state["ends"] += [client, server]
        back = threading.Thread(target=carry, args=(server, client, "down"), daemon=True)
        back.start()
        carry(client, server, "up")
        back.join()
    with LOCK, open(FILE + ".passed", "w", encoding="ascii") as out:
        print(state["passed"]["up"], state["passed"]["down"], file=out)


listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    connection, _ = listener.accept()
    threading.Thread(target=serve, args=(connection,), daemon=True).start()
