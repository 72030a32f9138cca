#!/bin/sh
# What the pages list is what the source has: limits, keys of the configuration, environment variables, status lines, exit
# statuses, schemas. Options are compared by arch/definitions.sh.
. "${0%/*}/../lib.sh"
cd "$SM_ROOT" || exit 1
overview=man/smtools.7

# A row of LIMITS: its name, tab, the value.
awk '/^\.Sh /{ l = $2 == "LIMITS" } l && /^\.It .* Ta / { sub(/^\.It /, ""); split($0, c, / Ta /); print c[1] "\t" c[2] }' $overview >"$SM_TMP/rows"
# limit CONSTANT "its definition" "the row" "its value"
limit() {
  check "limits.hpp: $1 is $2" grep -qE "$1 = $2;" libcommon/base/limits.hpp
  if [ -n "${3:-}" ]; then check "smtools(7): $3 $4" grep -qxF "$3	$4" "$SM_TMP/rows"; fi
}
limit mime_depth 64 'nested parts' 64
limit mime_parts "10'000" 'parts' 10,000
limit header_bytes '256 \* 1024' 'header' '256 KiB'
limit line_bytes '1024 \* 1024' 'line' none
limit max_message '1ull << 30' 'decrypted message' '1 GiB'
limit packet_nesting 8 'packets in packets' 8
limit compression_ratio 200 'compression ratio' 200
limit compression_free '16ull << 20'
limit spool_memory '1024 \* 1024' 'spool in memory' '1 MiB'
grep -oE 'constexpr [a-z_:0-9]+ [a-z_]+ =' libcommon/base/limits.hpp | awk '{ print $3 }' | sort >"$SM_TMP/constants"
is "no limit is forgotten here" "$(tr '\n' ' ' <"$SM_TMP/constants")" \
  'compression_free compression_ratio header_bytes line_bytes max_message mime_depth mime_parts network_certificate packet_nesting spool_memory '

# Keys: every one that the page lists is known; every one that an option of some program answers to is listed.
sed -n 's/^    {"\([a-z-]*\)", ValueKind::.*/\1/p' libcommon/cli/settings.cpp | sort >"$SM_TMP/known"
sed -n 's/^\.It Ic \([a-z-]*\).*/\1/p' man/smtools.conf.5 | sort >"$SM_TMP/listed"
for program in smkey smsign smcrypt smvault smdane smmtasts smwkd smvks; do $program --print-options | cut -f 2; done | sed -n 's/^--//p' | sort -u >"$SM_TMP/options"
echo default-key >>"$SM_TMP/options"
sort -u "$SM_TMP/options" | comm -12 - "$SM_TMP/known" >"$SM_TMP/wanted"
check "there are keys" test -s "$SM_TMP/wanted"
is "smtools.conf(5) lists every key that does something, and no other" "$(cat "$SM_TMP/listed")" "$(cat "$SM_TMP/wanted")"

grep -rhoE '(environment|getenv)\("[A-Z_]+"' libcommon tools | sed 's/.*"\(.*\)"/\1/' | grep -v '^BOTAN_' | sort -u >"$SM_TMP/variables"
check "there are variables" grep -qx PGP_CERT_D "$SM_TMP/variables"
while read -r variable; do check "smtools(7) lists $variable" grep -Eq "^\\.It Ev (.* )?$variable( |\$)" $overview; done <"$SM_TMP/variables"

grep -rhoE 'status\("[A-Z_]+"' libcommon tools | sed 's/.*"\(.*\)"/\1/' | sort -u >"$SM_TMP/keywords"
check "there are keywords" grep -qx VERDICT "$SM_TMP/keywords"
while read -r keyword; do
  check "$keyword is described" grep -Eq "^\\.It Li (.* )?$keyword( |\$)" man/*.1
done <"$SM_TMP/keywords"

sed -n 's/^  exit_[a-z_]* = \([0-9]*\),.*/\1/p' libcommon/cli/exit.hpp >"$SM_TMP/statuses"
is "smtools(7) lists the exit statuses" \
  "$(awk '/^\.Sh /{ l = /EXIT STATUS/ } l && /^\.It [0-9]/ { print $2 }' $overview)" "$(cat "$SM_TMP/statuses")"

awk '/^Result<.*verdict_name|^std::string_view verdict_name/,/^}/' libcommon/crypto/verdict.cpp | sed -n 's/.*return "\(.*\)";/\1/p' | sort >"$SM_TMP/verdicts"
check "there are verdicts" grep -qx unbound "$SM_TMP/verdicts"
while read -r verdict; do
  check "smsign(1) has the verdict $verdict" grep -q "^\\.It Cm $verdict Ta [0-9]" man/smsign.1
done <"$SM_TMP/verdicts"

grep -rhoE '"sm[a-z]+\.[a-z]+/[0-9]+"' tools | tr -d '"' | sort -u >"$SM_TMP/schemas"
check "there are schemas" grep -q . "$SM_TMP/schemas"
while read -r schema; do check "$schema is described" grep -qF "$schema" man/*.1; done <"$SM_TMP/schemas"
done_testing
