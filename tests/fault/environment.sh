#!/bin/sh
# Where things are taken from, and what must not matter: HOME, XDG directories, the configuration, the locale, a store that
# can't be written.
# timeout: 120
. "${0%/*}/../lib.sh"
need_command jq
cd "$SM_TMP" || exit 1
mail() { printf 'From: Alice <alice@example.org>\nTo: alice@example.org\nSubject: test\n\nhello\n'; }
mail >plain.eml

# Where the store is.
stored() { # stored WHAT WHERE VARIABLE…
  what=$1 where=$2
  shift 2
  rm -rf home data certs elsewhere
  mkdir home data
  SM_NAME="$what: made" expect_status 0 env "$@" smkey generate --no-passphrase alice@example.org
  is "$what: there" "$(find home data certs elsewhere relative -name private 2>/dev/null)" "$where/private"
  SM_NAME="$what: found" expect_status 0 env "$@" smcrypt encrypt --to alice@example.org <plain.eml
}
stored "HOME" home/.local/share/smtools HOME="$SM_TMP/home"
stored "an empty XDG_DATA_HOME" home/.local/share/smtools HOME="$SM_TMP/home" XDG_DATA_HOME=
stored "a relative XDG_DATA_HOME" home/.local/share/smtools HOME="$SM_TMP/home" XDG_DATA_HOME=relative
stored "XDG_DATA_HOME" data/smtools HOME="$SM_TMP/home" XDG_DATA_HOME="$SM_TMP/data"
is "certificates are beside it" "$(ls data)" "pgp.cert.d
smtools"
stored "PGP_CERT_D" data/smtools HOME="$SM_TMP/home" XDG_DATA_HOME="$SM_TMP/data" PGP_CERT_D="$SM_TMP/certs"
check "certificates are there" test -d certs
check "and nowhere else" test ! -e data/pgp.cert.d
stored "SM_STORE" elsewhere HOME="$SM_TMP/home" XDG_DATA_HOME="$SM_TMP/data" PGP_CERT_D="$SM_TMP/certs" SM_STORE="$SM_TMP/elsewhere"
check "holds certificates too" test -d elsewhere/pgp.cert.d
stored "SM_STORE relative" elsewhere HOME="$SM_TMP/home" SM_STORE=elsewhere
SM_NAME="--store wins" expect_status 2 env SM_STORE="$SM_TMP/elsewhere" smkey --store data show alice@example.org

