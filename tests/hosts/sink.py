"""sink.py FOLDER PORT-FILE: an SMTP server on loopback that writes each message to FOLDER/RECIPIENT; says its port in PORT-FILE."""

import os
import socket
import sys

folder, port_file = sys.argv[1:]
with socket.create_server(("127.0.0.1", 0)) as server:
    with open(port_file + ".new", "w") as file:
        print(server.getsockname()[1], file=file)
    os.rename(port_file + ".new", port_file)
    while True:
        connection, _ = server.accept()
        with connection, connection.makefile("rwb") as stream:

            def say(text):
                stream.write(text.encode() + b"\r\n")
                stream.flush()

            say("220 sink")
            recipients = []
            for line in stream:
                verb = line[:4].upper()
                if verb == b"RCPT":
                    recipients.append(line[line.index(b"<") + 1 : line.index(b">")].decode())
                if verb == b"DATA":
                    say("354 go on")
                    message = b""
                    while (line := stream.readline()) != b".\r\n":
                        message += line.removeprefix(b".")
                    for recipient in recipients:
                        with open(os.path.join(folder, recipient), "wb") as file:
                            file.write(message)
                say("221 bye" if verb == b"QUIT" else "250 ok")
                if verb == b"QUIT":
                    break
