#!/bin/sh
# smkey list and show: what is there, usable or not, in text and JSON.
# timeout: 180
. "${0%/*}/../../lib.sh"
need_command gpg jq python3
cd "$SM_TMP" || exit 1
SM_STORE=$SM_TMP/store
export SM_STORE

SM_NAME="an empty store has nothing" expect_status 0 smkey list
empty "and prints nothing" "$OUT"
SM_NAME="show: 2" expect_status 2 smkey show nobody@example.org
SM_NAME="list PATTERN: 2" expect_status 2 smkey list nobody
check "nothing was made" test ! -e store
alice=$(smkey generate --no-passphrase 'Alice <alice@example.org>')
bob=$(smkey generate --no-passphrase --expires 40d 'Bob <bob@example.net>')
# Expired, revoked, only for signing, and one for ever.
gpg="gpg --batch -q --passphrase= --no-tty --faked-system-time=20200101T000000!"
$gpg --quick-gen-key 'Past <past@example.org>' ed25519 sign 1y 2>/dev/null
gpg --batch -q --passphrase= --quick-gen-key 'Signer <signer@example.org>' ed25519 sign never 2>/dev/null
gpg --batch -q --passphrase= --quick-gen-key 'Gone <gone@example.org>' ed25519 default never 2>/dev/null
sed -n '/^:/s/^://; /BEGIN/,$p' "$GNUPGHOME"/openpgp-revocs.d/"$(gpg --batch --with-colons -k gone@example.org | sed -n 's/^fpr:*\([^:]*\):/\1/p' | head -n 1)".rev |
  gpg --batch -q --import 2>/dev/null
gpg --batch -q --no-auto-check-trustdb --export --armor | smkey import -q
is "everything is listed" "$(smkey list | wc -l)" 5
row() { smkey list "$1" | awk '{ print $2, $3, $4, $5 }'; }
day() { date -u -d "$1" +%Y-%m-%d; }
is "one of ours" "$(row alice@example.org)" "secret usable sign,encrypt $(day '730 days')"
is "expired" "$(row past@example.org)" "public expired - 2020-12-31"
is "revoked" "$(row gone@example.org)" "public revoked - never"
is "signs only, for ever" "$(row signer@example.org)" "public usable sign never"
is "--secret" "$(smkey list --secret | cut -c 1-40 | sort | tr '\n' ' ')" "$(printf '%s\n' "$alice" "$bob" | sort | tr '\n' ' ')"
is "a pattern is of a user ID, in any case" "$(smkey list ALICE@ | cut -c 1-40)" "$alice"
is "or of a fingerprint" "$(smkey list "$(echo "$alice" | cut -c 20-32 | tr A-F a-f)" | cut -c 1-40)" "$alice"
subkey=$(smkey show --json "$alice" | jq -r '.subkeys[0].fingerprint')
is "or of a subkey" "$(smkey list "$subkey" | cut -c 1-40)" "$alice"
is "it is no regular expression" "$(smkey list 'al.ce' | wc -l)" 0

SM_NAME="--expiring: one ends: 1" expect_status 1 smkey list --expiring 60d
like "it is that one" "$OUT" '^Bob <bob@example\.net>$'
is "and no other" "$(wc -l <"$OUT")" 3
like "when" "$OUT" "^  ends $(day '40 days'), in 40 days$"
is "what to do" "$(tail -n 1 "$OUT")" "  smkey --store $SM_TMP/store expire $bob 2y"
SM_NAME="--expiring: none ends: 0" expect_status 0 smkey list --expiring 30d
empty "and nothing is printed" "$OUT"
SM_NAME="--expiring takes a day" expect_status 1 smkey list --expiring "$(day '50 days')"
SM_NAME="--expiring never: 64" expect_status 64 smkey list --expiring never
SM_NAME="-q prints nothing for 0" expect_status 0 smkey list -q
empty "nothing" "$OUT"
SM_NAME="-q prints what is wrong" expect_status 1 smkey list -q --expiring 60d
check "something" test -s "$OUT"

for id in "$alice" "$(echo "$alice" | tr A-F a-f)" "0x$alice" "$(echo "$alice" | cut -c 25-)" "$(echo "$alice" | sed 's/..../& /g')" \
  alice@example.org ALICE@EXAMPLE.ORG "$subkey" "$(echo "$subkey" | cut -c 25-)"; do
  is "show $id" "$(smkey show "$id" --json | jq -r .fingerprint)" "$alice"
