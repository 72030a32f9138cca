#!/bin/sh
# label: interop
# timeout: 120
# Mail of ours as others' readers show it: notmuch and mutt decrypt it and show the Subject that is hidden outside; notmuch verifies
# what is signed. What notes say of Thunderbird: the mark of the older draft, and the fields on the payload's root.
. "${0%/*}/../lib.sh"
need_command gpg notmuch mutt jq script
cd "$SM_TMP" || exit 1
SM_STORE=$SM_TMP/store
export SM_STORE
smkey generate --no-passphrase 'Alice <alice@example.org>' >alice
smkey generate --no-passphrase 'Bob <bob@example.net>' >bob
for who in alice@example.org bob@example.net; do smkey export --secret $who | gpg --batch -q --import 2>/dev/null; done
for who in alice bob; do echo "$(cat $who):6:" | gpg --batch -q --import-ownertrust 2>/dev/null; done

mkdir -p mail/cur mail/new mail/tmp
make() { printf 'From: Alice <alice@example.org>\nTo: Bob <bob@example.net>\nDate: Thu, 1 Jan 2026 00:00:0%s +0000\nMessage-ID: <%s@example.org>\nSubject: %s\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\nHello of %s.\n' "$1" "$2" "$3" "$2"; }
make 1 encrypted 'A plan that is hidden' | smcrypt encrypt --to bob@example.net >mail/cur/1:2,S
make 2 both 'A plan that is signed, too' | smcrypt encrypt --sign --to bob@example.net >mail/cur/2:2,S
make 3 layers 'Signed, then encrypted' | smsign sign | smcrypt encrypt --to bob@example.net >mail/cur/3:2,S
make 4 signed 'For all to see' | smsign sign >mail/cur/4:2,S
make 5 rest 'At rest' | smcrypt encrypt --at-rest --to bob@example.net >mail/cur/5:2,S

# notmuch
cat >notmuch-config <<END
[database]
path=$SM_TMP/mail
[user]
name=Bob
primary_email=bob@example.net
END
export NOTMUCH_CONFIG="$SM_TMP/notmuch-config"
notmuch new >"$OUT" 2>&1
shown() { notmuch show --decrypt=true --verify --format=json "id:$1@example.org" >shown.json 2>/dev/null; }
for mail in 'encrypted|A plan that is hidden' 'both|A plan that is signed, too' 'layers|Signed, then encrypted' 'signed|For all to see' 'rest|At rest'; do
  name=${mail%%|*}
  shown "$name"
  is "notmuch, $name: the Subject" "$(jq -r '.[0][0][0].headers.Subject' shown.json)" "${mail#*|}"
  case $name in
  signed) ;;
  *) is "notmuch, $name: it was hidden" "$(jq -r '.[0][0][0].crypto.decrypted["header-mask"].Subject' shown.json)" "[...]" ;;
  esac
  case $name in
  both | layers | signed)
    is "notmuch, $name: the signature" "$(jq -r '.[0][0][0].crypto.signed.status[0].status' shown.json)" good
    like "notmuch, $name: the Subject is under it" shown.json '"headers": \[[^]]*"Subject"'
    ;;
  esac
done

# mutt, on a terminal of its own; its pager is a program that keeps what it is given.
cat >pager <<END
#!/bin/sh
cat "\$1" >>"$SM_TMP/paged"
END
chmod +x pager
cat >muttrc <<END
set folder="$SM_TMP/mail" spoolfile="$SM_TMP/mail" mbox_type=Maildir
set crypt_use_gpgme=yes crypt_verify_sig=yes crypt_protected_headers_read=yes
set pager="$SM_TMP/pager %s" wait_key=no prompt_after=no quit=yes sort=date-sent
set header_cache="" certificate_file="" alias_file=/dev/null
END
for key in 1 2 3; do
  : >paged
  TERM=xterm timeout 30 script -qec "mutt -n -F '$SM_TMP/muttrc' -e 'push <first-entry>$key<enter><display-message><exit>y'" /dev/null </dev/null >terminal 2>&1
  subject=$(sed -n "${key}p" <<END
A plan that is hidden
A plan that is signed, too
Signed, then encrypted
END
)
  like "mutt, message $key: the Subject" paged "^Subject: $subject\$"
  like "mutt, message $key: the text" paged '^Hello of'
done

# Thunderbird reads Subject from the root of what is encrypted if it is marked so.
for mail in 1 2; do
  gpg --batch -q -d <"mail/cur/$mail:2,S" 2>/dev/null | tr -d '\r' | awk '/^$/ { exit } { print }' >root
  like "Thunderbird, message $mail: the mark" root 'protected-headers="v1"'
  like "Thunderbird, message $mail: the Subject" root '^Subject: A plan'
done
done_testing
