#!/bin/sh
# label: hosts
# examples/smlog.sh: what goes to the syslog, and that nothing else changes.
. "${0%/*}/../lib.sh"
need_command logger python3
cd "$SM_TMP" || exit 1
sed "s,^PATH=.*,PATH=$SM_BIN:/usr/bin:/bin,; s,^LOGGER=\"\(.*\)\",LOGGER=\"\1 -u $SM_TMP/log\"," "$SM_ROOT/examples/smlog.sh" >smlog
chmod +x smlog
python3 - <<'PYTHON' &
import os, socket
server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
server.bind("log")
server.settimeout(30)
while True:
    line = server.recv(65536) + b"\n"
    with open("said", "ab") as said:
        said.write(line)
PYTHON
at_exit "kill $! 2>/dev/null"
until_there() {
  sm_turn=0
  while [ ! -S "$1" ] && [ ! -s "$1" ] && [ $sm_turn -lt 400 ]; do
    sm_turn=$((sm_turn + 1))
    sleep 0.05
  done
}
until_there log

SM_STORE=$SM_TMP/store
TMPDIR=$SM_TMP/tmp
export SM_STORE TMPDIR
mkdir tmp
smkey generate --no-passphrase 'Alice <alice@example.org>' >/dev/null
printf 'From: alice@example.org\nTo: alice@example.org\n\nhello\n' >plain.eml
SM_NAME="a filter that succeeds" expect_status 0 ./smlog smsign sign <plain.eml
check "gives out its message" grep -q '^Content-Type: multipart/signed' "$OUT"
empty "and nothing else" "$ERR"
SM_NAME="a filter that fails" expect_status 77 ./smlog smcrypt encrypt --to nobody@example.org <plain.eml
empty "gives out nothing" "$OUT"
empty "on stderr neither" "$ERR"
until_there said
# mail.err is facility 2, severity 3
like "the syslog has it" said '^<19>.* smtools: smcrypt: error: nobody@example.org: '
SM_NAME="no such program" expect_status 127 ./smlog nosuchprogram
./smlog sh -c 'echo $$ >pid; exec sleep 60' &
until_there pid
is "the program takes the place of the script" "$(cat pid)" $!
kill $!
wait $! 2>/dev/null
SM_NAME="no room for its pipe: the filter runs" expect_status 0 env TMPDIR="$SM_TMP/absent" ./smlog smsign sign <plain.eml
# As maildrop does at its end. The logger has not read yet.
cat >late <<LATE
#!/bin/sh
while [ ! -e "$SM_TMP/go" ]; do sleep 0.05; done
exec cat >"$SM_TMP/late.log"
LATE
chmod +x late
sed "s,^LOGGER=.*,LOGGER=$SM_TMP/late," smlog >smlog-late
chmod +x smlog-late
# shellcheck disable=SC2016
setsid -w sh -c './smlog-late sh -c "echo why >&2; exit 75"; trap "" HUP; kill -HUP 0; echo done >hung-up'
until_there hung-up
: >go
until_there late.log
like "a host that hangs up on its process group: the syslog has it" late.log '^why'
sed -i 's,^LOGGER=.*,LOGGER=/nonexistent/logger,' smlog
SM_NAME="no logger: the filter runs" expect_status 77 ./smlog smcrypt encrypt --to nobody@example.org <plain.eml
SM_NAME="and what writes much to stderr does not die of it" expect_status 0 ./smlog sh -c 'head -c 200000 /dev/zero >&2'
is "no pipe is left" "$(find "$TMPDIR" -name "smlog.*")" ""
done_testing
