#!/bin/sh
# Usage, statuses, what is sent, what is printed; against a server that says what it is told to.
. "${0%/*}/../../lib.sh"
need_command python3 openssl jq gpg
here=$(cd "${0%/*}" && pwd)
cd "$SM_TMP" || exit 1
SM_STORE=$SM_TMP/store
export SM_STORE

# ---- usage
expect_status 64 smvks
for command in get request-verify 'request-verify file'; do
  # shellcheck disable=SC2086 # words
  expect_status 64 smvks $command
done
expect_status 64 smvks get ann@example.org bob@example.org
expect_status 64 smvks upload a b
expect_status 64 smvks get -4 -6 ann@example.org
for query in '' ann 01234567 0123456789abcdef0123456789abcdef0123456g ann@ 'Ann <ann@example.org>' "$(printf 'ann@example.org\nx')"; do
  SM_NAME="no question: $(echo "$query" | head -n 1)" expect_status 64 smvks get --server https://localhost:1 "$query"
done
for server in http://localhost:1 ftp://localhost keys.example /srv https:// 'https://h/?x=1' https://ann@h/ https://ann:pw@h/; do
  SM_NAME="no server: $server" expect_status 64 smvks get --server "$server" ann@example.org
done
SM_NAME="plain http is refused" expect_status 64 smvks get --server http://localhost:1 ann@example.org
like "with a reason" "$ERR" '^smvks: error: http:// would show to the network'
expect_status 66 smvks get --server https://localhost:1 --cafile absent ann@example.org
expect_status 66 smvks upload absent
SM_NAME="a server that is not there" expect_status 75 smvks get --server https://localhost:1 ann@example.org
SM_NAME="in JSON too" expect_status 75 smvks get --server https://localhost:1 --json ann@example.org
is "it failed" "$(jq -c '[.schema, .query, .result, .status, .code]' "$OUT")" '["smvks.get/1","ann@example.org","failed",75,"net.unreachable"]'
SM_NAME="with --status-fd" expect_status 75 smvks get --server https://localhost:1 --status-fd 1 ann@example.org
like "a status line has the code" "$OUT" '^\[SM:\] ERROR code=net\.unreachable$'
printf 'server = http://localhost:1\n' >conf
SM_NAME="the configuration names the server" expect_status 64 smvks get --config conf ann@example.org
like "it is looked at" "$ERR" 'http:// would show'
SM_NAME="the option wins" expect_status 75 smvks get --config conf --server https://localhost:1 ann@example.org

# ---- certificates
ann=$(smkey generate --batch --no-passphrase 'Ann <ann@example.org>')
smkey export "$ann" >ann.asc
smkey export --binary "$ann" >ann.pgp
smkey export --secret --batch "$ann" >secret.asc
smkey export --secret --binary --batch "$ann" >secret.pgp

# ---- what is refused before a server is asked: this one would be told of
for input in secret.asc secret.pgp; do
  for command in "upload $input" "request-verify $input ann@example.org"; do
    # shellcheck disable=SC2086 # words
    SM_NAME="$command" expect_status 77 smvks ${command%% *} --server https://localhost:1 ${command#* }
    like "is refused" "$ERR" '^smvks: error: there is a secret key in it: nothing was sent$'
  done
  SM_NAME="$input from stdin" expect_status 77 smvks upload --server https://localhost:1 <$input
done
cat ann.pgp secret.pgp >both.pgp
SM_NAME="a secret key behind a certificate" expect_status 77 smvks upload --server https://localhost:1 both.pgp
head -c 200 secret.asc >cut.asc
SM_NAME="a part of one" expect_status 77 smvks upload --server https://localhost:1 cut.asc
cat ann.asc ann.asc >two.asc
head -c 400 ann.pgp >cut.pgp
for input in two.asc cut.pgp /dev/null conf; do
  SM_NAME="upload $input" expect_status 65 smvks upload --server https://localhost:1 $input
done
SM_NAME="no address" expect_status 64 smvks request-verify --server https://localhost:1 ann.asc ann

# ---- a server
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout server.key -out server.pem -days 2 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost 2>/dev/null
mkfifo port
python3 "$here/canned.py" "$SM_TMP" >port &
at_exit "kill $!"
read -r at <port
v=$SM_TMP/vks/v1
mkdir -p "$v/by-email" "$v/by-fingerprint"
smvks() { command smvks "$@" --server "https://localhost:$at" --cafile server.pem; }
says() { { echo "$2"; cat; } >"$v/$1"; }

