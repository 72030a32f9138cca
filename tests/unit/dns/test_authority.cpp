#include <doctest/doctest.h>

#include "dns/authority.hpp"
#include "dns/fake_resolver.hpp"

using namespace sm::dns;

TEST_CASE("authority/zone: upwards to the servers, with all their addresses") {
  FakeResolver resolver(
      "example.org. NS b.example.net.\nexample.org. NS a.example.org.\n"
      "a.example.org. A 192.0.2.2\na.example.org. A 192.0.2.1\na.example.org. AAAA 2001:db8::1\n"
      "mx.example.org. A 192.0.2.25\n");
  resolver.fail(Failure::timeout, "b.example.net");
  const Authority authority = find_authority(resolver, *Name::parse("_25._tcp.mx.example.org"));
  CHECK(authority.zone == *Name::parse("example.org"));
  REQUIRE(authority.servers.size() == 2);
  CHECK(authority.servers[0].addresses == std::vector<std::string>{"192.0.2.1", "192.0.2.2", "2001:db8::1"});
  CHECK(authority.servers[1].addresses.empty());
  CHECK_FALSE(authority.servers[1].reason.empty());
}

TEST_CASE("authority/zone: none, or unknown") {
  FakeResolver nothing("mx.example.org. A 192.0.2.25\n");
  const Authority none = find_authority(nothing, *Name::parse("mx.example.org"));
  CHECK(none.servers.empty());
  CHECK_FALSE(none.reason.empty());
  FakeResolver silent("example.org. NS a.example.org.\n");
  silent.fail(Failure::timeout, "mx.example.org");
  const Authority unknown = find_authority(silent, *Name::parse("mx.example.org"));
  CHECK(unknown.servers.empty());
  CHECK_FALSE(unknown.reason.empty());
}
