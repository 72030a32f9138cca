#!/bin/sh
# timeout: 120
. "${0%/*}/../lib.sh"
need_command clang-format
cd "$SM_ROOT" || exit 1
find libcommon tools tests \( -name '*.cpp' -o -name '*.hpp' \) | sort >"$SM_TMP/files"
SM_NAME="clang-format changes nothing" expect_status 0 xargs -a "$SM_TMP/files" clang-format --dry-run -Werror
printf 'int  main( ){}\n' >"$SM_TMP/x.cpp"
SM_NAME="and sees a planted fault" expect_status 1 clang-format --style=file:"$SM_ROOT/.clang-format" --dry-run -Werror "$SM_TMP/x.cpp"
done_testing
