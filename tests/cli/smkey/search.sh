#!/bin/sh
# smkey search: the Web Key Directory, then the key server; what is bound, what is a conflict, what comes in.
# timeout: 180
. "${0%/*}/../../lib.sh"
. "$SM_TESTS/cli/smkey/lib-network.sh"
need_command gpg jq python3
cd "$SM_TMP" || exit 1
own_programs
SM_STORE=$SM_TMP/store
export SM_STORE
generate() { smkey --store "$SM_TMP/$1" generate --no-passphrase "$2"; }
from() { smkey --store "$SM_TMP/$1" export "$2"; }
bound() { smkey bindings --json "$1" | jq -r '.fingerprint + " " + .source + " " + ([.conflicts[].fingerprint] | join(","))'; }

alice=$(generate a 'Alice <alice@example.org>')
bob=$(generate b 'Bob <bob@example.org>')
from a "$alice" >wkd/alice@example.org
from b "$bob" >vks/bob@example.org

# Order.
forget_asked
SM_NAME="in the directory" expect_status 0 smkey search alice@example.org
is "it says what was bound" "$(cat "$OUT")" "alice@example.org  $alice  wkd  new"
empty "and nothing on stderr" "$ERR"
is "the server was not asked" "$(asked)" "smwkd get alice@example.org;"
is "it is bound, with its source" "$(bound alice@example.org)" "$alice wkd "
forget_asked
SM_NAME="only on the server" expect_status 0 smkey search --json BOB@example.org
is "as JSON" "$(jq -c . "$OUT")" '{"schema":"smkey.search/1","address":"bob@example.org","fingerprint":"'"$bob"'","source":"vks","result":"new","bound":true}'
is "was asked for second" "$(asked) $(cat queries)" "smwkd get bob@example.org;smvks get; bob@example.org"
is "it is bound, with its source" "$(bound bob@example.org)" "$bob vks "
SM_NAME="again" expect_status 0 smkey search bob@example.org
is "is unchanged" "$(cat "$OUT")" "bob@example.org  $bob  vks  unchanged"
SM_NAME="in neither: 2" expect_status 2 smkey search nobody@example.org
empty "silently" "$OUT"
SM_NAME="-q says nothing" expect_status 0 smkey search -q bob@example.org
empty "nothing" "$OUT"
SM_NAME="no address: 64" expect_status 64 smkey search Bob

# What it passes on.
forget_asked
SM_NAME="network options" expect_status 2 smkey search --batch --cafile /dev/null --resolver 127.0.0.1@53 --proxy env -4 --allow-private \
  --server https://keys.example nobody@example.org
like "reach smwkd" asked '^smwkd .*--batch.*--cafile=/dev/null.*--resolver=127.0.0.1@53.*--proxy=env.*-4.*--allow-private'
like "reach smvks" asked '^smvks .*--batch.*--cafile=/dev/null.*--resolver=127.0.0.1@53.*--proxy=env.*-4.*--allow-private'
like "and the server only smvks" asked '^smvks .*--server=https://keys.example'
unlike "not smwkd" asked '^smwkd .*--server'
echo 'quiet = yes' >quiet.conf
SM_NAME="quiet = yes" expect_status 0 smkey --config quiet.conf search alice@example.org
like "does not silence them" asked '^smwkd .*--verbose'

# --dry-run.
carol=$(generate c 'Carol <carol@example.org>')
from c "$carol" >wkd/carol@example.org
SM_NAME="--dry-run" expect_status 0 smkey search --dry-run carol@example.org
is "writes it" "$(gpg --with-colons --show-keys "$OUT" 2>/dev/null | sed -n 's/^fpr:*\([0-9A-F]*\):/\1/p' | head -n 1)" "$carol"
SM_NAME="and stores nothing" expect_status 2 smkey show "$carol"
SM_NAME="nor binds" expect_status 2 smkey bindings carol@example.org

