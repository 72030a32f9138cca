#!/bin/sh
# timeout: 600
# Every header compiles alone, seeing only what its component USES.
. "${0%/*}/../lib.sh"
expect_status 0 cmake --build "$SM_BUILD" --target all_verify_interface_header_sets
done_testing