done
SM_NAME="a short key ID is refused" expect_status 64 smkey show "$(echo "$alice" | cut -c 33-)"
SM_NAME="what is no ID is refused" expect_status 64 smkey show Alice
SM_NAME="unknown fingerprint: 2" expect_status 2 smkey show 0123456789ABCDEF0123456789ABCDEF01234567
empty "quietly" "$ERR"
smkey show "$alice" >shown
like "show says all" shown '^user ID +Alice <alice@example\.org>$'
like "its fingerprint, to be read aloud" shown "^fingerprint +$(echo "$alice" | sed 's/..../& /g; s/ $//; s/^\(.\{24\}\) /\1  /')\$"
like "its state" shown '^state +usable today: signs and encrypts$'
like "what ends" shown "^ends +$(day '730 days'), in 730 days\$"
like "its secret key" shown '^secret key +stored, without a passphrase$'
like "its binding" shown "^bound +since $(day today), by generate: alice@example\.org\$"
like "its subkey" shown "^subkey +$subkey\$"

# JSON: one document a line, a schema, members in a stable order, and the same on the next day.
smkey list --json >list.json
is "list --json is JSON Lines" "$(jq -c . list.json | wc -l)$(wc -l <list.json)" 55
is "with a schema" "$(jq -r .schema list.json | sort -u)" smkey.list/1
is "first" "$(cut -c 1-25 list.json | sort -u)" '{"schema":"smkey.list/1",'
is "in one order of members" "$(jq -c keys_unsorted list.json | sort -u)" \
  '["schema","fingerprint","state","usable_for","signs_with","encrypts_to","ends","secret","user_ids","bindings","conflicts","primary","subkeys","run"]'
smkey list --json | jq -c 'del(.run)' >again.json
jq -c 'del(.run)' list.json >once.json
same "twice the same" again.json once.json
smkey show --json "$alice" >show.json
check "show --json, for another reader" python3 -m json.tool show.json /dev/null
is "its schema" "$(jq -r .schema show.json)" smkey.show/1
is "who signs and who encrypts" "$(jq -r '.signs_with, .encrypts_to' show.json | tr '\n' ' ')" "$alice $subkey "
is "what is left" "$(jq .run.days_left show.json)" 730
is "whose secret part is here" "$(jq -r '.primary.secret, .subkeys[].secret' show.json | tr '\n' ' ')" "stored stored "

# Certificates made for it: what is in use, and what of it ends.
cat >make.py <<'END'
import sys, os, time
sys.path.insert(0, os.environ["SM_TESTS"] + "/interop")
from forge_keys import *

now = int(time.time())
CREATED = now - 400 * DAY
soon, later = 410 * DAY, 900 * DAY  # from then: in ten days, in 500

def part(key, primary, here):
    return public(key, primary) if here is None else secret(key, primary, here)

def write(name, *parts, here=True, subkeys_here=True, expires=None, user_ids=None):
    """`here`: None for a certificate; False for a stub of the primary key."""
    primary = Signing(name, CREATED)
    made = part(primary, True, here)
    for text, more in (user_ids or [(f"{name} <{name}@example.org>", [])]):
        made += user_id(text) + primary.named(text, CREATED, expires=expires) + b"".join(each(primary, text) for each in more)
    for label, flags, after, ends, more in parts:
        key = (Encrypting if flags == ENCRYPT else Signing)(name + label, CREATED + after)
        made += part(key, False, here if here is None else subkeys_here) + primary.bound(key, flags, expires=ends)
        made += b"".join(each(primary, key) for each in more)
    open(name + ".pgp", "wb").write(made)

def gone(primary, key):
    return primary.revoked(SUPERSEDED, now - 9 * DAY, subkey=key)

def renamed(primary, text):
    return primary.revoked(USER_ID, now - 9 * DAY, user_id=text)

