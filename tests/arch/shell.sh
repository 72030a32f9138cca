#!/bin/sh
# timeout: 300
. "${0%/*}/../lib.sh"
need_command shellcheck
cd "$SM_ROOT" || exit 1
# Every script starts with #! or is a *.sh; what others generate or bring is not below these folders.
{ find libcommon tools tests examples -name '*.sh'; echo tests/lab/run; echo .ci/run; echo .ci/install; } | sort >"$SM_TMP/files"
# SC1090, SC1091: lib.sh is sourced by a computed path, and is on the list itself. SC2016: what stands in single quotes is meant
# for the shell behind sh -c.
SM_NAME="shellcheck is silent" expect_status 0 xargs -a "$SM_TMP/files" -P "$(nproc)" -n 8 shellcheck --shell=sh --exclude=SC1090,SC1091,SC2016
if [ -s "$OUT" ]; then sed 's/^/# /' "$OUT"; fi
# POSIX: what another shell would refuse, dash refuses too.
while read -r script; do sh -n "$script" || echo "$script"; done <"$SM_TMP/files" >"$SM_TMP/syntax" 2>&1
empty "sh parses them" "$SM_TMP/syntax"
done_testing
