#!/bin/sh
# timeout: 300
. "${0%/*}/../lib.sh"
need_command cppcheck
cd "$SM_ROOT" || exit 1
# passedByValue: it takes a parameter whose member is moved from for a copy; clang-tidy knows better.
look() {
  cppcheck --quiet -j "$(nproc)" --std=c++20 --language=c++ --platform=unix64 --enable=warning,performance,portability --inline-suppr --suppress=passedByValue \
    --error-exitcode=1 "$@"
}
SM_NAME="cppcheck is silent" expect_status 0 look -Ilibcommon libcommon tools
empty "and writes nothing" "$ERR"
printf 'int main() { int a[2]; a[2] = 0; return a[0]; }\n' >"$SM_TMP/x.cpp"
SM_NAME="and sees a planted fault" expect_status 1 look "$SM_TMP/x.cpp"
done_testing
