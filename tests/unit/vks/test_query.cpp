#include <doctest/doctest.h>

#include "backend/idn/idn.hpp"
#include "vks/query.hpp"

using namespace sm;
using namespace sm::vks;

namespace {

const std::string fingerprint = "0AF2BA89F9B5B1B8B3F2C0D4B3B0C0E6C4D6D9A1";

std::string asked(std::string_view text, std::string_view server = "https://keys.example") {
  const auto query = parse_query(text, idn::to_ascii);
  return query ? url_of(*net::parse_url(server), *query).text() : query.error().code;
}

}  // namespace

TEST_CASE("vks/query: by address") {
  const std::string by_email = "https://keys.example/vks/v1/by-email/";
  CHECK(asked("ann@example.org") == by_email + "ann%40example.org");
  CHECK(asked("  ann@example.org\r") == by_email + "ann%40example.org");
  // As the server compares them.
  CHECK(asked("Ann.Lee@Example.ORG") == by_email + "ann.lee%40example.org");
  CHECK(asked("ann@b\u00fccher.example") == by_email + "ann%40xn--bcher-kva.example");
  CHECK(asked("ann@B\u00dcCHER.example") == asked("ann@xn--bcher-kva.example"));
  CHECK(asked("gr\u00fc\u00dfe@example.org") == by_email + "gr%C3%BC%C3%9Fe%40example.org");
  // Nothing in an address leads out of its segment.
  CHECK(asked("a+b/c?d#e%41@example.org") == by_email + "a%2Bb%2Fc%3Fd%23e%2541%40example.org");
  CHECK(asked("\"a/../b\"@example.org") == by_email + "%22a%2F..%2Fb%22%40example.org");
  for (const std::string_view other :
       {"@", "ann@", "@example.org", "ann@@example.org", "ann@example.org, bob@example.org", "Ann <ann@example.org>",
        "ann@[192.0.2.1]", "ann@exa mple.org", "ann\n@example.org", "ann@example.org\n\nx", "ann@-.example",
        "ann@\xFF.example"}) {
    CAPTURE(other);
    CHECK(asked(other) == "vks.query");
  }
  CHECK(asked(std::string(2000, 'a') + "@example.org") == "vks.query");
}

TEST_CASE("vks/query: by fingerprint and key ID") {
  const std::string url = "https://keys.example/vks/v1/by-fingerprint/" + fingerprint;
  CHECK(asked(fingerprint) == url);
  CHECK(asked("0x" + fingerprint) == url);
  CHECK(asked("0af2ba89f9b5b1b8b3f2c0d4b3b0c0e6c4d6d9a1") == url);
  CHECK(asked("0AF2 BA89 F9B5 B1B8 B3F2  C0D4 B3B0 C0E6 C4D6 D9A1") == url);
  CHECK(asked("b3b0c0e6c4d6d9a1") == "https://keys.example/vks/v1/by-keyid/B3B0C0E6C4D6D9A1");
  for (const std::string& other :
       {std::string(), std::string("0x"), std::string("C4D6D9A1"), fingerprint.substr(1), fingerprint + "0",
        fingerprint + fingerprint.substr(0, 24), "G" + fingerprint.substr(1), fingerprint + "/", std::string("ann")}) {
    CAPTURE(other);
    CHECK(asked(other) == "vks.query");
  }
  CHECK(parse_query("C4D6D9A1", idn::to_ascii).error().hint ==
        "anybody can make a key with a given key ID of 8 digits");
}

TEST_CASE("vks/query: below the path of a server") {
  CHECK(asked(fingerprint, "https://h.example:8443/keys/") ==
        "https://h.example:8443/keys/vks/v1/by-fingerprint/" + fingerprint);
}
