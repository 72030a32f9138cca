#!/bin/sh
# smwkd hash and url: names and places, without a network.
. "${0%/*}/../../lib.sh"
expect_status 0 smwkd hash Joe.Doe@Example.ORG
is "the draft's example" "$(cat "$OUT")" "iy9q119eutrkn8s1mk4r39qejnbu3n5q Joe.Doe@Example.ORG"
aerger=$(printf '\303\204RGER@example.org')
kevin=$(printf '\342\204\252evin@example.org')
expect_status 0 smwkd hash "$aerger" "$kevin" kevin@example.org
is "no letter but A to Z is folded" "$(cut -d ' ' -f 1 "$OUT" | tr '\n' ' ')" \
  "ewd7piirpeasam9iz8or84x4be3xhxqw zsoj3njigu43ez6rcptj7rdb4z9kbtih $(smwkd hash KEVIN@example.org | cut -d ' ' -f 1) "
expect_status 0 smwkd hash --json a@example.org
is "JSON" "$(cat "$OUT")" '{"schema":"smwkd.hash/1","address":"a@example.org","hash":"o556ep94wsu93ak7dzqmu4zk7e5zc37a"}'
printf 'a@example.org\r\n\n  b@example.org\nc@example.org' >"$SM_TMP/list"
expect_status 0 smwkd hash - <"$SM_TMP/list"
is "lines, the last without its end" "$(cut -d ' ' -f 2 "$OUT" | tr '\n' ' ')" "a@example.org b@example.org c@example.org "
{ echo a@example.org && echo nothing && head -c 10000 /dev/zero | tr '\0' x && echo @example.org && echo b@example.org; } >"$SM_TMP/list"
expect_status 65 smwkd hash - <"$SM_TMP/list"
is "what is no address is passed over" "$(cut -d ' ' -f 2 "$OUT" | tr '\n' ' ')" "a@example.org b@example.org "
like "and told" "$ERR" '^smwkd: warning: line 2: not a mail address: nothing'
like "with its line" "$ERR" '^smwkd: warning: line 3: '
seq -f 'user%.0f@example.org' 1 20000 >"$SM_TMP/list"
expect_status 0 smwkd hash - <"$SM_TMP/list"
is "many, each once, in order" "$(cut -d ' ' -f 2 "$OUT" | cksum)" "$(cksum <"$SM_TMP/list")"
expect_status 64 smwkd hash - a@example.org
for bad in x @example.org 'a b@example.org' a@ a@127.0.0.1 'a@[127.0.0.1]' '"a"@example.org'; do expect_status 64 smwkd hash "$bad"; done

expect_status 0 smwkd url Joe.Doe+x@Example.org
is "both URLs" "$(cat "$OUT")" "https://openpgpkey.example.org/.well-known/openpgpkey/example.org/hu/rd5gzu5ze9cjydy8rnzi49ug77jhcymu?l=Joe.Doe%2Bx
https://example.org/.well-known/openpgpkey/hu/rd5gzu5ze9cjydy8rnzi49ug77jhcymu?l=Joe.Doe%2Bx"
expect_status 0 smwkd url --method advanced "$(printf 'j@B\303\274cher.example')"
like "A-labels" "$OUT" '^https://openpgpkey\.xn--bcher-kva\.example/\.well-known/openpgpkey/xn--bcher-kva\.example/hu/'
is "one URL" "$(wc -l <"$OUT")" 1
expect_status 0 smwkd url --json --method direct a@example.org
is "JSON" "$(jq -r '[.schema, .address, .method] | join(" ")' <"$OUT")" "smwkd.url/1 a@example.org direct"
expect_status 64 smwkd url --method other a@example.org
expect_status 64 smwkd get nothing
expect_status 64 smwkd check 'no domain'
# Nothing is asked of anybody here.
expect_status 75 smwkd get --resolver 127.0.0.1@9 --timeout 3 alice@example.test
empty "no answer from the DNS is no answer" "$OUT"
like "and so it says" "$ERR" 'openpgpkey.example.test exists'
expect_status 75 smwkd check --resolver 127.0.0.1@9 --timeout 3 alice@example.test
like "check: that is a finding" "$OUT" '^error +alice@example.test: whether the host'
expect_status 75 smwkd get --proxy socks5h://127.0.0.1:9 --resolver 127.0.0.1@9 --timeout 3 -v alice@example.test
like "through a proxy the DNS is not asked" "$ERR" 'asking https://openpgpkey.example.test/'
done_testing
