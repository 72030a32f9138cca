#!/bin/sh
# label: interop
# timeout: 900
# The connection is cut after N bytes to the server, or from it, at many N, in the middle of a push and of a pull that merges: what lay
# on the server lies there still or is in what replaced it, a torn file is never taken, and the next push mends it. At nginx, which
# puts whole files, and at a server that keeps whatever came. SM_FULL=1: at every 16th byte.
. "${0%/*}/../lib.sh"
. "${0%/*}/lib-vault.sh"
need_command gpg
vault_start
nginx_port=$VAULT_PORT nginx_files=$VAULT_FILES
mkdir careless # the other server's folder
device one
device two
one=$SM_TMP/one two=$SM_TMP/two
# More than TLS puts into one record, so that a part of a file can arrive: certifications with long notations.
gpg --batch -q --passphrase '' --quick-gen-key 'Bob <bob@example.net>' ed25519 default never 2>/dev/null
smkey --store "$one" export --binary "$ALICE" | gpg --batch -q --import 2>/dev/null
long=$(awk 'BEGIN { for (i = 0; i < 9000; i++) printf "x" }')
for later in 10 20 30; do
  gpg --batch -q --no-tty --yes --faked-system-time $(($(date +%s) + later)) --force-sign-key --cert-notation "long@example.org=$long" \
    -u bob@example.net --quick-sign-key "$ALICE" >/dev/null 2>&1
done
gpg --batch -q --export "$ALICE" 2>/dev/null >certified
for store in "$one" "$two"; do smkey --store "$store" -q import certified; done
check "versions take more than one record of TLS" test "$(smkey --store "$one" export --secret --binary "$ALICE" | wc -c)" -gt 20000
smkey --store "$one" uid add --passphrase-file "$PASSPHRASE" "$ALICE" 'One <one@example.org>' >/dev/null
smkey --store "$two" uid add --passphrase-file "$PASSPHRASE" "$ALICE" 'Two <two@example.org>' >/dev/null
# Two versions that lie there, and what comes of them: their names, and in versions/ the files.
mkdir versions
version() { # version STORE
  smkey --store "$1" export --secret --binary "$ALICE" >content
  sm_name=$ALICE.$(sha256sum <content | cut -d ' ' -f 1).pgp
  mv content "versions/$sm_name"
  echo "$sm_name"
}
first=$(version "$one")
second=$(version "$two")
smkey --store merged -q import "versions/$first" "versions/$second"
both=$(version merged)

# run COMMAND DIRECTION BYTES: as the store `device`, through a connection that is cut then
run() {
  echo "$number $2 $3" >orders
  rm -f orders.passed
  SM_STORE=$SM_TMP/device smvault "$1" --cafile ca.pem --credentials credentials --batch --timeout 20 "https://localhost:$port/$place/" >out 2>err
}

intact() { [ -e "$files/$place/$1" ] && [ "$1" = "$ALICE.$(sha256sum <"$files/$place/$1" | cut -d ' ' -f 1).pgp" ]; }

# lay VERSION…: what lies there before, in a folder of its own: what was under way when the connection was cut may end later.
number=0
lay() {
  number=$((number + 1))
  place=$folder$number
  mkdir "$files/$place"
  for sm_version; do cp "versions/$sm_version" "$files/$place/"; done
}

# Waits for what our own server still does for a connection that was cut: it has a descriptor for each.
server=
sockets() { find "/proc/$server/fd" -type l -lname 'socket:*' 2>/dev/null | wc -l; }
settled() {
  if [ -z "$server" ]; then return; fi
  while [ "$(sockets)" -gt "$idle" ]; do sleep 0.02; done
}

# sweep WHAT COMMAND STORE VERSION…: at each place one line of what went wrong, in $SM_TMP/wrong
sweep() {
  what=$1 command=$2 store=$3
  shift 3
  : >wrong
  old=0 new=0 torn=0 count=0
  for direction in up down; do
    # Without a cut: how much there is to be cut.
    lay "$@"
    rm -rf device && cp -r "$store" device
    run "$command" $direction 100000000 || echo "uncut: $(cat err)" >>wrong
    while [ ! -s orders.passed ]; do sleep 0.02; done
    read -r up down <orders.passed
    total=$up
    if [ $direction = down ]; then total=$down; fi
    if [ "${SM_FULL:-0}" = 1 ]; then step=16; else step=$((total / 12 + 1)); fi
    bytes=1
    while [ $bytes -lt "$total" ]; do
      lay "$@"
      rm -rf device && cp -r "$store" device
      run "$command" $direction $bytes
      status=$?
      settled
      count=$((count + 1))
      here="$direction $bytes: status $status, $(head -n 1 err)"
      case $status in 0 | 75) ;; *) echo "$here" >>wrong ;; esac
      kept=yes
      for version; do intact "$version" || kept=no; done
      if intact "$both"; then
        new=$((new + 1))
      elif [ $kept = yes ]; then
        old=$((old + 1))
      else
        echo "lost, $here, $(ls "$files/$place")" >>wrong
      fi
      for file in "$files/$place"/*.pgp; do
        if [ ! -e "$file" ] || intact "${file##*/}"; then continue; fi
        torn=$((torn + 1))
        rm -rf fresh
        SM_STORE=$SM_TMP/fresh smvault pull --cafile ca.pem --credentials credentials --batch "https://localhost:$direct/$place/" >out 2>err
        case $?,$(cat err) in 65,*"${file##*/}"*"torn or altered"*) ;; *) echo "a torn file, $here" >>wrong ;; esac
        if [ ! -e "$file" ]; then echo "a torn file is gone, $here" >>wrong; fi
        SM_STORE=$SM_TMP/device smvault push --cafile ca.pem --credentials credentials --batch "https://localhost:$direct/$place/" >/dev/null 2>&1
        if ! intact "${file##*/}"; then echo "a torn file is not mended, $here" >>wrong; fi
      done
      bytes=$((bytes + step))
    done
  done
  empty "$what: at $count places" wrong
  echo "# $old times as it was, $new times the new version, $torn torn files"
}

# begin_proxy PORT: sets port and direct
begin_proxy() {
  direct=$1
  echo '0 up 0' >orders
  rm -f proxy.port
  mkfifo proxy.port
  python3 "$SM_TESTS/interop/cut_proxy.py" "$1" orders >proxy.port 2>proxy.err &
  at_exit "kill $!"
  read -r port <proxy.port
}

begin_proxy "$nginx_port"
files=$nginx_files folder=dav/
sweep "nginx, push" push merged "$first"
is "nginx leaves nothing torn" "$torn" 0
check "both outcomes were seen" test $old -gt 0 -a $new -gt 0
sweep "nginx, pull" pull merged "$first" "$second"
is "nginx leaves nothing torn" "$torn" 0
check "both outcomes were seen" test $old -gt 0 -a $new -gt 0

mkfifo stop ports
python3 "$SM_TESTS/fault/vault_server.py" server.pem server.key careless <stop >ports 2>server.err &
server=$!
exec 7>stop
at_exit 'exec 7>&-'
read -r careless_port _ _ <ports
idle=$(sockets)
begin_proxy "$careless_port"
files=$SM_TMP/careless folder=dav-
sweep "a server that keeps what came, push" push merged "$first"
check "it was left with torn files" test "$torn" -gt 0
sweep "a server that keeps what came, pull" pull merged "$first" "$second"
check "it was left with torn files" test "$torn" -gt 0
done_testing
