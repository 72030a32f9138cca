"""smtp.py PORT SENDER RECIPIENT…: hands the message on stdin to the server on this port of loopback."""

import smtplib
import sys

with smtplib.SMTP("127.0.0.1", int(sys.argv[1]), timeout=30) as server:
    server.sendmail(sys.argv[2], sys.argv[3:], sys.stdin.buffer.read())
