#!/bin/sh
# label: lab
# timeout: 240
# smvks and servers that mean it no good: a clear error within the deadline, in little memory, and nothing on stdout.
. "${0%/*}/../lib.sh"
. "$SM_TESTS/lab/lib-lab.sh"
lab_enter dns https
need_command gpg
cd "$SM_TMP" || exit 1
SM_STORE=$SM_TMP/store
export SM_STORE
ann=$(smkey generate --batch --no-passphrase 'Ann <ann@example.org>')
bob=$(smkey generate --batch --no-passphrase 'Bob <bob@example.org>')
smkey export "$ann" >ann.asc
smkey export --binary "$ann" >ann.pgp
smkey export --binary "$bob" >bob.pgp
patience=6 deadline=10 # seconds: what smvks gets, and what it may take

# hostile STATUS REGEX SERVER [QUERY [NAME]]: what get says of it. posted STATUS REGEX SERVER: what upload says.
attempt() {
  sm_begun=$(date +%s)
  expect_status "$@"
  check "within the deadline" test $(($(date +%s) - sm_begun)) -lt $deadline
}
# measured CMD…: its status; the peak of its memory is in the file peak.
measured() {
  python3 "$SM_TESTS/fault/peak.py" "$@" 3>peak
  read -r sm_measured _ <peak
  return "$sm_measured"
}
hostile() {
  SM_NAME="${5:-$3}: get" attempt "$1" measured smvks get --timeout $patience --server "https://$3.secure.test" "${4:-$ann}"
  empty "nothing on stdout" "$OUT"
  like "a clear error" "$ERR" "$2"
  is "one, and no more" "$(grep -c '^smvks: error: ' "$ERR")" 1
  if [ "$SM_SANITIZED" != ON ]; then check "within 64 MiB" test "$(cut -d ' ' -f 2 peak)" -lt 65536; fi
}
posted() {
  SM_NAME="$3: upload" attempt "$1" smvks upload --timeout $patience --server "https://$3.secure.test" ann.asc
  empty "nothing on stdout" "$OUT"
  like "a clear error" "$ERR" "$2"
}

hostile 69 'answered 302$' openpgpkey.wkd-redirect-file
hostile 69 'answered 302, a redirect to https://localhost/.*, which is not followed$' openpgpkey.wkd-redirect-loopback
hostile 69 'answered 302, a redirect to http://.*, which is not followed$' openpgpkey.wkd-redirect-http
hostile 69 'answered 302, a redirect to .*, which is not followed$' openpgpkey.wkd-redirect-away
hostile 69 'answered 302, a redirect to .*, which is not followed$' openpgpkey.wkd-redirect-loop
hostile 75 "certificate does not verify" openpgpkey.wkd-expired
hostile 75 "certificate does not verify" openpgpkey.wkd-wrong-name
hostile 75 "certificate does not verify" openpgpkey.wkd-other-ca
hostile 75 'answered 500$' openpgpkey.wkd-500
hostile 75 'no connection' openpgpkey.wkd-closed
hostile 65 'an answer of more than [0-9]* bytes$' openpgpkey.wkd-endless
hostile 65 'the header of the answer is too long$' openpgpkey.wkd-header-flood
hostile 65 'in the encoding gzip, which was not asked for$' openpgpkey.wkd-gzip-bomb
posted 69 'answered 302, a redirect to .*, which is not followed$' openpgpkey.wkd-redirect-away
posted 75 "certificate does not verify" openpgpkey.wkd-other-ca
posted 75 'answered 500$' openpgpkey.wkd-500
posted 65 'an answer of more than [0-9]* bytes$' openpgpkey.wkd-endless
posted 65 'the header of the answer is too long$' openpgpkey.wkd-header-flood
posted 65 'in the encoding gzip, which was not asked for$' openpgpkey.wkd-gzip-bomb

patience=2
hostile 75 'not done in time' openpgpkey.wkd-stall
hostile 75 'not done in time' openpgpkey.wkd-drip
posted 75 'not done in time' openpgpkey.wkd-stall
patience=6

