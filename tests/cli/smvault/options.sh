#!/bin/sh
# What is refused before any server is asked, and what the credentials' file must be like.
. "${0%/*}/../../lib.sh"
need_command python3
cd "$SM_TMP" || exit 1
SM_STORE=$SM_TMP/store
export SM_STORE
# Nothing listens there.
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
url=https://localhost:$port/keys/

for command in push pull list; do expect_status 64 smvault $command; done
expect_status 64 smvault forget "$url"
expect_status 64 smvault forget "$url" a b
expect_status 64 smvault list "$url" extra
expect_status 64 smvault list -4 -6 "$url"

SM_NAME="plain http is refused" expect_status 64 smvault list http://localhost:"$port"/keys/
like "with a reason" "$ERR" '^smvault: error: http:// would show'
for other in ftp://h/ keys.example /srv/keys 'https://' 'https://h:99999/' 'https://h/?x=1' 'https://h/ x' 'https://127.1/'; do
  expect_status 64 smvault list "$other"
done
SM_NAME="a password in the URL is refused" expect_status 64 smvault list https://alice:hunter2@localhost/keys/
unlike "and not shown" "$ERR" hunter2
like "the hint says where it belongs" "$ERR" '^smvault: hint: .*netrc'
SM_NAME="a password of a proxy too" expect_status 64 smvault list --proxy http://alice:hunter2@localhost:1 "$url"
unlike "and it is not shown" "$ERR" hunter2
expect_status 64 smvault list --proxy ftp://localhost "$url"
SM_NAME="the environment's proxy, if it can't be used" expect_status 78 \
  env https_proxy=socks4://localhost:1 smvault list --proxy env "$url"
SM_NAME="which is not looked at unasked" expect_status 75 env https_proxy=socks4://localhost:1 smvault list "$url"
SM_NAME="an exception of it" expect_status 75 env https_proxy=http://127.0.0.1:1 no_proxy=localhost smvault list --proxy env "$url"
like "goes there directly" "$ERR" "^smvault: error: https://localhost:$port: no connection"

expect_status 66 smvault list --cafile "$SM_TMP/absent" "$url"
expect_status 66 smvault list --credentials "$SM_TMP/absent" "$url"
SM_NAME="a server that is not there" expect_status 75 smvault list "$url"
SM_NAME="is retried by --tempfail's caller" expect_status 75 smvault list --tempfail "$url"
SM_NAME="a status line has the code" expect_status 75 smvault list --status-fd 1 "$url"
like "of why" "$OUT" '^\[SM:\] ERROR code=net\.unreachable$'
SM_NAME="push without any key" expect_status 77 smvault push "$url"
SM_NAME="push of a key that is not here" expect_status 77 smvault push "$url" alice@example.org
SM_NAME="an ID of 8 digits" expect_status 64 smvault push "$url" 01234567

# Who may read the credentials.
printf 'machine localhost login alice password "s3cret word"\n' >netrc
for mode in 644 640 604 660; do
  chmod $mode netrc
  SM_NAME="credentials of mode $mode are refused" expect_status 78 smvault list --credentials netrc "$url"
  unlike "mode $mode: and not shown" "$ERR" s3cret
done
like "the hint mends it" "$ERR" '^smvault: hint: chmod 600 netrc$'
chmod 600 netrc
SM_NAME="of mode 600 they are taken" expect_status 75 smvault list --credentials netrc "$url"
SM_NAME="a file without this host" expect_status 78 smvault list --credentials netrc https://other.example/
SM_NAME="a file without this user" expect_status 78 smvault list --credentials netrc "https://bob@localhost:$port/"
SM_NAME="the user of the URL" expect_status 75 smvault list --credentials netrc "https://alice@localhost:$port/"
printf 'machine localhost login alice password "s3cret' >netrc
SM_NAME="a quotation without its end" expect_status 78 smvault list --credentials netrc "$url"
unlike "is not shown" "$ERR" s3cret
like "but its line" "$ERR" 'netrc: line 1:'
cp netrc "$HOME/.netrc"
printf 'machine localhost login alice password secret\n' >"$HOME/.netrc"
chmod 644 "$HOME/.netrc"
SM_NAME="a .netrc open to others" expect_status 78 smvault list "$url"
printf 'machine other.example login alice password secret\n' >"$HOME/.netrc"
SM_NAME="does not matter if it has nothing for this host" expect_status 75 smvault list "$url"
if [ "$(id -u)" = 0 ]; then
  printf 'machine localhost login alice password secret\n' >theirs
  chmod 600 theirs
  chown 1 theirs
  SM_NAME="credentials of another user are refused" expect_status 78 smvault list --credentials theirs "$url"
else
  skip "credentials of another user" "needs root"
fi
printf 'credentials = %s/netrc\n' "$SM_TMP" >conf
SM_NAME="the configuration names them too" expect_status 78 smvault list --config conf "$url"
done_testing
