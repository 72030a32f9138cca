"""The mails that go through the exchange: one of each kind that signing or encrypting could break."""

import base64
import hashlib

from mime_harness import Entity, to_crlf

# Every byte value, line ends and "From " among them; long enough for several packets' worth of base64 lines.
BINARY = bytes(range(256)) + b"\r\n\n\r\0From \n. \t\r\n" + b"".join(hashlib.sha256(b"%d" % n).digest() for n in range(300))

ENVELOPE = b"""Received: from localhost (localhost [127.0.0.1])
\tby mx.example.org; Thu, 01 Jan 2026 12:00:01 +0100
x-lower-case:no space after the colon
From: =?UTF-8?Q?Zo=C3=AB?= Example <%(from)s>
To: %(to)s
Subject: =?utf-8?B?R3LDvMOfZQ==?= and a subject that is long enough to be
 folded over two lines
Date: Thu, 01 Jan 2026 12:00:00 +0100
Message-ID: <%(name)s@example.org>
X-Empty:
"""


def base64_lines(data):
    return base64.encodebytes(data).rstrip(b"\n")


PLAIN = b"""
Hello,

no MIME fields at all, = signs, a dot:
.
-- and dashes
--
Zoe
"""

EIGHT_BIT = """MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

Grüße aus Łódź! A bientôt, 日本語 😀 and a line that is rather longer than seventy-six bytes, ééééééééé.

-- 
Zoë
""".encode()

ATTACHMENT = (
    """MIME-Version: 1.0
Content-Type: multipart/mixed;
 boundary="b1_part"
Content-Language: en, de

This is a multi-part message in MIME format.
--b1_part
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Das Bild hängt an.

--b1_part
Content-Type: application/octet-stream; name*=utf-8''%C3%A4.bin
Content-Transfer-Encoding: base64
Content-Disposition: attachment;
 filename*=utf-8''%C3%A4.bin

""".encode()
    + base64_lines(BINARY)
    + b"\n--b1_part--\n"
)

NESTED = (
    """MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=outer
Content-Description: three levels

--outer
Content-Type: multipart/related; boundary="outer-2"; type="multipart/alternative"

--outer-2
Content-Type: multipart/alternative; boundary="(inner): ?"

--(inner): ?
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Gr=FC=DFe, already encoded =
softly, with a space at the end=20
=46rom the start
--(inner): ?
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: 8bit

<p>Grüße</p>  
--(inner): ?--

--outer-2
Content-Type: image/png
Content-ID: <picture@example.org>
Content-Transfer-Encoding: base64

""".encode()
    + base64_lines(BINARY[:400])
    + """
--outer-2--
--outer
Content-Type: message/rfc822
Content-Transfer-Encoding: 8bit

From: someone@example.com
To: else@example.com
Subject: forwarded
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Weitergeleitet mit Umlaut: ü   
From the start of a line.
--outer
Content-Type: text/x-diff; charset=us-ascii; name=fix.diff
Content-Disposition: inline; filename=fix.diff

--- a/x
+++ b/x
@@ -1,2 +1,2 @@
 \t
-old  
+new\t
 
--outer

an empty header, hence text/plain
--outer--
""".encode()
)

FLOWED = b"""MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii; format=flowed; delsp=no
Content-Transfer-Encoding: 7bit

This paragraph flows: its lines end in a space and a reader joins 
them again, so that the spaces must come through as they are. 

> quoted text flows \n> too
 From is stuffed with a space
-- \nZoe
"""

TRAILING = b"""MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii
Content-Transfer-Encoding: 7bit

one space \ntwo spaces  \na tab\t\nboth \t \n \n\t\n
the last line has no line end, and a space """

FROM = b"""MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii

From the first line on,
>From a box,
 From behind a space,
From: not this one
from here in lower case
From \nFrom
From the last line
"""

BODIES = {
    "7bit": PLAIN,
    "8bit": EIGHT_BIT,
    "attachment": ATTACHMENT,
    "nested": NESTED,
    "flowed": FLOWED,
    "trailing spaces": TRAILING,
    "leading From": FROM,
}


def messages(sender, recipient):
    """Every kind, with LF and with CRLF: (name, entity)."""
    found = []
    for name, body in BODIES.items():
        words = {b"from": sender.encode(), b"to": recipient.encode(), b"name": name.replace(" ", "-").encode()}
        text = ENVELOPE % words + body
        found.append((f"{name} LF", Entity(text)))
        found.append((f"{name} CRLF", Entity(to_crlf(text))))
    return found
