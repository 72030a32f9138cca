# shellcheck shell=sh
# faults_in HOST: what tests/fault/hosts.py says of it.
faults_in() {
  # shellcheck disable=SC2034 # for recipe()
  SM_DEADLINE=1 SM_HOST_DEADLINE=3
  enter
  # What mail goes to is a disk that can be filled; and TMPDIR, for one of the faults, one that is full.
  mkdir small full real
  mount -t tmpfs -o size=64m,mode=755 none small
  mount -t tmpfs -o size=16k,mode=1777 none full
  head -c 64k /dev/zero >full/filler 2>/dev/null
  at_exit 'umount -l "$SM_TMP/small" "$SM_TMP/full"'
  mkfifo stuck
  chmod 666 stuck
  chmod 1777 tmp
  echo none >fault

  case $1 in
  postfix)
    mkdir small/mail
    ln -s small/mail mail
    check "Postfix starts" postfix_setup
    chown -R nobody small/mail
    rmdir real
    ln -s programs real
    ;;
  *)
    mkdir small/box small/outbox
    rmdir outbox
    ln -s small/box box
    ln -s small/outbox outbox
    cp -P bin/smsign bin/smcrypt bin/smkey real/
    check "$1 is in place" "$1_setup"
    ;;
  esac
  rm bin/smsign bin/smcrypt
  for sm_program in smsign smcrypt; do
    sed "s,^T=.*,T=$SM_TMP," "$SM_TESTS/fault/lib-wrapper.sh" >bin/$sm_program
    chmod 755 bin/$sm_program
  done
  # What reads stderr for the syslog can also kill the script that started it, at the time of its choice.
  cat >bin/log <<LOG
#!/bin/sh
if grep -q script "$SM_TMP/fault"; then
  parent=\$(cut -d' ' -f4 /proc/\$PPID/stat)
  sleep 0.0\$(printf %02d \$((\$(od -An -N1 -tu1 </dev/urandom) % 20))) && kill -KILL "\$parent"
fi
exec cat >>"$SM_TMP/syslog"
LOG
  export STORE OTHERS
  count=50
  if [ "${SM_FULL:-0}" = 1 ]; then count=500; fi
  python3 "$SM_TESTS/fault/hosts.py" "$1" $count >report 2>&1
  sm_got=$?
  grep -v '^PROBLEM' report | sed 's/^/# /'
  is "$1: none of $count messages is lost, doubled or in clear" "$sm_got$(grep '^PROBLEM' report)" 0
}
