"""nginx: a server block for each honest web host of the table."""

HEAD = """user root root;
master_process off;
pid {run}/nginx.pid;
error_log {run}/nginx.log;
events {{
  worker_connections 4096;
}}
http {{
  access_log {run}/access.log;
  client_body_temp_path {run}/tmp/body;
  proxy_temp_path {run}/tmp/proxy;
  fastcgi_temp_path {run}/tmp/fastcgi;
  uwsgi_temp_path {run}/tmp/uwsgi;
  scgi_temp_path {run}/tmp/scgi;
  default_type application/octet-stream;
  types {{
    text/plain txt;
    text/html html;
  }}
  charset utf-8;
  server_tokens off;
  ssl_protocols TLSv1.2 TLSv1.3;
"""

SERVER = """  server {{
    server_name {host};
    {listen}
    ssl_certificate {chain}.pem;
    ssl_certificate_key {chain}.key;
    root {run}/www/{host};
    {more}
  }}
"""


def configuration(rows, run):
    """rows: of the table, with addresses and chains."""
    out = HEAD.format(run=run)
    for row in rows:
        listen = "\n    ".join(
            f"listen {f'[{address}]' if ':' in address else address}:{port};" for address in row["addresses"] for port in ("80", "443 ssl")
        )
        chain = next(iter(row["chains"].values())).path
        out += SERVER.format(host=row["name"][:-1], listen=listen, chain=chain, run=run, more=row["nginx"])
    return out + "}\n"