# A directory that can't be reached does not let the server speak in its place.
from c "$carol" >vks/carol@example.org
echo 75 >wkd/carol@example.org.status
forget_asked
SM_NAME="directory: 75" expect_status 75 smkey search carol@example.org
like "says why" "$ERR" "stand-in ends with 75"
like "and a way" "$ERR" 'hint: .*smvks get carol@example.org \| smkey import'
is "the server was not asked" "$(asked)" "smwkd get carol@example.org;"
SM_NAME="nothing was bound" expect_status 2 smkey bindings carol@example.org
echo 69 >wkd/carol@example.org.status
echo net.private-address >wkd/carol@example.org.code
forget_asked
SM_NAME="nor one on a private address" expect_status 69 smkey search carol@example.org
is "the server was not asked" "$(asked)" "smwkd get carol@example.org;"
rm wkd/carol@example.org.code
# One that answered and has nothing that can be used does.
for status in 65 69; do
  echo $status >wkd/carol@example.org.status
  forget_asked
  SM_NAME="directory: $status, server: found" expect_status 0 smkey search --dry-run carol@example.org
  is "the server was asked" "$(asked)" "smwkd get carol@example.org;smvks get;"
  mv vks/carol@example.org vks/away
  SM_NAME="directory: $status, server: absent" expect_status $status smkey search carol@example.org
  mv vks/away vks/carol@example.org
done
rm wkd/carol@example.org.status
for result in 'later 75' 'failed 75' 'refused 69'; do
  echo '{"result": "'"${result% *}"'", "status": '"${result#* }"', "error": "stand-in"}' >vks/dora@example.org.json
  SM_NAME="server: $result" expect_status "${result#* }" smkey search dora@example.org
done
echo 64 >vks/dora@example.org.exit
rm vks/dora@example.org.json
SM_NAME="smvks ends: its status" expect_status 64 smkey search dora@example.org
mv bin/smvks bin/away
rm bin/smwkd
PATH=$SM_TMP/bin:/usr/bin:/bin
if command -v smwkd >/dev/null; then skip "no smwkd" "there is one"; else
  SM_NAME="no smwkd: 75" expect_status 75 smkey search alice@example.org
  like "and says so" "$ERR" "can't run smwkd"
fi
own_programs

# A bound address: another certificate is a conflict, and changes nothing.
other=$(generate other 'Alice <alice@example.org>')
from other "$other" >wkd/alice@example.org
SM_NAME="another certificate: 77" expect_status 77 smkey search alice@example.org
like "names both" "$ERR" "bound to $alice, but $other"
is "the binding stays, the conflict is there" "$(bound alice@example.org)" "$alice wkd $other"
printf 'From: me@example.net\nTo: alice@example.org\nSubject: s\n\nText\n' >mail
SM_NAME="encrypting stops" expect_status 77 smcrypt encrypt --to alice@example.org <mail
like "and names both" "$ERR" "bound to $alice, but $other"
from a "$alice" >wkd/alice@example.org
SM_NAME="the old one is there again: the conflict stays" expect_status 77 smkey search alice@example.org
SM_NAME="accept" expect_status 0 smkey accept alice@example.org "$other"
SM_NAME="settles it" expect_status 0 smcrypt encrypt --to alice@example.org <mail
from other "$other" >wkd/alice@example.org
SM_NAME="from then on it is the one" expect_status 0 smkey search alice@example.org
cat vks/bob@example.org >wkd/bob@example.org
from other "$other" >>wkd/bob@example.org
SM_NAME="what is in an answer for another address does not matter" expect_status 0 smkey search bob@example.org
is "nor comes a conflict of it" "$(bound bob@example.org)" "$bob vks "

# A certificate and one beside it: as long as the bound one can be used, there is nothing to settle.
bob2=$(generate b2 'Bob <bob@example.org>')
{ smkey --store b2 export --binary "$bob2"; smkey --store b export --binary "$bob"; } >wkd/bob@example.org
SM_NAME="two of one address, the bound one among them" expect_status 0 smkey search bob@example.org
is "no conflict" "$(bound bob@example.org)" "$bob vks "
SM_NAME="the other was not taken" expect_status 2 smkey show "$bob2"

