#include "wkd/discovery.hpp"

#include <doctest/doctest.h>

#include "../dns/fake_resolver.hpp"

using namespace sm;
using namespace sm::wkd;
using namespace std::chrono_literals;

namespace {

std::string method_at(dns::FakeResolver& resolver) {
  const auto found = discover(resolver, "example.org", 1s);
  return found ? std::string(name_of(found->method)) : found.error().code;
}

}  // namespace

TEST_CASE("wkd/discovery: the direct method only where the sub-domain does not exist") {
  dns::FakeResolver none("example.org. IN A 192.0.2.1\n");
  CHECK(method_at(none) == "direct");
  dns::FakeResolver there("openpgpkey.example.org. IN A 192.0.2.1\n");
  CHECK(method_at(there) == "advanced");
  dns::FakeResolver six("openpgpkey.example.org. IN AAAA 2001:db8::1\n");
  CHECK(method_at(six) == "advanced");
  // What a domain with a wildcard has to have, so that it is no wildcard here.
  dns::FakeResolver text("openpgpkey.example.org. IN TXT \"\"\n");
  CHECK(method_at(text) == "direct");
}

TEST_CASE("wkd/discovery: where neither host has an address there is no directory, if the DNS says so") {
  const auto is_there = [](dns::FakeResolver& resolver) { return discover(resolver, "example.org", 1s)->is_there; };
  dns::FakeResolver mail("example.org. IN MX 10 mx.example.net.\n");
  CHECK(method_at(mail) == "direct");
  CHECK(!is_there(mail));
  dns::FakeResolver web("example.org. IN AAAA 2001:db8::1\n");
  CHECK(is_there(web));
  dns::FakeResolver alias("example.org. IN CNAME gone.example.net.\n");
  CHECK(is_there(alias));
  for (const dns::Failure failure : {dns::Failure::timeout, dns::Failure::servfail, dns::Failure::bogus}) {
    dns::FakeResolver broken("example.org. IN MX 10 mx.example.net.\n");
    broken.fail(failure, "example.org", dns::Type::a);
    CHECK(method_at(broken) == "direct");
    CHECK(is_there(broken));
  }
}

TEST_CASE("wkd/discovery: an alias exists, wherever it leads") {
  dns::FakeResolver dangling("openpgpkey.example.org. IN CNAME gone.example.net.\n");
  CHECK(method_at(dangling) == "advanced");
}

TEST_CASE("wkd/discovery: no answer is none") {
  for (const dns::Failure failure : {dns::Failure::timeout, dns::Failure::servfail, dns::Failure::refused,
                                     dns::Failure::unreachable, dns::Failure::malformed, dns::Failure::bogus}) {
    dns::FakeResolver broken("example.org. IN A 192.0.2.1\n");
    broken.fail(failure, "openpgpkey.example.org");
    CHECK(method_at(broken) == "wkd.dns");
    dns::FakeResolver half("example.org. IN A 192.0.2.1\n");
    half.fail(failure, "openpgpkey.example.org", dns::Type::a);
    CHECK(method_at(half) == "wkd.dns");
  }
  dns::FakeResolver other("openpgpkey.example.org. IN A 192.0.2.1\n");
  other.fail(dns::Failure::servfail, "openpgpkey.example.org", dns::Type::aaaa);
  CHECK(method_at(other) == "advanced");
}
