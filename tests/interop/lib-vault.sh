# shellcheck shell=sh disable=SC2034 # scripts use what is set here
# A vault on a real nginx, with TLS of a test authority and basic authentication. A script sources lib.sh and this, and calls
#
#   vault_start                  nginx, on a free port of loopback; its locations, each with files of its own in $VAULT_FILES/NAME:
#     $VAULT/dav/                PUT, DELETE, PROPFIND
#     $VAULT/index/              PUT, DELETE, and an index in JSON
#     $VAULT/plain/              PUT, DELETE, and no listing
#     $VAULT/open/               as dav, without authentication
#     $VAULT/keys/               what smvault(1) says of nginx
#   device NAME                  a store with Alice's key in it, protected by a passphrase, the same in each; its path in $DEVICE
#   vault DEVICE COMMAND…        smvault for that device, with the authority, and credentials of the user
#
# Alice's passphrase is in $PASSPHRASE (a file), her fingerprint in $ALICE.

# vault_certificate NAME SUBJECT-ALT-NAME [DAYS]: NAME.pem and NAME.key, by the authority in ca.pem
vault_certificate() {
  if [ ! -e ca.pem ]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.pem -days 30 \
      -subj '/CN=a test authority' -addext 'basicConstraints=critical,CA:TRUE' 2>/dev/null
  fi
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$1" 2>/dev/null
  printf 'subjectAltName=%s\n' "$2" >"$1.ext"
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days "${3:-30}" -extfile "$1.ext" -out "$1.pem" 2>/dev/null
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# nginx_config PORT
nginx_config() {
  if [ "$(id -u)" = 0 ]; then echo "user root;"; fi
  cat <<CONFIG
load_module /usr/lib/nginx/modules/ngx_http_dav_ext_module.so;
daemon off;
worker_processes 2;
pid $SM_TMP/nginx/pid;
error_log $SM_TMP/nginx/error.log;
events { worker_connections 64; }
http {
  access_log $SM_TMP/nginx/access.log;
  client_body_temp_path $SM_TMP/nginx/body;
  proxy_temp_path $SM_TMP/nginx/proxy;
  fastcgi_temp_path $SM_TMP/nginx/fastcgi;
  uwsgi_temp_path $SM_TMP/nginx/uwsgi;
  scgi_temp_path $SM_TMP/nginx/scgi;
  server {
    listen 127.0.0.1:$1 ssl;
    ssl_certificate $SM_TMP/server.pem;
    ssl_certificate_key $SM_TMP/server.key;
    root $VAULT_FILES;
    dav_methods PUT DELETE;
    auth_basic vault;
    auth_basic_user_file $SM_TMP/nginx/users;
    location /dav/ { dav_ext_methods PROPFIND; }
    location /index/ { autoindex on; autoindex_format json; }
    location /plain/ { }
    location /open/ { dav_ext_methods PROPFIND; auth_basic off; }
CONFIG
  sed -n '/^location \/keys\/ {/,/^}/p' "$SM_ROOT/man/smvault.1" |
    sed "s,root .*;,root $VAULT_FILES;,; s,auth_basic_user_file .*;,auth_basic_user_file $SM_TMP/nginx/users;,"
  printf '}\n}\n'
}

vault_start() {
  PATH=$PATH:/usr/sbin:/sbin
  need_command nginx openssl python3 jq
  if [ ! -e /usr/lib/nginx/modules/ngx_http_dav_ext_module.so ]; then refuse "no libnginx-mod-http-dav-ext on this machine"; fi
  cd "$SM_TMP" || exit 1
  vault_certificate server DNS:localhost,IP:127.0.0.1
  VAULT_FILES=$SM_TMP/files
  for sm_name in dav index plain open keys; do mkdir -p "$VAULT_FILES/$sm_name"; done
  mkdir nginx
  printf 'alice:%s\n' "$(openssl passwd -apr1 'user"s secret')" >nginx/users
  printf 'machine localhost login alice password "user\\"s secret"\n' >credentials
  chmod 600 credentials
  sm_attempt=0
  while :; do
    VAULT_PORT=$(free_port)
    nginx_config "$VAULT_PORT" >nginx/conf
    nginx -p "$SM_TMP/nginx" -e "$SM_TMP/nginx/error.log" -c "$SM_TMP/nginx/conf" >nginx/out 2>&1 &
    NGINX=$!
    if wait_for_port "$VAULT_PORT" $NGINX; then break; fi
    sm_attempt=$((sm_attempt + 1))
    if [ $sm_attempt = 5 ]; then
      not_ok "nginx starts" "$(cat nginx/out nginx/error.log)"
      done_testing
    fi
  done
  at_exit "kill $NGINX 2>/dev/null; wait $NGINX"
  VAULT=https://localhost:$VAULT_PORT
}

# faulty_start: fault/vault_server.py instead, whose behaviours are $VAULT/NAME/; $PROXY and $RESOLVER lead to it
faulty_start() {
  need_command openssl python3 jq
  cd "$SM_TMP" || exit 1
  vault_certificate server DNS:localhost,DNS:dav.example.org,IP:127.0.0.1
  VAULT_FILES=$SM_TMP/files
  mkdir -p "$VAULT_FILES"
  printf 'machine localhost login alice password secret\n' >credentials
  chmod 600 credentials
  mkfifo stop ports
  python3 "$SM_TESTS/fault/vault_server.py" server.pem server.key "$VAULT_FILES" <stop >ports 2>server.err &
  exec 7>stop
  at_exit 'exec 7>&-; wait'
  read -r VAULT_PORT sm_proxy sm_names <ports
  VAULT=https://localhost:$VAULT_PORT
  PROXY=http://127.0.0.1:$sm_proxy
  RESOLVER=127.0.0.1@$sm_names
}

# wait_for_port PORT PID: until something listens there, or the process has ended
wait_for_port() {
  python3 - "$1" "$2" <<'PYTHON'
import os, socket, sys, time
end = time.monotonic() + 20
while time.monotonic() < end:
    try:
        socket.create_connection(("127.0.0.1", int(sys.argv[1])), 1).close()
        sys.exit(0)
    except OSError:
        pass
    try:
        with open(f"/proc/{sys.argv[2]}/stat") as stat:
            if stat.read().rpartition(")")[2].split()[0] == "Z":
                sys.exit(1)
    except FileNotFoundError:
        sys.exit(1)
    time.sleep(0.02)
sys.exit(1)
PYTHON
}

device() {
  if [ ! -e alice.key ]; then
    PASSPHRASE=$SM_TMP/passphrase
    echo 'a passphrase of the test' >"$PASSPHRASE"
    smkey --store "$SM_TMP/first" generate --passphrase-file "$PASSPHRASE" 'Alice <alice@example.org>' >alice.fingerprint
    ALICE=$(cat alice.fingerprint)
    smkey --store "$SM_TMP/first" export --secret "$ALICE" >alice.key
  fi
  DEVICE=$SM_TMP/$1
  smkey --store "$DEVICE" -q import alice.key
}

vault() {
  sm_store=$1 sm_command=$2
  shift 2
  SM_STORE=$sm_store smvault "$sm_command" --cafile "$SM_TMP/ca.pem" --credentials "$SM_TMP/credentials" --batch "$@"
}

# state DEVICE: what it holds of Alice's key, in one line
state() { smkey --store "$1" export --secret --binary "$ALICE" | sha256sum | cut -d ' ' -f 1; }
# stored NAME: the names of the versions that lie in a location
stored() { find "$VAULT_FILES/$1" -name '*.pgp' -printf '%f\n' | sort; }
