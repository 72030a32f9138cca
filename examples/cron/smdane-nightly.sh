#!/bin/sh
# Every night: how is mail to the domains in a list protected, and what is not as it was the last time? It prints the domains of which
# anything but times has changed, with what is wrong now, and what they were; cron mails that. Last night's answers stay in $folder.
set -eu
list=/etc/smtools/domains
folder=/var/lib/smtools/nightly

exec <"$list"
mkdir -p "$folder"
status=0
smdane check --json --sort --batch - >"$folder/answers" || status=$?
# 0, 1, 2 and 75 are answers; anything else is not.
case $status in 0 | 1 | 2 | 75) ;; *) exit $status ;; esac
# What is volatile stands in run. A domain that could not be tested this time keeps what was known of it.
touch "$folder/last"
jq -c 'del(.run)' "$folder/answers" |
  jq -cn --slurpfile last "$folder/last" '($last | INDEX(.domain)) as $known
    | inputs | if .status == 75 and $known[.domain] then $known[.domain] else . end' >"$folder/new"
if ! cmp -s "$folder/last" "$folder/new"; then
  jq -nr --slurpfile last "$folder/last" --slurpfile new "$folder/new" '
    ($last | INDEX(.domain)) as $before | ($new | INDEX(.domain)) as $now
    | ($new[] | select($before[.domain] != .)
      | "\(.domain): \(.verdict), was \($before[.domain].verdict // "not in the list")",
        (.findings[] | select(.severity == "error" or .severity == "warning") | "  \(.subject): \(.message) [\(.clause // "")]")),
      ($last[] | select($now[.domain] | not) | "\(.domain): not in the list any more, was \(.verdict)")'
fi
mv "$folder/new" "$folder/last"
