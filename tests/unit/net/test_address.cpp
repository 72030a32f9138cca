#include "net/address.hpp"

#include <doctest/doctest.h>

using namespace sm::net;

namespace {

bool open(std::string_view text) {
  const auto address = parse_address(text);
  REQUIRE(address);
  return is_public(*address);
}

}  // namespace

TEST_CASE("net/address: only the usual forms are addresses") {
  for (const char* text : {"192.0.2.1", "2001:db8::1", "::", "::ffff:192.0.2.1"}) {
    CAPTURE(text);
    REQUIRE(parse_address(text));
    CHECK(text_of(*parse_address(text)) == text);
  }
  CHECK(text_of(*parse_address("2001:DB8:0:0::1")) == "2001:db8::1");
  for (const char* text : {"", "127.1", "0x7f000001", "2130706433", "010.0.0.1", "1.2.3.4.", "1.2.3.4.5", "[::1]",
                           "fe80::1%eth0", "1.2.3.4/8", " 1.2.3.4", "example.org"}) {
    CAPTURE(text);
    CHECK(!parse_address(text));
  }
  using namespace std::string_view_literals;
  CHECK(!parse_address("127.0.0.1\0"sv));
}

TEST_CASE("net/address: what is public, at the edges of what is not") {
  for (const char* text :
       {"1.1.1.1",     "9.255.255.255",   "11.0.0.0",         "100.63.255.255",  "100.128.0.0",  "126.255.255.255",
        "128.0.0.0",   "169.253.255.255", "169.255.0.0",      "172.15.255.255",  "172.32.0.0",   "192.167.255.255",
        "192.169.0.0", "198.17.255.255",  "198.20.0.0",       "223.255.255.255", "2001:4860::1", "2a00::1",
        "2003::",      "::ffff:8.8.8.8",  "64:ff9b::808:808", "2002:808:808::1"}) {
    CAPTURE(text);
    CHECK(open(text));
  }
  for (const char* text :
       {"0.0.0.0",       "0.1.2.3",         "10.0.0.0",         "10.255.255.255",  "100.64.0.0",      "100.127.255.255",
        "127.0.0.1",     "127.255.255.255", "169.254.0.1",      "172.16.0.0",      "172.31.255.255",  "192.0.0.1",
        "192.0.2.1",     "192.168.0.0",     "192.168.255.255",  "198.18.0.0",      "198.19.255.255",  "198.51.100.1",
        "203.0.113.1",   "224.0.0.1",       "239.1.1.1",        "240.0.0.1",       "255.255.255.255", "::",
        "::1",           "::127.0.0.1",     "fe80::1",          "febf::1",         "fec0::1",         "fc00::1",
        "fd00::1",       "ff02::1",         "2001:db8::1",      "2001::1",         "3fff::1",         "5f00::1",
        "4000::1",       "100::1",          "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1",  "64:ff9b:1::1",
        "2002:a00:1::1", "2002:7f00:1::"}) {
    CAPTURE(text);
    CHECK(!open(text));
  }
}

TEST_CASE("net/address: prefixes") {
  const Address v4 = *parse_address("10.1.2.3");
  CHECK(is_within(v4, "10.0.0.0/8"));
  CHECK(is_within(v4, "10.1.2.3/32"));
  CHECK(is_within(v4, "0.0.0.0/0"));
  CHECK(!is_within(v4, "10.1.2.2/32"));
  CHECK(is_within(v4, "10.1.2.2/31"));
  CHECK(!is_within(v4, "11.0.0.0/8"));
  CHECK(!is_within(v4, "::/0"));
  for (const char* text : {"10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/8x", "10.0.0.0/-1", "/8", "x/8", ""}) {
    CAPTURE(text);
    CHECK(!is_within(v4, text));
  }
  CHECK(is_within(*parse_address("fd12::1"), "fc00::/7"));
  CHECK(!is_within(*parse_address("fe12::1"), "fc00::/7"));
}
