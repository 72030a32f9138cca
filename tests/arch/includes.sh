#!/bin/sh
# The two holes that the include roots leave: a path with ../, and a library's header outside the folder that owns it.
. "${0%/*}/../lib.sh"

# offences DIR: file:line:text of every include below DIR/libcommon and DIR/tools that breaks the rule.
offences() (
  cd "$1" || exit 1
  grep -rnE --include='*.?pp' '#[[:space:]]*include[[:space:]]*[<"]([^>"]*/)?\.\./' libcommon tools
  while read -r owner pattern; do
    grep -rnE --include='*.?pp' "#[[:space:]]*include[[:space:]]*[<\"]$pattern" libcommon tools | grep -vE "^libcommon/$owner"
  done <<RULES
backend/rnp/ rnp/rnp
backend/(botan|rnp)/ botan/
backend/(openssl|tls)/ openssl/
backend/curl/ curl/
backend/cares/ ares
backend/unbound/ unbound\\.h
backend/sqlite/ sqlite3
backend/idn/ idn2\\.h
backend/keyring/ linux/keyctl
backend/[a-z]+/ expat
cli/[a-z_]+\\.cpp: CLI/
json/[a-z_]+\\.cpp: nlohmann/
[a-z/_]+\\.cpp: fmt/
nobody/ json-c/
nobody/ (iostream|regex)>
RULES
  exit 0
)

cd "$SM_ROOT" || exit 1
offences . >"$SM_TMP/found" 2>&1
empty "every library's header is included by its owner alone" "$SM_TMP/found"

# The same function on a tree with one offence a line must find each.
mkdir -p "$SM_TMP/t/libcommon/mime" "$SM_TMP/t/tools/x"
{
  echo '#include "../io/a.hpp"'
  echo '#include "io/../a.hpp"'
  for header in rnp/rnp.h botan/hash.h openssl/ssl.h curl/curl.h ares.h unbound.h sqlite3.h idn2.h linux/keyctl.h expat.h CLI/CLI.hpp nlohmann/json.hpp \
    fmt/format.h json-c/json.h iostream regex; do echo "# include <$header>"; done
} >"$SM_TMP/t/libcommon/mime/x.hpp"
echo '#include <rnp/rnp_err.h>' >"$SM_TMP/t/tools/x/main.cpp"
is "every planted one is found" "$(offences "$SM_TMP/t" | wc -l)" 19
is "CLI11 is seen by one file" "$(grep -rlE '#[[:space:]]*include[[:space:]]*[<"]CLI/' libcommon tools | wc -l)" 1
done_testing
