#!/bin/sh
# label: fast
# Completions and man pages agree with the programs' own definitions. `smX --print-options` prints a line for each option of each
# command, COMMAND <tab> --name <tab> …, and one without an option for a command by itself; `--print-completion SHELL` a script.
. "${0%/*}/../lib.sh"
cd "$SM_ROOT" || exit 1
for folder in tools/*/; do
  program=$(basename "$folder")
  for pair in "bash completions/$program.bash" "zsh completions/_$program" "fish completions/$program.fish"; do
    shell=${pair%% *} file=${pair#* }
    expect_status 0 "$program" --print-completion "$shell"
    same "$file is what $program --print-completion $shell prints" "$file" "$OUT"
  done
  for shell in bash zsh fish; do
    if command -v $shell >/dev/null 2>&1; then
      "$program" --print-completion $shell >"$SM_TMP/script"
      check "$shell parses $program's completions" $shell -n "$SM_TMP/script"
    fi
  done

  page=man/$program.1
  "$program" --print-options >"$SM_TMP/definitions"
  cut -f 2 "$SM_TMP/definitions" | sed -n 's/^.*\(--[a-z0-9][a-z0-9-]*\).*$/\1/p' | sort -u >"$SM_TMP/options"
  cut -f 1 "$SM_TMP/definitions" | sort -u | grep . >"$SM_TMP/commands"
  check "$program defines options" test -s "$SM_TMP/options"
  # Listed: .It lines. Every option must be listed; what is listed must exist.
  grep '^\.It ' "$page" | grep -oE 'Fl -[a-z0-9][a-z0-9-]*' | sed 's/^Fl -/--/' | sort -u >"$SM_TMP/listed"
  is "$page lists every option" "$(comm -23 "$SM_TMP/options" "$SM_TMP/listed")" ""
  is "$page lists no other" "$(comm -13 "$SM_TMP/options" "$SM_TMP/listed")" ""
  while read -r command; do
    # "uid add" stands as: .Ic uid add, or .Cm uid Cm add
    pattern="(Ic|Cm) $(echo "$command" | sed 's/ /( (Ic|Cm))? /g')( |$)"
    check "$page describes $command" grep -Eq "^\\.It .*$pattern|^\\.Ss .*$command" "$page"
  done <"$SM_TMP/commands"
done
done_testing
