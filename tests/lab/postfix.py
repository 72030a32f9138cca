"""A Postfix that receives, with a certificate of its own for each address: one master.cf, a service an address. Its log is
/var/lib/nsd/log: see lib-start.sh. It leaves /etc/postfix and /var/spool/postfix to tests that want one of their own."""

MAIN = """compatibility_level = 3.6
myhostname = postfix.secure.test
queue_directory = /var/lib/nsd/queue
data_directory = /var/lib/nsd/data
maillog_file = /var/lib/nsd/log
maillog_file_prefixes = /var/lib/nsd
inet_protocols = all
mynetworks =
mydestination =
relay_domains = static:all
smtpd_relay_restrictions = permit_auth_destination, reject
default_transport = discard
relay_transport = discard
smtpd_peername_lookup = no
smtpd_client_connection_count_limit = 0
smtpd_tls_security_level = may
smtpd_tls_loglevel = 1
smtpd_tls_received_header = yes
alias_maps =
alias_database =
import_environment = MAIL_CONFIG TZ LANG=C OPENSSL_CONF={base}/postfix/openssl.cf
"""

# Nothing of OpenSSL's own may forbid what one service is to offer.
OPENSSL = """openssl_conf = default
[default]
ssl_conf = ssl
[ssl]
system_default = all
[all]
MinProtocol = TLSv1
CipherString = DEFAULT:@SECLEVEL=0
"""

SERVICES = """cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


def main(base):
    return MAIN.format(base=base)


def master(rows):
    """rows: of servers.json."""
    lines = []
    for row in rows:
        address = f"[{row['address']}]" if ":" in row["address"] else row["address"]
        files = ", ".join(f"{path}.{ending}" for path in row["chains"] for ending in ("key", "pem"))
        lines += [f"{address}:{row['port']} inet n - n - - smtpd", f"  -o {{ smtpd_tls_chain_files = {files} }}", f"  -o myhostname={row['host']}"]
        if row["behaviour"] == "postfix-plain":
            lines.append("  -o smtpd_tls_security_level=none")
        if row["behaviour"] == "postfix-tls1":
            lines += ["  -o smtpd_tls_protocols=TLSv1", "  -o { tls_medium_cipherlist = ALL:@SECLEVEL=0 }"]
    return "\n".join(lines) + "\n" + SERVICES
