#!/bin/sh
# label: tidy
# timeout: 1500
. "${0%/*}/../lib.sh"
need_command clang-tidy
cd "$SM_ROOT" || exit 1
check "compile commands" test -f "$SM_BUILD/compile_commands.json"
printf 'bugprone: int f(int* p) { if (p = nullptr) return 1; return sizeof(p) / sizeof(*p); }\n' | sed 's/^bugprone: //' >"$SM_TMP/x.cpp"
SM_NAME="clang-tidy sees a planted fault" expect_status 1 clang-tidy --quiet --config-file=.clang-tidy "$SM_TMP/x.cpp" --
find libcommon tools -name '*.cpp' | sort >"$SM_TMP/files"
SM_NAME="clang-tidy is silent" expect_status 0 xargs -a "$SM_TMP/files" -P "$(nproc)" -n 1 clang-tidy --quiet -p "$SM_BUILD"
grep -E 'warning:|error:' "$OUT" | sort -u | sed 's/^/# /'
done_testing