# A successor: signed by the old key.
gpg() { command gpg --batch -q --no-tty --no-auto-check-trustdb --trust-model always --pinentry-mode loopback --passphrase '' "$@" 2>/dev/null; }
gpg --quick-gen-key 'Erin <erin@example.org>' default default never
erin=$(gpg --with-colons -K | sed -n 's/^fpr:*\([0-9A-F]*\):/\1/p' | head -n 1)
gpg --export "$erin" >wkd/erin@example.org
smkey search -q erin@example.org
GNUPGHOME=$SM_TMP/second
mkdir -m 700 second
gpg --quick-gen-key 'Erin <erin@example.org>' default default never
erin2=$(gpg --with-colons -K | sed -n 's/^fpr:*\([0-9A-F]*\):/\1/p' | head -n 1)
gpg --export "$erin2" >unsigned
gpgconf --kill all
GNUPGHOME=$SM_TMP/gnupg
gpg --import unsigned
cp unsigned wkd/erin@example.org
SM_NAME="a new key" expect_status 77 smkey search erin@example.org
unlike "that the old one has not signed is none" "$ERR" successor
unlike "nor in bindings" /dev/stdin successor <<X
$(smkey bindings erin@example.org)
X
gpg -u "$erin" --quick-sign-key "$erin2"
gpg --export "$erin2" >wkd/erin@example.org
SM_NAME="one that it has signed" expect_status 77 smkey search erin@example.org
like "is offered as its successor" "$ERR" "but $erin2 \(its successor: signed by the old key\)"
like "with the command" "$ERR" "hint: .*smkey accept erin@example.org $erin2"
like "in bindings" /dev/stdin "conflict  $erin2  wkd  .*  successor\$" <<X
$(smkey bindings erin@example.org)
X
is "in JSON" "$(smkey bindings --json erin@example.org | jq -c '[.conflicts[].successor]')" '[true]'
SM_NAME="in smcrypt's words" expect_status 77 smcrypt encrypt --to erin@example.org <mail
like "too" "$ERR" successor
# A signature that only says that it is by the old key: another's, with the key ID and fingerprint changed.
gpg --quick-gen-key 'Mallory <mallory@example.org>' default default never
mallory=$(gpg --with-colons -K mallory@example.org | sed -n 's/^fpr:*\([0-9A-F]*\):/\1/p' | head -n 1)
mkdir -m 700 third
gpg --export-secret-keys "$mallory" >mallory.key
GNUPGHOME=$SM_TMP/third
gpg --import mallory.key unsigned
gpg -u "$mallory" --quick-sign-key "$erin2"
gpg --export "$erin2" >by-mallory
gpgconf --kill all
GNUPGHOME=$SM_TMP/gnupg
export GNUPGHOME
python3 - "$mallory" "$erin" <<'X'
import sys
mallory, erin = (bytes.fromhex(x) for x in sys.argv[1:])
data = open('by-mallory', 'rb').read()
assert mallory in data and mallory[-8:] in data
open('forged', 'wb').write(data.replace(mallory, erin).replace(mallory[-8:], erin[-8:]))
X
smkey --store "$SM_TMP/forgery" import -q <<X
$(gpg --armor --export "$erin")
X
cp forged wkd/erin@example.org
SM_NAME="a forged signature" expect_status 77 smkey --store "$SM_TMP/forgery" search erin@example.org
like "makes a conflict" "$ERR" "but $erin2"
unlike "and no successor" "$ERR" successor

# What is revoked or expired is not bound; what is stored already is told of it.
faythe=$(generate f 'Faythe <faythe@example.org>')
from f "$faythe" | smkey import -q --no-bind
smkey --store f revoke --reason compromised --yes "$faythe"
from f "$faythe" >wkd/faythe@example.org
SM_NAME="revoked: 77" expect_status 77 smkey search faythe@example.org
like "says so" "$ERR" 'which is revoked'
SM_NAME="not bound" expect_status 2 smkey bindings faythe@example.org
is "but the store knows" "$(smkey list "$faythe" | tr ' ' '\n' | grep -c revoked)" 1
faythe2=$(generate f2 'Faythe <faythe@example.org>')
{ smkey --store f export --binary "$faythe"; smkey --store f2 export --binary "$faythe2"; } >wkd/faythe@example.org
SM_NAME="a revoked one and the next" expect_status 0 smkey search faythe@example.org
is "the next is bound" "$(bound faythe@example.org)" "$faythe2 wkd "
# Known as revoked here, served without the revocation.
gina=$(generate g 'Gina <gina@example.org>')
from g "$gina" >wkd/gina@example.org
from g "$gina" | smkey import -q --no-bind
smkey --store g revocation --reason compromised "$gina" | smkey import -q
SM_NAME="revoked only here: 77" expect_status 77 smkey search gina@example.org
SM_NAME="not bound" expect_status 2 smkey bindings gina@example.org

# Bound, then revoked with a next one beside it: a conflict.
henry=$(generate h 'Henry <henry@example.org>')
from h "$henry" >wkd/henry@example.org
smkey search -q henry@example.org
smkey --store h revoke --reason superseded --yes "$henry"
henry2=$(generate h2 'Henry <henry@example.org>')
{ smkey --store h export --binary "$henry"; smkey --store h2 export --binary "$henry2"; } >wkd/henry@example.org
SM_NAME="the bound one revoked, another beside it: 77" expect_status 77 smkey search henry@example.org
is "the other is a conflict" "$(bound henry@example.org)" "$henry wkd $henry2"