says by-fingerprint/"$ann" 200 <ann.asc
SM_NAME="get" expect_status 0 smvks get "$ann"
gpg --dearmor <"$OUT" >found.pgp
same "prints the certificate" found.pgp ann.pgp
is "asked without a word of who asks" "$(cat asked)" "GET /vks/v1/by-fingerprint/$ann
Accept: */*
User-Agent: smtools"
SM_NAME="get -o" expect_status 0 smvks get -o file.asc "$ann"
empty "with nothing on stdout" "$OUT"
gpg --dearmor <file.asc >found.pgp
same "writes the file" found.pgp ann.pgp
SM_NAME="get --json" expect_status 0 smvks get --json "$ann"
is "has it in armor" "$(jq -j .certificate "$OUT")" "$(cat file.asc)"
is "as the first members" "$(jq -c 'del(.certificate)' "$OUT")" "{\"schema\":\"smvks.get/1\",\"query\":\"$ann\",\"result\":\"found\",\"status\":0}"
SM_NAME="get -q" expect_status 0 smvks get -q "$ann"
same "is no less" "$OUT" file.asc
SM_NAME="an absent one" expect_status 2 smvks get bob@example.org
empty "prints nothing" "$OUT"
SM_NAME="with --tempfail" expect_status 2 smvks get --tempfail bob@example.org

# outcome STATUS RESULT CODE: of bob@example.org's, in JSON; for many, and with --tempfail.
outcome() {
  SM_NAME="$1 $2 $3" expect_status "$1" smvks get --json bob@example.org
  is "says so in JSON" "$(jq -r '[.result, .status, .code] | join(" ")' "$OUT")" "$2 $1 $3"
  is "with the words of stderr" "smvks: error: $(jq -r .error "$OUT")" "$(head -n 1 "$ERR")"
  echo bob@example.org >line
  SM_NAME="the same by get -" expect_status "$1" smvks get - <line
  like "with the words on stderr" "$ERR" '^smvks: warning: bob@example\.org: '
}
echo 'Slow down' | says by-email/bob%40example.org '429 90'
outcome 75 later vks.rate-limit
like "says when" "$ERR" 'answered 429, and says to try again in 90 seconds$'
: | says by-email/bob%40example.org 503
outcome 75 later vks.maintenance
: | says by-email/bob%40example.org 500
outcome 75 failed net.refused
: | says by-email/bob%40example.org 400
outcome 69 refused net.refused
: | says by-email/bob%40example.org 302
outcome 69 refused net.redirect
echo '<html>' | says by-email/bob%40example.org 200
outcome 65 failed vks.answer
says by-email/bob%40example.org 200 <ann.asc
outcome 65 failed vks.other-certificate

# ---- many
{
  printf '%s\r\n\n' "$ann"
  printf '%05000d\nnobody@example.org' 0
} >queries
SM_NAME="get -: an endless line, a last one without its end" expect_status 65 smvks get - --json <queries
is "each has its line" "$(jq -r '[.result, .status, .code // "-"] | join(" ")' "$OUT")" "found 0 -
failed 65 smvks.line
absent 2 -"
SM_NAME="get - -o" expect_status 65 smvks get - -o file.json --json <queries
is "writes a file" "$(wc -l <file.json)" 3
SM_NAME="get - without stdin" expect_status 75 sh -c "smvks get - --server https://localhost:$at --cafile server.pem <&-"

# ---- upload and request-verify
receipt() { printf '{"key_fpr":"%s","token":"t1","status":{"b\\u001b@example.org":"revoked","ann@example.org":"%s"}}' "$ann" "$1"; }
receipt unpublished | says upload 200
receipt pending | says request-verify 200
rm asked
SM_NAME="upload" expect_status 0 smvks upload ann.asc
is "prints each address, and nothing that a terminal obeys" "$(cat "$OUT")" 'unpublished  ann@example.org
revoked  b\x1b@example.org'
is "sends the certificate alone" "$(sed -n '/^{/p' asked | jq -c keys)" '["keytext"]'
sed -n '/^{/p' asked | jq -j .keytext | gpg --dearmor >sent.pgp
same "all of it" sent.pgp ann.pgp
like "as JSON" asked '^Content-Type: application/json$'
SM_NAME="upload --json" expect_status 0 smvks upload --json ann.pgp
is "has the token" "$(cat "$OUT")" "{\"schema\":\"smvks.upload/1\",\"fingerprint\":\"$ann\",\"addresses\":[{\"address\":\"ann@example.org\",\"status\":\"unpublished\"},{\"address\":\"b\\u001b@example.org\",\"status\":\"revoked\"}],\"token\":\"t1\"}"
SM_NAME="upload -q" expect_status 0 smvks upload -q - <ann.asc
empty "prints nothing" "$OUT"
rm asked
SM_NAME="request-verify" expect_status 0 smvks request-verify ann.asc ANN@example.org ann@EXAMPLE.org
like "prints what is then" "$OUT" '^pending  ann@example\.org$'
is "asks for each once, as the server wrote it" "$(sed -n '/^{/p' asked | tail -n 1)" '{"token":"t1","addresses":["ann@example.org"]}'
SM_NAME="request-verify --json" expect_status 0 smvks request-verify --json - ann@example.org <ann.asc
is "has the same members" "$(jq -c '[.schema, .fingerprint, .addresses[0].status, .token]' "$OUT")" "[\"smvks.request-verify/1\",\"$ann\",\"pending\",\"t1\"]"
receipt published | says upload 200
rm asked
SM_NAME="one that is published" expect_status 0 smvks request-verify -v ann.asc ann@example.org
unlike "is not asked for" asked request-verify
SM_NAME="one that is not there" expect_status 77 smvks request-verify ann.asc bob@example.org
echo '{"error":"no\u001b way"}' | says upload 400
SM_NAME="an upload that is refused" expect_status 69 smvks upload ann.asc
like "with the server's words" "$ERR" 'the server answered 400: no\\x1b way$'
echo '{}' | says upload 200
expect_status 65 smvks upload ann.asc
receipt unpublished | sed 's/"key_fpr":"."*/&F/' | says upload 200
expect_status 65 smvks upload ann.asc
done_testing