write("outlived", ("E1", ENCRYPT, 0, soon, []), ("E2", ENCRYPT, 10, later, []), ("S1", SIGN, 0, soon, []), ("S2", SIGN, 10, None, []))
write("newest", ("E1", ENCRYPT, 0, later, []), ("E2", ENCRYPT, 10, soon, []), ("S", SIGN, 0, soon, []))
write("signer", ("S", SIGN, 0, soon, []), ("E", ENCRYPT, 0, later, []))
write("gone", ("E1", ENCRYPT, 0, later, []), ("E2", ENCRYPT, 10, soon, [gone]), ("E3", ENCRYPT, 20, 100 * DAY, []))
write("whole", ("E", ENCRYPT, 0, later, []), expires=soon)
write("past", ("E", ENCRYPT, 0, soon, []), expires=100 * DAY)
write("offline", ("S", SIGN, 0, soon, []), ("E", ENCRYPT, 0, None, []), here=False)
write("other", ("E", ENCRYPT, 0, soon, []), here=None)
write("card", ("E", ENCRYPT, 0, None, []), here=True, subkeys_here=False)
write("names", ("E", ENCRYPT, 0, None, []), user_ids=[("Old <old@example.org>", [renamed]), ("Names <names@example.org>", [])])
END
PYTHONDONTWRITEBYTECODE=1 python3 make.py
SM_STORE=$SM_TMP/made
for name in outlived newest signer gone whole past offline other card names; do smkey import -q $name.pgp; done
id() { smkey show --json "$1@example.org" | jq -r .fingerprint; }
key() { smkey show --json "$1@example.org" | jq -r ".subkeys[$2].fingerprint"; }
SM_NAME="--expiring: what is in use and ends" expect_status 1 smkey list --expiring 30d
is "is all of it" "$(grep '^[a-z]' "$OUT" | sort | tr '\n' ' ')" \
  "newest <newest@example.org> offline <offline@example.org> other <other@example.org> signer <signer@example.org> whole <whole@example.org> "
in10="$(day '10 days'), in 10 days"
notice() { smkey --store "$SM_STORE" list --expiring 30d "$1@" | tail -n +2; }
smkey="  smkey --store $SM_STORE expire"
is "the newest subkeys, not the older one that outlives them" "$(notice newest)" \
  "  the subkey that signs ends $in10
$smkey $(id newest) 2y --subkey $(key newest 2)
  the subkey that encrypts ends $in10
$smkey $(id newest) 2y --subkey $(key newest 1)"
is "one subkey" "$(notice signer)" "  the subkey that signs ends $in10
$smkey $(id signer) 2y --subkey $(key signer 0)"
is "the whole" "$(notice whole)" "  ends $in10
$smkey $(id whole) 2y"
is "a primary key that is offline" "$(notice offline)" "  the subkey that signs ends $in10
  where the secret part of the primary key is:
$smkey $(id offline) 2y --subkey $(key offline 0)"
is "somebody else's" "$(notice other)" "  the subkey that encrypts ends $in10
  ask its owner for a renewed certificate of $(id other)
  and 'smkey import' it"
SM_NAME="somebody else's is not one of ours" expect_status 0 smkey list --secret --expiring 30d other@
is "in JSON the same" "$(smkey list --json --expiring 30d | jq -r '.user_ids[0].text' | sort | head -n 1)" "newest <newest@example.org>"
is "without a store that is named, none is named" "$(env -u SM_STORE XDG_DATA_HOME="$SM_TMP/data" sh -c 'smkey import -q whole.pgp; smkey list --expiring 30d | tail -n 1')" \
  "  smkey expire $(id whole) 2y"
cp -r made "it's"
is "a store is named as the shell reads it" "$(SM_STORE="$SM_TMP/it's" smkey list --expiring 30d whole@ | tail -n 1)" \
  "  smkey --store '$SM_TMP/it'\\''s' expire $(id whole) 2y"

smkey show offline@example.org >shown
like "a primary key that is elsewhere" shown "^secret key +stored in part: the primary key's is elsewhere"
is "is said of each key" "$(grep -c '^ *secret part ' shown)" 3
is "and in JSON" "$(smkey show --json offline@example.org | jq -r '.primary.secret, .subkeys[].secret' | tr '\n' ' ')" "offline stored stored "
smkey show card@example.org >shown
like "what can't be read here" shown "^ +what is encrypted to it can't be read here"
smkey show past@example.org >shown
like "what is over" shown "^state +expired $(day '300 days ago')\$"
like "what helps" shown "^ +'smkey expire' makes it last longer\$"
unlike "it has no end to come" shown '^ends'
smkey show gone@example.org >shown
like "a subkey that was revoked" shown "^ +revoked $(day '9 days ago'): superseded\$"
like "one that is over" shown "^ +expired $(day '300 days ago')\$"
smkey show names@example.org >shown
is "the primary user ID comes first" "$(head -n 1 shown)" 'user ID      Names <names@example.org>'
is "one that was revoked says when and why" "$(sed -n '2,3p' shown)" "             Old <old@example.org>
               revoked $(day '9 days ago'): no longer valid"
