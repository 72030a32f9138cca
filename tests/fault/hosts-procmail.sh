#!/bin/sh
# label: hosts
# timeout: 900
# 50 messages through the recipes in procmail, each with a fault in our program or its script; SM_FULL=1 sends 500.
. "${0%/*}/../lib.sh"
. "$SM_TESTS/hosts/lib-hosts.sh"
. "$SM_TESTS/fault/lib-hosts.sh"
need_command procmail python3 formail ps
faults_in procmail
done_testing
