#!/bin/sh
# timeout: 120
# What smcrypt(1) says of a Maildir that Dovecot serves: which messages get new UIDs, what becomes of its cache, and how it
# goes with --keep-names.
. "${0%/*}/../lib.sh"
need_command doveadm strings
cd "$SM_TMP" || exit 1
SM_STORE=$SM_TMP/store
export SM_STORE
smkey generate --no-passphrase 'Alice <alice@example.org>' >/dev/null

# Dovecot reads no mail as root.
owner=$(id -u)
if [ "$owner" = 0 ]; then owner=65534; fi
chmod 711 "$SM_TMP"
: >conf
dovecot() {
  USER=alice HOME=$SM_TMP/box doveadm -f tab -c conf -o mail_location="maildir:$SM_TMP/box/m" -o mail_uid="$owner" -o mail_gid="$(id -g "$owner")" \
    -o first_valid_uid=1 -o first_valid_gid=1 -o log_path=/dev/stderr -o state_dir="$SM_TMP/box" -o base_dir="$SM_TMP/box" \
    -o stats_writer_socket_path= -o maildir_broken_filename_sizes="$broken" "$@" 2>errors
}
broken=no
# As clients do, sizes included; these are not shown.
fetch() { dovecot fetch "uid flags hdr.subject size.physical size.virtual" mailbox INBOX | cut -f 1-3 | sed '1d; s/ \\Recent//' | tr '\t' ' '; }
new_box() { # two messages with sizes in their names, one without
  rm -rf box
  mkdir -p box/m/cur box/m/new box/m/tmp
  for i in 1 2 3; do
    printf 'From: bob@example.net\nSubject: secret%s\n\nhello %s\n' $i $i >mail
    size=$(wc -c <mail)
    case $i in
    3) name="170000000$i.M1P2.host:2,FS" ;;
    *) name="170000000$i.M1P2.host,S=$size,W=$((size + 4)):2,S" ;;
    esac
    cp mail "box/m/cur/$name"
  done
  if [ "$(id -u)" = 0 ]; then chown -R "$owner:$(id -g "$owner")" box; fi
}
new_box
if [ "$(fetch | wc -l)" != 3 ]; then skip_all "doveadm does not work here: $(head -n 1 errors)"; fi
is "before" "$(fetch | tr '\n' ';')" '1 \Seen secret1;2 \Seen secret2;3 \Flagged \Seen secret3;'

SM_NAME="converted" expect_status 0 smcrypt maildir box/m --to alice@example.org
dovecot fetch text mailbox INBOX >texts
like "reading one without sizes in its name fails once" errors 'uid=3.*Cached message size smaller than expected'
dovecot fetch text mailbox INBOX >texts
is "then all are readable" "$(grep -c 'BEGIN PGP MESSAGE' texts)" 3
is "with new UIDs where names tell sizes, and the same flags" "$(fetch | tr '\n' ';')" '3 \Flagged \Seen [...];4 \Seen [...];5 \Seen [...];'
check "the owner stays" test "$(stat -c %u box/m/cur/*,S=* | sort -u)" = "$owner"
dovecot force-resync INBOX >/dev/null
check "plaintext stays in the cache" sh -c 'strings box/m/dovecot.index.cache | grep -q secret'

SM_NAME="decrypted" expect_status 0 smcrypt maildir box/m --decrypt
dovecot fetch text mailbox INBOX >texts
is "comes back" "$(fetch | sed 's/^[0-9]* //' | sort | tr '\n' ';')" '\Flagged \Seen secret3;\Seen secret1;\Seen secret2;'

new_box
fetch >/dev/null
SM_NAME="converted with --keep-names" expect_status 0 smcrypt maildir box/m --to alice@example.org --keep-names
fetch >/dev/null
rm box/m/dovecot.index*
dovecot fetch text mailbox INBOX >texts
is "names that tell sizes are not readable" "$(grep -c 'BEGIN PGP MESSAGE' texts)" 1
broken=yes
is "but with maildir_broken_filename_sizes, and the UIDs stay" "$(fetch | tr '\n' ';')" '1 \Seen [...];2 \Seen [...];3 \Flagged \Seen [...];'
dovecot fetch text mailbox INBOX >texts
is "all of them" "$(grep -c 'BEGIN PGP MESSAGE' texts)" 3
done_testing
