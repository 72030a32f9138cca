#!/bin/sh
# Mails made to deceive or to get at a plaintext, and mails that make a filter fail so that a forged verdict stays: for each what
# verify, decrypt and their --annotate must say. The table is attacks.py.
# timeout: 300
. "${0%/*}/../lib.sh"
need_command gpg python3
cd "$SM_TMP" || exit 1
SM_STORE=$SM_TMP/store
export SM_STORE

python3 "$SM_TESTS/fault/attacks.py" >report 2>err
is "the table is gone through" "$? $(head -n 5 err)" "0 "
while read -r line; do
  case $line in
  "ok "*) ok "${line#ok }" ;;
  "not ok "*) not_ok "${line#not ok }" ;;
  *) echo "$line" ;;
  esac
done <report
mails=$(sed -n 's/^# \([0-9]*\) mails$/\1/p' report)
check "at least 60 mails" test "${mails:-0}" -ge 60
done_testing