# No home.
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
  chmod 755 "$SM_TMP"
  reachable=$SM_BIN
  if ! setpriv --reuid=54321 --regid=54321 --clear-groups test -x "$SM_BIN/smkey"; then
    mkdir bin
    cp "$SM_BIN"/sm* bin/
    reachable=$SM_TMP/bin
  fi
  nobody() { setpriv --reuid=54321 --regid=54321 --clear-groups env -u HOME PATH="$reachable:$PATH" "$@"; }
  for words in 'smkey list' 'smkey generate --no-passphrase x@example.org' 'smsign sign' 'smsign verify' 'smcrypt decrypt' \
    'smcrypt encrypt --to alice@example.org'; do
    # shellcheck disable=SC2086 # words
    SM_NAME="no home: $words: 78" expect_status 78 nobody $words <plain.eml
    if [ "$words" != 'smsign verify' ]; then empty "nothing comes out" "$OUT"; fi
    like "and says why" "$ERR" '^sm[a-z]*: error: .*([Hh]ome|HOME)'
  done
  SM_NAME="no home, --tempfail: 75" expect_status 75 nobody smcrypt decrypt --tempfail <plain.eml
  cp -r elsewhere shared
  rm -r shared/private
  chmod -R go+rX shared
  SM_NAME="no home, but a store" expect_status 0 nobody smcrypt encrypt --store shared --to alice@example.org <plain.eml
  rm -rf shared/index
  SM_NAME="of another user, without an index, is read" expect_status 0 nobody smkey --store shared show alice@example.org
  SM_NAME="and not written: 75" expect_status 75 nobody smkey --store shared bindings --forget alice@example.org --yes
  SM_NAME="even the index" expect_status 75 nobody smkey --store shared reindex

  # A store of one's own that can't be written.
  cp -r elsewhere mine
  smkey --store other generate --no-passphrase new@example.org >/dev/null
  smkey --store other export --all >new.asc
  chown -R 54321 mine
  chmod -R a-w mine
  cp mine/bindings/* kept
  SM_STORE=$SM_TMP/mine
  export SM_STORE
  for state in 'as it is' 'without an index'; do
    SM_NAME="read-only $state: sign" expect_status 0 nobody smsign sign <plain.eml
    cp "$OUT" signed.eml
    SM_NAME="read-only $state: verify" expect_status 0 nobody smsign verify <signed.eml
    SM_NAME="read-only $state: encrypt --sign" expect_status 0 nobody smcrypt encrypt --sign --to alice@example.org <plain.eml
    cp "$OUT" encrypted.eml
    SM_NAME="read-only $state: decrypt" expect_status 0 nobody smcrypt decrypt <encrypted.eml
    SM_NAME="read-only $state: list" expect_status 0 nobody smkey list
    is "one" "$(wc -l <"$OUT")" 1
    SM_NAME="read-only $state: export" expect_status 0 nobody smkey export --all
    SM_NAME="read-only $state: generate: 75" expect_status 75 nobody smkey generate --no-passphrase bob@example.org
    SM_NAME="read-only $state: import of a new one: 75" expect_status 75 nobody smkey import new.asc
    SM_NAME="read-only $state: delete: 75" expect_status 75 nobody smkey delete --secret --yes alice@example.org
    SM_NAME="read-only $state: forget: 75" expect_status 75 nobody smkey bindings --forget alice@example.org --yes
    SM_NAME="read-only $state: accept: 75" expect_status 75 nobody smkey accept other@example.org alice@example.org
    SM_NAME="read-only $state: reindex: 75" expect_status 75 nobody smkey reindex
    same "the binding is as it was" kept "$(echo mine/bindings/*)"
    chmod -R u+w mine
    rm -rf mine/index
    chmod -R a-w mine
  done
  # Read-only by its file system.
  chmod -R u+w mine
  chown -R 0 mine
  chmod 700 mine/private
  if unshare -m true 2>/dev/null; then
    # shellcheck disable=SC2016
    mounted() { unshare -m sh -c 'mount --bind "$SM_STORE" "$SM_STORE" && mount -o remount,ro,bind "$SM_STORE" && exec "$@"' sh "$@"; }
    SM_NAME="a file system that is read-only: decrypt" expect_status 0 mounted smcrypt decrypt <encrypted.eml
    SM_NAME="sign" expect_status 0 mounted smsign sign <plain.eml
    SM_NAME="generate: 75" expect_status 75 mounted smkey generate --no-passphrase bob@example.org
    SM_NAME="reindex: 75" expect_status 75 mounted smkey reindex
  else skip "a file system that is read-only" "no mount namespace"; fi

  # Owners and modes that are refused.
  chown 54321 mine/private
  SM_NAME="private/ of another user: 78" expect_status 78 smsign sign <plain.eml
  empty "nothing comes out" "$OUT"
  chown 0 mine/private
  unset SM_STORE
else
  skip "no home, and stores that can't be written" "needs root"
fi
SM_STORE=$SM_TMP/elsewhere
export SM_STORE
for mode in '755 private 700' '777 bindings 755' '777 pgp.cert.d 755' '777 . 755'; do
  # shellcheck disable=SC2086 # words
  set -- $mode
  chmod "$1" "elsewhere/$2"
  SM_NAME="$2 of mode $1: 78" expect_status 78 smcrypt encrypt --sign --to alice@example.org <plain.eml
  empty "nothing comes out" "$OUT"
  like "the hint says how" "$ERR" '^smcrypt: hint: .*chmod'
  chmod "$3" "elsewhere/$2"
done
SM_NAME="repaired" expect_status 0 smcrypt encrypt --sign --to alice@example.org <plain.eml
smkey export --all >alice.asc
version=$(cat elsewhere/version)
echo 99 >elsewhere/version
SM_NAME="a store of a newer version: 78" expect_status 78 smsign sign <plain.eml
echo "$version" >elsewhere/version
smcrypt encrypt --to alice@example.org <plain.eml >encrypted.eml
file=$(echo elsewhere/bindings/*)
cp "$file" kept
echo nonsense >"$file"
SM_NAME="an unreadable binding: encrypt: 75" expect_status 75 smcrypt encrypt --to alice@example.org --missing-key pass <plain.eml
SM_NAME="decrypting needs none" expect_status 0 smcrypt decrypt <encrypted.eml
SM_NAME="an unreadable binding: import does not bind anew" expect_status 75 smkey import alice.asc
cp kept "$file"
SM_NAME="repaired" expect_status 0 smcrypt encrypt --to alice@example.org <plain.eml

# Configuration.
conf=$SM_TMP/home/.config/smtools
mkdir -p "$conf"
HOME=$SM_TMP/home
config() { # config STATUS NAME TEXT WORD…
  printf '%s\n' "$3" >"$conf/smtools.conf"
  want=$1 name=$2
  shift 3
  SM_NAME="$name: $want" expect_status "$want" "$@" <plain.eml
}
config 0 "an empty configuration" '' smsign sign
config 78 "an unknown key" 'nonsense = 1' smsign sign
like "names file and line" "$ERR" 'smtools\.conf.*1'
config 78 "a value that does not fit" 'timeout = soon' smsign sign
config 78 "not a setting" 'timeout' smsign sign
config 78 "an unknown section" '[smfoo]' smsign sign
config 75 "tempfail" "tempfail = yes
store = $SM_TMP/nowhere" env -u SM_STORE smsign sign
config 0 "SM_STORE wins" "store = $SM_TMP/nowhere" smsign sign
config 77 "a section of another program" '[smkey]
timeout = 9
[smsign]
store = /nonexistent' env -u SM_STORE smsign sign
config 0 "a key of another program" 'encrypt-to = nobody@example.org' smsign sign
config 77 "and of one's own" 'encrypt-to = nobody@example.org' smcrypt encrypt --to alice@example.org
config 0 "the option before the setting" 'missing-key = fail' smcrypt encrypt --missing-key pass --to nobody@example.org
config 0 "--config /dev/null" 'nonsense' smsign --config /dev/null sign
SM_NAME="SM_CONFIG that isn't there: 66" expect_status 66 env SM_CONFIG="$SM_TMP/absent" smsign sign <plain.eml
SM_NAME="--config that isn't there: 66" expect_status 66 smsign sign --config absent <plain.eml
config 0 "XDG_CONFIG_HOME instead" 'nonsense' env XDG_CONFIG_HOME="$SM_TMP/data" smsign sign
config 78 "a relative XDG_CONFIG_HOME does not count" 'nonsense' env XDG_CONFIG_HOME=data smsign sign
rm "$conf/smtools.conf"

# Locales: the same bytes.
smkey generate --no-passphrase 'İpek Işık <INFO@ILLINOIS.example>' >/dev/null
printf 'FROM: info@illinois.EXAMPLE\nTO: INFO@Illinois.example\nSUBJECT: test\nMIME-VERSION: 1.0\nCONTENT-TYPE: TEXT/PLAIN; CHARSET=ISO-8859-9\n\nI\n' >plain.eml
mkdir locales
named=
for locale in tr_TR.UTF-8:tr_TR:UTF-8 tr_TR:tr_TR:ISO-8859-9 de_DE.UTF-8:de_DE:UTF-8; do
  name=${locale%%:*} rest=${locale#*:}
  if localedef -c -i "${rest%%:*}" -f "${rest#*:}" "locales/$name" >/dev/null 2>&1 && [ -d "locales/$name" ]; then named="$named $name"; fi
done
LC_ALL=C smsign sign <plain.eml >signed.eml
say() { # everything that a program prints, on stdout and stderr
  LOCPATH=$SM_TMP/locales LC_ALL=$1 LANGUAGE=tr sh -c '
    smsign verify <signed.eml; smsign verify --json <signed.eml; smkey list; smkey list --json info@ILLINOIS.example; smkey show INFO@illinois.example
    smkey list --expiring 9y; smcrypt encrypt --to INFO@ILLINOIS.EXAMPLE --sign <plain.eml | smcrypt decrypt --status-fd 2
    smcrypt encrypt --to NOBODY@ILLINOIS.EXAMPLE <plain.eml; smsign sign --digest SHA256 <plain.eml; smkey --help; smkey show İ@example.org
    smkey bindings; smkey frob' 2>&1 | sed 's/created=[^ ]*//'
}
say C >want
like "C: as it should be" want '^good$'
for name in $named C.UTF-8; do
  say "$name" >got
  same "$name: the same bytes" got want
done
if [ -z "$named" ]; then skip "Turkish and German" "no sources of locales (package locales)"; fi
done_testing
