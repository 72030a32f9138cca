#!/bin/sh
# label: fast
# PGP/MIME with protected headers as others made it: decrypted, verified, every byte of the payload's body comes out but for a
# legacy display that no signature covers, and the Subject inside is that of the message again.
. "${0%/*}/../lib.sh"
. "${0%/*}/lib-suites.sh"
skip_suites protected-headers
suite=$SM_SUITES/protected-headers
export SM_STORE="$SM_TMP/store"

expect_status 0 smkey import "$suite/alice@openpgp.example.pub.asc"
expect_status 0 smkey import "$suite/bob@openpgp.example.sec.asc"

# Of the payload's root: the first in the file.
subject() { sed -n 's/^Subject: //p' "$1" | head -n 1; }
verdict "pgpmime-signed" "$suite/pgpmime-signed.eml" good
while read -r name verdict; do
  decrypts "$name" "$suite/$name.eml" "$verdict"
  body "$OUT" >"$SM_TMP/body"
  body "$suite/$name.inner" >"$SM_TMP/inner"
  case $name in
  pgpmime-*enc+legacy-disp)
    # Without its first part: from the first delimiter to the second.
    awk '/^--6ae$/ && ++parts == 1 { skip = 1; next } /^--6ae$/ { skip = 0 } !skip' "$SM_TMP/inner" >"$SM_TMP/shown"
    same "$name: the body is the payload's without the legacy display" "$SM_TMP/body" "$SM_TMP/shown"
    ;;
  *) same "$name: the body is the payload's" "$SM_TMP/body" "$SM_TMP/inner" ;;
  esac
  is "$name: Content-* come from the payload" "$(content "$OUT")" "$(content "$suite/$name.inner")"
  is "$name: Subject" "$(subject "$OUT")" "$(subject "$suite/$name.inner")"
  is "$name: other fields stay" "$(outer "$OUT" | grep -v ^Subject:)" "$(outer "$suite/$name.eml" | grep -v ^Subject:)"
  cp "$OUT" "$SM_TMP/$name"
done <<'LIST'
pgpmime-sign+enc good
pgpmime-sign+enc+legacy-disp good
pgpmime-enc+legacy-disp none
pgpmime-layered good
pgpmime-layered+legacy-disp good
unfortunately-complex good
LIST
# What was signed in a layer of its own is a signed mail again.
for name in pgpmime-layered pgpmime-layered+legacy-disp unfortunately-complex; do
  verdict "$name, decrypted" "$SM_TMP/$name" good
done

# With CRLF lines: the same, with CRLF.
for name in pgpmime-sign+enc pgpmime-layered unfortunately-complex; do
  sed 's/$/\r/' "$suite/$name.eml" >"$SM_TMP/crlf.eml"
  decrypts "$name with CRLF" "$SM_TMP/crlf.eml" good
  sed 's/$/\r/' "$SM_TMP/$name" >"$SM_TMP/crlf.expected"
  same "$name with CRLF: the same message" "$OUT" "$SM_TMP/crlf.expected"
done

# Without Bob's key there is nothing to open; without Alice's the signature is by nobody we know.
export SM_STORE="$SM_TMP/other"
SM_NAME="no key: 77" expect_status 77 smcrypt --batch decrypt <"$suite/pgpmime-sign+enc.eml"
empty "no key: nothing comes out" "$OUT"
verdict "a signature by an unknown key" "$suite/pgpmime-signed.eml" unknown-key
done_testing