is "in JSON too" "$(smkey show --json names@example.org | jq -r '.user_ids[0] | .revoked_at[0:10], .reason' | tr '\n' ' ')" "$(day '9 days ago') no-longer-valid "
is "nothing is wider than a terminal" "$(for name in newest offline past gone names; do smkey show $name@example.org; done | awk 'length > 80' | wc -l)" 0

gpg --batch -q --passphrase= --quick-gen-key 'Weak <weak@example.org>' rsa1024 sign never 2>/dev/null
gpg --batch --export weak@example.org | smkey import -q
smkey show weak@example.org >shown
like "a weak key" shown '^ +rsa1024 \(weak\)  certify, sign  since '

# Bindings: to nothing, to another.
smkey -q --yes bindings --forget names@example.org
smkey show "$(smkey list names@ | cut -c 1-40)" >shown
like "an address that is bound to nothing" shown '^not bound +names@example\.org$'
smkey accept names@example.org "$(id whole)"
smkey show "$(smkey list 'Names <' | cut -c 1-40)" >shown
like "one that is bound to another" shown "^conflict +$(id whole) is what is bound\$"
is "in JSON" "$(smkey list --json 'Names <' | jq -r '.conflicts[0].bound_to')" "$(id whole)"

# A secret key whose certificate is gone.
lost=$(id card)
rm "$SM_STORE/pgp.cert.d/$(echo "$lost" | sed 's,^..,&/,' | tr A-F a-f)"
SM_NAME="is listed all the same" expect_status 0 smkey list --secret "$lost"
like "by what it says itself" "$OUT" "^$lost  secret  usable"
like "with a warning" "$ERR" "the certificate of the secret key $lost is not stored"

# A terminal.
cat >terminal.py <<'END'
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
out = b""
while True:
    try:
        more = os.read(terminal, 4096)
    except OSError:
        break
    if not more:
        break
    out += more
os.waitpid(pid, 0)
sys.stdout.buffer.write(out.replace(b"\r\n", b"\n"))
END
terminal() { TERM=xterm python3 terminal.py "$@"; }
NO_COLOR=1 terminal smkey list >listed
is "two lines each" "$(wc -l <listed)" "$(($(smkey list | wc -l) * 2))"
is "one's own come first, in the order of names" "$(grep '^[A-Za-z]' listed | sed 's/ .*//' | tr '\n' ' ')" "gone Names newest offline outlived past signer whole other Weak "
like "that they are" listed '^signer <signer@example\.org>  \(yours\)$'
like "until when" listed "^  $(id signer)  signs and encrypts until $(day '10 days')\$"
like "for ever" listed "^  $(smkey list 'Names <' | cut -c 1-40)  signs and encrypts\$"
like "or no longer" listed "^  $(id past)  expired $(day '300 days ago')\$"
like "somebody else's" listed '^other <other@example\.org>$'
is "nothing is wider than it" "$(awk 'length > 80' listed | wc -l)" 0
escape=$(printf '\033')
terminal smkey list >listed
check "colors" grep -q "$escape\\[1m" listed
terminal smkey list --color never >listed
check "none, if it says so" sh -c "! grep -q '$escape' listed"
smkey list --color always >listed
check "none in lines for programs" sh -c "! grep -q '$escape' listed"
smkey show --color always past@example.org >shown
check "in show, if it says so" grep -q "${escape}\[1;31mexpired" shown
terminal smkey list -o listed >out
is "a file gets lines for programs" "$(awk '{ print $2 }' listed | sort -u | tr '\n' ' ')" "public secret "

# Untrusted text.
SM_STORE=$SM_TMP/store
printf 'x' | gpg --batch -q --passphrase= --quick-gen-key "$(printf 'Evil \033]0;title\007 <evil@example.org>')" ed25519 sign never 2>/dev/null
gpg --batch --export evil@example.org | smkey import >imported
for file in imported $(smkey list evil >listed && smkey show evil@example.org >shown && echo listed shown); do
  check "no escape sequence in $file" sh -c "test -s $file && ! LC_ALL=C grep -q \"\$(printf '[\\033\\007]')\" $file"
done
done_testing
