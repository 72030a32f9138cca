#!/bin/sh
# The store keeps to itself: what is open to others, somebody else's or a link is refused, a mask of the caller changes nothing, and
# what a deletion that was cut short leaves behind can be deleted.
. "${0%/*}/../../lib.sh"
need_command jq
cd "$SM_TMP" || exit 1
SM_STORE=$SM_TMP/store
export SM_STORE
for mask in 000 077 777; do
  rm -rf store
  (umask $mask && smkey generate --no-passphrase 'Alice <alice@example.org>' >fingerprint)
  is "umask $mask: only the owner sees secret keys" "$(stat -c %a store/private store/private/*.pgp | sort -u | tr '\n' ' ')" "600 700 "
  is "umask $mask: others can't write anything" "$(find store -perm /022)" ""
  SM_NAME="umask $mask: it can be used" expect_status 0 smkey export --secret alice@example.org
done
chmod -R go+rX store
chmod -R go-rwx store/private
alice=$(smkey show --json alice@example.org | jq -r .fingerprint)
secret=store/private/$alice.pgp
printf 'From: alice@example.org\n\nhello\n' >plain.eml

# refused WHAT TEXT: every command with the secret key says the same.
refused() {
  SM_NAME="$1: export --secret: 78" expect_status 78 smkey export --secret "$alice"
  empty "nothing comes out" "$OUT"
  like "says why" "$ERR" "error: .*$2"
  SM_NAME="$1: sign: 78" expect_status 78 smsign sign <plain.eml
  empty "nothing comes out" "$OUT"
  SM_NAME="$1: expire: 78" expect_status 78 smkey expire "$alice" 2040-01-01
}
for mode in 640 604 620; do
  chmod $mode "$secret"
  refused "a secret key of mode $mode" 'is open to group or others'
done
like "and how to mend it" "$ERR" "chmod 600 .*$alice.pgp"
chmod 600 "$secret"
chmod 710 store/private
refused "private/ of mode 710" 'private is open to group or others'
chmod 700 store/private
mv "$secret" elsewhere.pgp
ln -s "$SM_TMP/elsewhere.pgp" "$secret"
refused "a link" 'is a symbolic link'
rm "$secret"
mkfifo -m 600 "$secret"
refused "a pipe" 'is not a regular file'
rm "$secret"
mv elsewhere.pgp "$secret"
mv store/private elsewhere
ln -s "$SM_TMP/elsewhere" store/private
refused "private/ is a link" 'private is not a directory'
rm store/private
mv elsewhere store/private
if [ "$(id -u)" = 0 ]; then
  chown 54321 "$secret"
  refused "a secret key of another user" 'belongs to another user'
  chown 0 "$secret"
  chown 54321 store/private
  refused "private/ of another user" 'belongs to another user'
  chown 0 store/private
fi
SM_NAME="all mended" expect_status 0 smkey export --secret "$alice"
cp "$OUT" alice.asc

# The certificate is gone, the secret key is not.
other=$(smkey generate --no-passphrase 'Other <other@example.org>')
certificate=store/pgp.cert.d/$(echo "$alice" | cut -c1-2 | tr A-F a-f)/$(echo "$alice" | cut -c3- | tr A-F a-f)
lose() {
  smkey import -q alice.asc
  rm "$certificate"
  check "the secret key is left" test -f "$secret"
}
lose
SM_NAME="export --secret --all leaves it out" expect_status 0 smkey export --secret --all
like "and says so" "$ERR" "warning: the secret key $alice has no certificate"
smkey --store second import -q <"$OUT"
is "the others are there" "$(smkey --store second list --json | jq -r .fingerprint)" "$other"
for id in "$alice" "$(echo "$alice" | cut -c25-)" alice@example.org; do
  lose
  SM_NAME="delete $id, without --secret: 64" expect_status 64 smkey delete --yes "$id"
  check "the secret key is left" test -f "$secret"
  smkey bindings -q --forget alice@example.org --yes 2>/dev/null
  SM_NAME="delete --secret $id" expect_status 0 smkey delete --secret --yes "$id"
  check "it is gone" test ! -e "$secret"
done
SM_NAME="once more: 77" expect_status 77 smkey delete --secret --yes "$alice"
check "the other's is left" test -f "store/private/$other.pgp"
done_testing
