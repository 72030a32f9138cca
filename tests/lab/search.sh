#!/bin/sh
# label: lab
# timeout: 300
# smkey search, refresh and publish, and smcrypt encrypt --lookup, with the real smwkd and nginx, and the real smvks and a key server;
# some of it as cron runs it: in a bare environment, where whatever is printed is mail.
. "${0%/*}/../lib.sh"
. "$SM_TESTS/lab/lib-lab.sh"
. "$SM_TESTS/lab/lib-keyserver.sh"
need_command gpg jq curl
lab_enter dns https
cd "$SM_TMP" || exit 1
lab_keyserver
SM_STORE=$SM_TMP/store
export SM_STORE
# Every host of the laboratory is on an address that is private.
mkdir -p "$HOME/.config/smtools"
echo 'allow-private = yes' >"$HOME/.config/smtools/smtools.conf"
generate() { smkey --store "$SM_TMP/$1" generate --no-passphrase "$2"; }
bound() { smkey bindings --json "$1" | jq -r '.fingerprint + " " + .source + " " + ([.conflicts[].fingerprint] | join(","))'; }
# directory STORE ADDRESS [HOST]: what the directory of the address's domain has for it from now on.
directory() {
  domain=${2#*@}
  root=$LAB_RUN/www/${3:-openpgpkey.$domain}/.well-known/openpgpkey
  if [ "${3:-}" = "" ]; then root=$root/$domain; fi
  mkdir -p "$root/hu"
  : >"$root/policy"
  smkey --store "$SM_TMP/$1" export --binary --all >"$root/hu/$(smwkd hash "$2" | cut -d ' ' -f 1)"
}
printf 'From: me@example.net\nTo: x@example.net\nSubject: s\n\nText\n' >mail

alice=$(generate a 'Alice <alice@wkd.secure.test>')
bob=$(generate b 'Bob <bob@wkd-direct.secure.test>')
directory a alice@wkd.secure.test
smkey --store b export "$bob" >bob.asc
lab_publish bob.asc bob@wkd-direct.secure.test

# Order.
SM_NAME="in the directory" expect_status 0 smkey search alice@wkd.secure.test
is "is bound" "$(bound alice@wkd.secure.test)" "$alice wkd "
unlike "the server was not asked" "$LAB_KEYSERVER/log" alice
SM_NAME="only on the server" expect_status 0 smkey search bob@wkd-direct.secure.test
is "is bound" "$(bound bob@wkd-direct.secure.test)" "$bob vks "
dora=$(generate d 'Dora <dora@ee-spki.secure.test>')
smkey --store d export "$dora" >dora.asc
lab_publish dora.asc dora@ee-spki.secure.test
SM_NAME="a domain that has mail, and no web server" expect_status 0 smkey search dora@ee-spki.secure.test
is "is bound" "$(bound dora@ee-spki.secure.test)" "$dora vks "
SM_NAME="it has no directory" expect_status 2 smwkd get dora@ee-spki.secure.test
SM_NAME="which is no fault" expect_status 2 smwkd check dora@ee-spki.secure.test
SM_NAME="in neither" expect_status 2 smkey search nobody@wkd.secure.test
SM_NAME="--server" expect_status 0 smkey search --dry-run --server "$LAB_KEYSERVER_URL" bob@wkd-direct.secure.test
like "writes it" "$OUT" 'BEGIN PGP PUBLIC KEY'
for address in alice@wkd.secure.test bob@wkd-direct.secure.test; do
  SM_NAME="mail to $address is encrypted" expect_status 0 smcrypt encrypt --to $address <mail
done

# A directory that is kept from answering, while the server has somebody's key for the address.
for fault in closed 500 expired wrong-name other-ca; do
  mallory=$(generate "m-$fault" "Mallory <carol@wkd-$fault.secure.test>")
  smkey --store "m-$fault" export "$mallory" >mallory.asc
  lab_publish mallory.asc "carol@wkd-$fault.secure.test"
  : >"$LAB_KEYSERVER/log"
  SM_NAME="directory: $fault" expect_status 75 smkey search --timeout 20 "carol@wkd-$fault.secure.test"
  SM_NAME="nothing is bound" expect_status 2 smkey bindings "carol@wkd-$fault.secure.test"
  empty "nor was the server asked" "$LAB_KEYSERVER/log"
  SM_NAME="--lookup: 75" expect_status 75 smcrypt encrypt --lookup --timeout 20 --missing-key pass --to "carol@wkd-$fault.secure.test" <mail
  empty "nothing goes out" "$OUT"
done

# In the manner of cron.
cron() { # cron LINE: as a job; what it prints is in $OUT, its status in $?
  env -i HOME="$HOME" LOGNAME=alice SHELL=/bin/sh PATH="$SM_BIN:/usr/bin:/bin" SM_STORE="$SM_STORE" sh -c "$1" >"$OUT" 2>&1 </dev/null
}
line=$(sed -n 's/^[0-9]* [0-9]* \* \* \* //p' "$SM_ROOT/examples/cron/refresh.crontab" | sed 's/0-7200/0-0/; s/--all/& --rate 100/')
check "there is a line" test -n "$line"
check "a quiet night" cron "$line"
empty "nothing is mailed" "$OUT"
smkey --store b revoke --yes --reason compromised "$bob"
smkey --store b export "$bob" | smvks upload -q
SM_NAME="revoked at the server, not known here" expect_status 0 smcrypt encrypt --to bob@wkd-direct.secure.test <mail
check "the next night" cron "$line"
empty "nothing is mailed" "$OUT"
SM_NAME="a revoked key is refused from then on" expect_status 77 smcrypt encrypt --to bob@wkd-direct.secure.test <mail
like "as such" "$ERR" revoked
SM_NAME="also with --missing-key pass" expect_status 77 smcrypt encrypt --missing-key pass --to bob@wkd-direct.secure.test <mail
: >"$LAB_KEYSERVER/log"
echo '1 60' >"$LAB_KEYSERVER/limit"
if cron "$line"; then not_ok "the server wants to be left in peace"; else is "the server wants to be left in peace" $? 75; fi
like "that is mailed" "$OUT" 'error: '
rm "$LAB_KEYSERVER/limit"
echo 30 >"$LAB_KEYSERVER/maintenance"
if cron "$line"; then not_ok "maintenance"; else is "maintenance" $? 75; fi
rm "$LAB_KEYSERVER/maintenance"

# A changed key, found by a job that looks once a week.
alice2=$(generate a2 'Alice <alice@wkd.secure.test>')
directory a2 alice@wkd.secure.test
if cron 'smkey search -q alice@wkd.secure.test'; then not_ok "a changed key"; else is "a changed key" $? 77; fi
like "both are in the mail" "$OUT" "bound to $alice, but $alice2"
is "the binding stays" "$(bound alice@wkd.secure.test)" "$alice wkd $alice2"
SM_NAME="encrypting has stopped" expect_status 77 smcrypt encrypt --to alice@wkd.secure.test <mail
like "and names both" "$ERR" "$alice, but $alice2"
SM_NAME="accept" expect_status 0 smkey accept alice@wkd.secure.test "$alice2"
SM_NAME="goes on" expect_status 0 smcrypt encrypt --to alice@wkd.secure.test --status-fd 2 <mail
like "with the new key" "$ERR" "RECIPIENT .*fingerprint=$alice2"
check "and the job is silent again" cron 'smkey search -q alice@wkd.secure.test'
empty "nothing is mailed" "$OUT"

# --lookup.
carol=$(generate c 'Carol <carol@wkd.secure.test>')
dora=$(generate d 'Dora <dora@wkd-direct.secure.test>')
directory c carol@wkd.secure.test
directory d dora@wkd-direct.secure.test wkd-direct.secure.test
: >"$LAB_KEYSERVER/log"
SM_NAME="--lookup" expect_status 0 smcrypt encrypt --lookup --to carol@wkd.secure.test --to dora@wkd-direct.secure.test --to alice@wkd.secure.test <mail
is "binds both" "$(bound carol@wkd.secure.test); $(bound dora@wkd-direct.secure.test)" "$carol wkd ; $dora wkd "
empty "by their directories alone" "$LAB_KEYSERVER/log"

# Publish.
me=$(smkey generate --no-passphrase 'Me <me@wkd-direct.secure.test>' 'Me too <me2@wkd-direct.secure.test>')
SM_NAME="publish" expect_status 0 smkey publish "$me"
is "asks for mails" "$(sort "$OUT" | tr '\n' ';')" "pending  me2@wkd-direct.secure.test;pending  me@wkd-direct.secure.test;"
check "the link in the mail" lab_follow me@wkd-direct.secure.test
SM_NAME="publishes" expect_status 0 smkey publish --address me@wkd-direct.secure.test "$me"
like "that address" "$OUT" '^published  me@'
SM_NAME="others find it" expect_status 0 smkey --store others search me@wkd-direct.secure.test
is "with that user ID alone" "$(smkey --store others show --json "$me" | jq -r '[.user_ids[].text] | join(";")')" "Me <me@wkd-direct.secure.test>"

# Hostile servers.
state() { find store -type f ! -path '*/index/*' -exec sha256sum {} + | sort; }
state >before
for fault in endless gzip-bomb header-flood drip stall redirect-file redirect-loopback redirect-loop redirect-away; do
  began=$(date +%s)
  smkey search --timeout 15 "x@wkd-$fault.secure.test" >"$OUT" 2>"$ERR"
  status=$?
  check "$fault: an error ($status)" test "$status" = 65 -o "$status" = 69 -o "$status" = 75
  check "$fault: in time" test $(($(date +%s) - began)) -le 20
  like "$fault: that is said" "$ERR" '^smkey: error: '
  state >after
  same "$fault: store unharmed" after before
done
# What was taken back is taken back at the server, too; and an address is asked for in whatever form the server has it.
two=$(generate two 'Two <two@wkd.secure.test>')
smkey --store two uid add "$two" 'Old <old@wkd.secure.test>'
smkey --store two export "$two" >two.asc
lab_publish two.asc two@wkd.secure.test old@wkd.secure.test
SM_NAME="two addresses" expect_status 0 smvks get --server "$LAB_KEYSERVER_URL" old@wkd.secure.test
smkey --store two uid revoke --yes "$two" old@wkd.secure.test
SM_NAME="publish after one was revoked" expect_status 0 smkey --store two publish --server "$LAB_KEYSERVER_URL" "$two"
unlike "it is not published any more" "$OUT" '^published +old@'
SM_NAME="the server does not have it" expect_status 2 smvks get --server "$LAB_KEYSERVER_URL" old@wkd.secure.test
SM_NAME="but the other" expect_status 0 smvks get --server "$LAB_KEYSERVER_URL" two@wkd.secure.test
idn=$(generate idn 'Gus <gus@bücher.secure.test>')
SM_NAME="an international domain" expect_status 0 smkey --store idn publish --server "$LAB_KEYSERVER_URL" "$idn"
like "is asked for" "$OUT" '^pending +gus@'
nobody=$(generate nobody 'Nobody')
: >"$LAB_KEYSERVER/log"
SM_NAME="without an address" expect_status 77 smkey --store nobody publish --server "$LAB_KEYSERVER_URL" "$nobody"
empty "nothing leaves" "$LAB_KEYSERVER/log"
done_testing