# ---- content: each answer is for Ann's fingerprint, at an honest web server.
www=$LAB_RUN/www/openpgpkey.wkd.secure.test/vks/v1
mkdir -p "$www/by-fingerprint" "$www/by-email"
serve() { cat >"$www/by-fingerprint/$ann"; }
content() { hostile 65 "$1" openpgpkey.wkd "$ann" "content, $1"; }
export_armored() { gpg --enarmor <"$1" | sed 's/ARMORED FILE/PUBLIC KEY BLOCK/; /^Comment/d'; }

SM_NAME="what is right" expect_status 0 sh -c "cat ann.asc >'$www/by-fingerprint/$ann'; smvks get --server https://openpgpkey.wkd.secure.test $ann"
echo '<html>404</html>' | serve
content 'no OpenPGP certificate: it has no ASCII armor$'
serve </dev/null
content 'it has no ASCII armor$'
serve <ann.pgp
content 'it has no ASCII armor$'
head -n 8 ann.asc | serve # cut off
content 'damaged ASCII armor'
sed '5s/./!/' ann.asc | serve
content 'damaged ASCII armor'
sed 's/PUBLIC KEY BLOCK/MESSAGE/' ann.asc | serve
content 'another kind of armor$'
smkey export --secret --batch "$ann" | serve
content 'another kind of armor$'
smkey export --secret --batch "$ann" | sed 's/PRIVATE KEY/PUBLIC KEY/' | serve
content 'there are other packets in it$'
smkey export "$bob" | serve
content "a certificate that is not of $ann\$"
cat ann.pgp bob.pgp >both.pgp
export_armored both.pgp | serve
content "a certificate that is not of $ann\$"
head -c 300 ann.pgp >cut.pgp
export_armored cut.pgp | serve
content 'no OpenPGP certificate: '
python3 - <<'END'
ann, bob = open("ann.pgp", "rb").read(), open("bob.pgp", "rb").read()
# RFC 9580 §4.2.1: a new header, two octets.
signature, user_id = b"\xc2\x01\x04", b"\xcd\x01a"
open("many.pgp", "wb").write(bob * 2000)
open("signatures.pgp", "wb").write(ann + signature * 100_000)
open("user-ids.pgp", "wb").write(ann + user_id * 10_000)
open("large.pgp", "wb").write(ann + b"\xcd\xff" + (1 << 20).to_bytes(4, "big") + b"a" * (1 << 20))
END
export_armored many.pgp | serve
content 'no OpenPGP certificate|not of|an answer of more than'
export_armored signatures.pgp | serve
content 'no OpenPGP certificate: '
export_armored large.pgp | serve
content 'no OpenPGP certificate: too large$'
# It is Ann's, and can be read: whoever takes it in judges its 10,000 user IDs.
export_armored user-ids.pgp | serve
SM_NAME="10,000 user IDs" expect_status 0 measured smvks get --server https://openpgpkey.wkd.secure.test "$ann"
if [ "$SM_SANITIZED" != ON ]; then check "within 64 MiB" test "$(cut -d ' ' -f 2 peak)" -lt 65536; fi
cp ann.asc "$www/by-email/bob@example.org"
hostile 65 'a certificate that is not of bob@example\.org$' openpgpkey.wkd bob@example.org

# ---- private addresses: of a server that the user named they are asked, of the usual one not.
printf '127.0.0.1 keys.openpgp.org\n' >>"$LAB_RUN/hosts"
SM_NAME="the usual server, on loopback" expect_status 69 smvks get --timeout 6 "$ann"
like "is refused" "$ERR" 'its host is on a private, loopback or link-local address$'
SM_NAME="with --allow-private" expect_status 75 smvks get --allow-private --timeout 6 "$ann"
SM_NAME="one that the user named" expect_status 75 smvks get --server https://localhost:1 --timeout 6 "$ann"
like "is asked" "$ERR" 'no connection'
done_testing
