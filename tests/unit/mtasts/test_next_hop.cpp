#include <doctest/doctest.h>

#include "mtasts/next_hop.hpp"

using namespace sm;
using namespace sm::mtasts;

namespace {

Result<std::string> ascii_of(std::string_view name) {
  if (name == "bücher.example") return std::string("xn--bcher-kva.example");
  if (name == "１９２.0.2.1") return std::string("192.0.2.1");
  return fail(ErrorKind::data, "dns.bad-idn", "no");
}

// How it is written when it has been read; "none" if it is not.
std::string read(std::string_view key) {
  const auto result = next_hop(key, ascii_of);
  if (!result) return "none";
  CHECK(next_hop(key_of(*result), ascii_of) == result);
  return key_of(*result);
}

}  // namespace

TEST_CASE("next_hop: domains, hosts and ports as Postfix has them") {
  CHECK(read("example.org") == "example.org");
  CHECK(read("Example.ORG.") == "example.org");
  CHECK(read("example.org:587") == "example.org:587");
  CHECK(read("example.org:smtp") == "example.org");
  CHECK(read("[mail.example.org]") == "[mail.example.org]");
  CHECK(read("[mail.example.org]:25") == "[mail.example.org]");
  CHECK(read("[mail.example.org]:587") == "[mail.example.org]:587");
  CHECK(read("[mail.example.org]:submission") == "[mail.example.org]:587");
  CHECK(read("[mail.example.org]:smtps") == "[mail.example.org]:465");
  CHECK(read("bücher.example") == "xn--bcher-kva.example");
  CHECK(read("localhost") == "localhost");
  CHECK(read("_x.example.org") == "_x.example.org");
  const auto host = next_hop("[mail.example.org]:587", ascii_of);
  REQUIRE(host);
  CHECK(host->is_host);
  CHECK(host->port == 587);
  CHECK(host->name.text() == "mail.example.org");
}

TEST_CASE("next_hop: what has no policy: all below a domain, addresses, and what is no name") {
  for (const std::string_view key : {"",
                                     ".",
                                     ".example.org",
                                     "..",
                                     "[",
                                     "[]",
                                     "[]:25",
                                     "[.example.org]",
                                     "192.0.2.1",
                                     "[192.0.2.1]",
                                     "[192.0.2.1]:25",
                                     "192.0.2.1:25",
                                     "\\[x.example.org",
                                     "\\008.example.org",
                                     "a b.example.org",
                                     "a*.example.org",
                                     "[IPv6:2001:db8::1]",
                                     "[2001:db8::1]",
                                     "[2001:db8::1]:25",
                                     "2001:db8::1",
                                     "::1",
                                     "１９２.0.2.1",
                                     "[mail.example.org",
                                     "[mail.example.org]25",
                                     "[mail.example.org]:",
                                     "[mail.example.org]:0",
                                     "[mail.example.org]:65536",
                                     "[mail.example.org]:-1",
                                     "[mail.example.org]:nntp",
                                     "example.org:",
                                     "example.org:25:25",
                                     "a..example",
                                     "exämple",
                                     "25",
                                     ":25"})
    CHECK_MESSAGE(read(key) == "none", key);
  CHECK(read(std::string(max_key + 1, 'a')) == "none");
  CHECK(read(std::string(64, 'a') + ".example") == "none");
}