# Only what was asked for comes in.
two=$(smkey --store two generate --no-passphrase 'Ivan <ivan@example.org>' 'Judy <judy@example.org>')
from two "$two" >wkd/ivan@example.org
SM_NAME="another user ID" expect_status 0 smkey search ivan@example.org
is "is left out" "$(smkey show --json "$two" | jq -c '[.user_ids[].text // .user_ids[].user_id]' | grep -c judy)" 0
SM_NAME="and can't be encrypted to" expect_status 77 smcrypt encrypt --to judy@example.org <mail

# Hostile answers: a clear error, and nothing changed.
state() { find store -type f ! -path '*/index/*' -exec sha256sum {} + | sort; }
state >before
hostile() { # hostile NAME: what wkd/evil@example.org holds is refused, and nothing is left of it
  SM_NAME="$1: 65" expect_status 65 smkey search evil@example.org
  state >after
  same "$1: store unharmed" after before
}
echo 'a page' >wkd/evil@example.org
hostile "garbage"
printf '\305\377\377\377\377\377' >wkd/evil@example.org
hostile "a packet without end"
head -c 3000000 /dev/zero >wkd/evil@example.org
hostile "too long"
smkey --store a export --binary "$alice" >wkd/evil@example.org
hostile "wrong address"
smkey --store evil generate --no-passphrase 'Evil <evil@example.org>' >/dev/null
smkey --store evil export --secret --binary --all >wkd/evil@example.org
hostile "a secret key"
smkey --store evil export --binary --all | head -c 200 >wkd/evil@example.org
hostile "cut"
python3 - <<'X'
import struct
def packets(data):
    at = 0
    while at < len(data):
        start, tag = at, data[at]
        assert tag & 0x40
        length = data[at + 1]
        at += 2
        if 192 <= length < 224: length = ((length - 192) << 8) + data[at] + 192; at += 1
        elif length == 255: length = struct.unpack('>I', data[at:at + 4])[0]; at += 4
        at += length
        yield tag & 63, data[start:at]
def packet(tag, body): return bytes([0xc0 | tag, 255]) + struct.pack('>I', len(body)) + body
import subprocess
data = subprocess.run(['smkey', '--store', 'evil', 'export', '--binary', '--all'], stdout=subprocess.PIPE, check=True).stdout
key = list(packets(data))
primary = key[0][1]
uid = next(raw for tag, raw in key if tag == 13)
rest = b''.join(raw for tag, raw in key[1:])
signature = next(raw for tag, raw in key if tag == 2)
open('many-certificates', 'wb').write(data * 10000)
open('short-certificates', 'wb').write(primary * 10000)
open('many-signatures', 'wb').write(data + packet(2, b'\4') * 100000)
open('long-signatures', 'wb').write(data + signature * 100000)
open('many-user-ids', 'wb').write(primary + b''.join(packet(13, b'Evil %d <evil@example.org>' % n) for n in range(10000)) + rest)
# At the limit: a thousand user IDs and forged signatures, and a right one among them.
forged = [packet(2, signature[2:-4] + struct.pack('>I', n)) for n in range(1500)]
others = [packet(13, b'Evil %d <other%d@example.org>' % (n, n)) for n in range(1500)]
open('flooded', 'wb').write(primary + b''.join(others) + b''.join(raw for tag, raw in key[1:3]) + b''.join(forged) + b''.join(raw for tag, raw in key[3:]))
X
for what in many-certificates short-certificates many-signatures long-signatures many-user-ids; do
  cp $what wkd/evil@example.org
  hostile $what
  if [ "${SM_SANITIZED:-OFF}" != ON ]; then
    python3 -c 'import resource, subprocess
subprocess.run(["smkey", "search", "evil@example.org"], stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' >memory
    check "$what: in $(cat memory) KiB" test "$(cat memory)" -lt 65536
  fi
done
cp flooded wkd/evil@example.org
SM_NAME="a flooded certificate" expect_status 0 smkey search evil@example.org
evil=$(smkey bindings --json evil@example.org | jq -r .fingerprint)
check "comes in without the flood" test "$(smkey export --binary "$evil" | wc -c)" -lt 4000
done_testing
