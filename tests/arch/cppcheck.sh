#!/bin/sh
# timeout: 300
. "${0%/*}/../lib.sh"
need_command cppcheck
cd "$SM_ROOT" || exit 1
# It knows no statement expressions: -USM_TRY makes a call of the macro. passedByValue, returnStdMoveLocal: it takes what a
# member or an element is moved from for a copy or a local; clang-tidy knows better.
look() {
  cppcheck --quiet -j "$(nproc)" --std=c++20 --language=c++ --platform=unix64 --enable=warning,performance,portability -USM_TRY \
    --inline-suppr --suppress=passedByValue --suppress=returnStdMoveLocal --error-exitcode=1 "$@"
}
SM_NAME="cppcheck is silent" expect_status 0 look -Ilibcommon libcommon tools
empty "and writes nothing" "$ERR"
printf 'int main() { int a[2]; a[2] = 0; return a[0]; }\n' >"$SM_TMP/x.cpp"
SM_NAME="and sees a planted fault" expect_status 1 look "$SM_TMP/x.cpp"
done_testing
