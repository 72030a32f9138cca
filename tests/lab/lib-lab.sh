# shellcheck shell=sh disable=SC2034 # scripts use what is set here
# A test in the laboratory sources lib.sh and this, and calls lab_enter; then it runs in namespaces of its own, among name servers, mail
# servers and web servers that say what table.py has them say:
#
#   . "${0%/*}/../lib.sh"
#   . "$SM_TESTS/lab/lib-lab.sh"
#   lab_enter dns smtp
#   expect_status 0 smdane check ee-spki.secure.test
#
# $LAB holds what was generated (root.key, root.hints, expected.tsv, certificates/), $LAB_RUN what belongs to this laboratory alone
# and goes away with it: resolv.conf, hosts, logs, zones. /etc/resolv.conf names the validating resolver, with trust-ad.

# lab_enter [PART…]: dns smtp https; all of them where none is named.
lab_enter() {
  if [ -n "${LAB_INSIDE:-}" ]; then
    unset LAB_INSIDE TMPDIR
    return
  fi
  PATH=$PATH:/usr/sbin:/sbin
  need_namespace
  need_command nsd unbound nginx ldns-signzone ldns-keygen openssl python3 ip flock
  if [ ! -e /usr/share/dns/root.key ]; then refuse "no /usr/share/dns/root.key on this machine (dns-root-data)"; fi
  # This shell gives way to the laboratory, so that killing the test ends all of it.
  trap - EXIT
  rm -rf "$SM_TMP"
  LAB_INSIDE=1 exec "$SM_TESTS/lab/run" -p "${*:-dns smtp https}" sh "$0"
}

# lab_resolver NAME [OTHER]: prints the address of a resolver: validating, plain (which does not validate), or one of dns_faults.py; with
# OTHER the one that is not on loopback. lab_use_resolver ADDRESS [OPTION…]: makes it the one in /etc/resolv.conf.
lab_resolver() { awk -v name="$1" -v column="${2:+3}" '$1 == name { print $(column ? column : 2) }' "$LAB/resolvers.tsv"; }
lab_use_resolver() {
  {
    echo "nameserver $1"
    shift
    if [ $# != 0 ]; then echo "options $*"; fi
  } >"$LAB_RUN/resolv.conf"
}

# lab_address HOST [6]: its first IPv4 or IPv6 address.
lab_address() { awk -v name="$1" -v dots="${2:+:}" '$1 == name { for (i = 2; i <= NF; i++) if (index($i, dots ? ":" : ".")) { print $i; exit } }' "$LAB/hosts.tsv"; }

# lab_certificate HOST [rsa]: what a server for it presents, as a path without its ending, .pem or .key.
lab_certificate() { echo "$LAB/certificates/$1.${2:-ec}"; }

# lab_delay MS [COUNT DEAD]: starts the compiled server that waits so many milliseconds before each answer. With COUNT it serves d1.bulk.test to
# d<COUNT>.bulk.test, one address each, DEAD percent of which are dead, and is the resolver in resolv.conf, with trust-ad; without COUNT
# it serves the mail hosts of d000.many.test to d299.many.test, which are in the laboratory's signed zones. $LAB_RUN/domains lists
# them, as "domain address [dead]".
lab_delay() {
  if [ $# = 1 ]; then
    awk '/^mx\..*\.many\.test\t/ { print substr($1, 4), $2 }' "$LAB/hosts.tsv" >"$LAB_RUN/domains"
    "${SM_BIN%/bin}/bench/lab-delay" "$1" "$LAB/certificates/shared.ec" - <"$LAB_RUN/domains"
    return
  fi
  awk -v count="$2" -v dead="$3" 'BEGIN {
    for (n = 1; n <= count; n++)
      print "d" n ".bulk.test", "127.32." int(n / 256) "." n % 256 (int(n * dead / 100) > int((n - 1) * dead / 100) ? " dead" : "")
  }' >"$LAB_RUN/domains"
  "${SM_BIN%/bin}/bench/lab-delay" "$1" "$LAB/certificates/shared.ec" 127.0.0.55 <"$LAB_RUN/domains" || return
  lab_use_resolver 127.0.0.55 trust-ad
}
