#include <doctest/doctest.h>

#include "dns/servers.hpp"

using namespace sm;
using namespace sm::dns;

TEST_CASE("servers/resolv.conf: as glibc reads it") {
  const ResolvConf conf = parse_resolv_conf(
      "# nameserver 192.0.2.9\n"
      "nameserver 127.0.0.53\r\n"
      ";nameserver 192.0.2.8\n"
      "  nameserver\t::1   # the second\n"
      "nameserver mail.example.org\n"
      "nameserver fe80::1%eth0\n"
      "nameserver 192.0.2.7\n"
      "search example.org\n"
      "options edns0 trust-ad");
  REQUIRE(conf.servers.size() == 3);
  CHECK(text_of(conf.servers) == "127.0.0.53@53, ::1@53, fe80::1%eth0@53");
  CHECK(conf.trust_ad);
  CHECK(text_of(parse_resolv_conf("options edns0\n").servers) == "127.0.0.1@53");
  CHECK_FALSE(parse_resolv_conf("#options trust-ad\noptions no-trust-ad\n").trust_ad);
  CHECK(parse_resolv_conf("").servers.size() == 1);
}

TEST_CASE("servers/parse: an address, and a port") {
  CHECK(text_of(*parse_server("192.0.2.53")) == "192.0.2.53@53");
  CHECK(text_of(*parse_server("2001:db8::53@5353")) == "2001:db8::53@5353");
  for (const char* text : {"", "@53", "dns.example", "192.0.2.53@", "192.0.2.53@0", "192.0.2.53@65536", "192.0.2.53:53",
                           "192.0.2.53@53@53", "fe80::1%", "[::1]"}) {
    const auto server = parse_server(text);
    REQUIRE_FALSE_MESSAGE(server, text);
    CHECK(server.error().kind == ErrorKind::usage);
  }
}

TEST_CASE("servers/loopback") {
  for (const char* text : {"127.0.0.1", "127.255.0.53", "::1", "::ffff:127.0.0.1"}) CHECK(is_loopback({text}));
  for (const char* text : {"128.0.0.1", "192.0.2.1", "::2", "::ffff:192.0.2.1", "::127.0.0.1", "fe80::1%lo"})
    CHECK_FALSE(is_loopback({text}));
}

TEST_CASE("servers/trust: AD is believed where the machine vouches for it, or the user") {
  const auto trust = [](DnssecMode mode, const char* text, const char* named = nullptr) {
    const ResolvConf conf = parse_resolv_conf(text);
    return decide_trust(mode, named ? std::vector{*parse_server(named)} : conf.servers, conf);
  };
  const char* vouched = "nameserver 127.0.0.53\nnameserver ::1\noptions trust-ad\n";
  const auto automatic = DnssecMode::automatic;
  CHECK(trust(automatic, vouched) == Trust::trusted_resolver);
  CHECK(trust(automatic, "options trust-ad\n") == Trust::trusted_resolver);
  CHECK(trust(automatic, "nameserver 127.0.0.53\n") == Trust::validated_here);
  CHECK(trust(automatic, "nameserver 192.0.2.53\noptions trust-ad\n") == Trust::validated_here);
  CHECK(trust(automatic, "nameserver 127.0.0.1\nnameserver 192.0.2.53\noptions trust-ad\n") == Trust::validated_here);
  // resolv.conf vouches for its own servers, not for what --resolver names.
  CHECK(trust(automatic, vouched, "127.0.0.53") == Trust::trusted_resolver);
  CHECK(trust(automatic, vouched, "127.0.0.54") == Trust::validated_here);
  CHECK(trust(automatic, vouched, "127.0.0.53@5353") == Trust::validated_here);
  CHECK(trust(automatic, vouched, "192.0.2.53") == Trust::validated_here);
  CHECK(trust(DnssecMode::local, vouched) == Trust::validated_here);
  CHECK(trust(DnssecMode::resolver, "nameserver 192.0.2.53\n") == Trust::trusted_by_command);
  CHECK(decide_trust(automatic, {}, parse_resolv_conf(vouched)) == Trust::validated_here);
}
