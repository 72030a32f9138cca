# shellcheck shell=sh
# The first process of a laboratory's namespaces, run by tests/lab/run: starts what $LAB_PARTS names, runs "$@", and when this ends
# the kernel ends all the rest. Descriptor 9 holds the lock on $LAB; nobody else is to have it.
here=${0%/*}
LAB_RUN=$LAB/run
export LAB_RUN
fail() {
  echo "tests/lab/run: $*" >&2
  exit 99
}
# quietly NAME CMD…: what it says is kept in $LAB_RUN/NAME.out, and shown if it fails.
quietly() {
  out=$LAB_RUN/$1.out
  shift
  "$@" >"$out" 2>&1 9>&- || fail "$*: $(cat "$out")"
}
over() { mount --bind "$1" "$2" || fail "can't mount over $2"; }

# Postfix's own user must be able to get there, which not every build tree allows: /var/lib/nsd belongs to a package that is
# needed anyway, and none of our nsds uses it.
postfix_folders() {
  mount -t tmpfs -o mode=755 postfix /var/lib/nsd || fail "can't mount"
  (
    cd /var/lib/nsd || exit 1
    mkdir queue data queue/pid
    chown postfix data
    cd queue || exit 1
    mkdir active bounce corrupt defer deferred flush hold incoming private saved trace
    chown postfix ./*/
    chown root pid
    mkdir -m 730 maildrop
    mkdir -m 710 public
    chown postfix:postdrop maildrop public
  ) || fail "no queue for Postfix"
}

mount -t tmpfs -o mode=755 laboratory "$LAB_RUN" || fail "can't mount"
mkdir "$LAB_RUN/tmp"

# 127.0.0.0/8 is all ours anyway. 192.0.2.0/24 and 203.0.113.0/24 are not loopback to a program that looks at addresses; 198.51.100.0/24, most
# of 2001:db8::/32 and the rest of the world have no route.
quietly ip ip link set lo up
quietly ip ip address add 192.0.2.0/24 dev lo
quietly ip ip address add 203.0.113.0/24 dev lo
if [ -d /proc/sys/net/ipv6 ]; then
  echo 1 >/proc/sys/net/ipv6/ip_nonlocal_bind
  quietly ip ip -6 route add local fd00:1ab::/32 dev lo
  quietly ip ip -6 route add local 2001:db8:80::/48 dev lo
fi
hostname client.secure.test

printf '127.0.0.1 localhost\n::1 localhost\n127.0.0.1 client.secure.test client\n' >"$LAB_RUN/hosts"
printf 'nameserver 127.0.0.53\noptions trust-ad edns0\n' >"$LAB_RUN/resolv.conf"
over "$LAB_RUN/hosts" /etc/hosts
over "$LAB_RUN/resolv.conf" /etc/resolv.conf
over "$LAB/root.key" /usr/share/dns/root.key
over "$LAB/root.hints" /usr/share/dns/root.hints
over "$LAB/trust" /etc/ssl/certs

# Each returns when its sockets are open.
cp -r "$LAB/zones" "$LAB/zones-old" "$LAB_RUN/"
waiting=
for server in top leaf old; do
  quietly "nsd-$server" nsd -c "$LAB/nsd-$server.conf" &
  waiting="$waiting $!"
done
for server in validating plain; do
  quietly "unbound-$server" unbound -c "$LAB/unbound-$server.conf" &
  waiting="$waiting $!"
done
case " $LAB_PARTS " in
*" smtp "*)
  # Postfix needs several users: without root, or without Postfix, servers.py does its part.
  if [ "$LAB_USER" = 0 ] && [ -x /usr/lib/postfix/sbin/master ]; then
    LAB_PARTS="$LAB_PARTS postfix"
    postfix_folders
    quietly postfix /usr/lib/postfix/sbin/master -c "$LAB/postfix" -w &
    waiting="$waiting $!"
  fi
  ;;
esac
case " $LAB_PARTS " in
*" https "*)
  cp -r "$LAB/www" "$LAB_RUN/"
  quietly nginx nginx -e "$LAB_RUN/nginx.log" -c "$LAB/nginx.conf" &
  waiting="$waiting $!"
  ;;
esac
# shellcheck disable=SC2086
quietly servers "$LAB_PYTHON" -B -I "$here/servers.py" $LAB_PARTS &
waiting="$waiting $!"
for pid in $waiting; do wait "$pid" || exit 99; done

"$@" 9>&-
