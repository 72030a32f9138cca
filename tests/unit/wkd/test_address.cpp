#include "wkd/address.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "backend/idn/idn.hpp"
#include "json/value.hpp"
#include "suites.hpp"
#include "text/hex.hpp"
#include "text/zbase32.hpp"
#include "wkd/lower_case.hpp"

using namespace sm;
using namespace sm::wkd;

namespace {

Result<Address> parse(std::string_view text) {
  return parse_address(text, idn::to_ascii);
}

std::string code(std::string_view text) {
  const auto parsed = parse(text);
  return parsed ? parsed->text() : parsed.error().code;
}

net::Url url(std::string_view text) {
  return *net::parse_url(text);
}

std::vector<json::Value> lines_of(const std::filesystem::path& file) {
  std::vector<json::Value> values;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) values.push_back(*json::read(line));
  return values;
}

}  // namespace

TEST_CASE("wkd/address: the hash folds A to Z, and nothing else") {
  CHECK(hash("Joe.Doe") == "iy9q119eutrkn8s1mk4r39qejnbu3n5q");  // draft-koch-openpgp-webkey-service §3.1
  CHECK(hash("JOE.DOE") == hash("joe.doe"));
  CHECK(hash("\u00c4RGER") == hash_as_it_stands("\u00c4rger"));
  CHECK(hash("\u00c4RGER") != hash("\u00e4rger"));
  CHECK(hash("\u212aevin") != hash("kevin"));  // KELVIN SIGN
  CHECK(is_hash(hash("x")));
  CHECK(!is_hash("IY9Q119EUTRKN8S1MK4R39QEJNBU3N5Q"));
  CHECK(!is_hash("policy"));
}

TEST_CASE("wkd/address: other people's hashes") {
  const auto folder = test::suite("wkd-hash");
  if (!folder) return;
  std::size_t count = 0;
  for (const json::Value& row : lines_of(*folder / "local_part.jsonl")) {
    CHECK(hash(*row.find("local")->string()) == *row.find("hash")->string());
    ++count;
  }
  CHECK(count >= 7);
  for (const json::Value& row : lines_of(*folder / "zb32.jsonl")) {
    // Ours has whole octets only; the rest of the vectors are about single bits.
    if (*row.find("bits")->integer() % 8 != 0) continue;
    CHECK(zbase32(*hex_decode(*row.find("hex")->string())) == *row.find("zb32")->string());
  }
}

TEST_CASE("wkd/address: what Unicode would fold") {
  CHECK(unicode_lower("\u00c4RGER") == "\u00e4rger");
  CHECK(unicode_lower("\u212aevin \u0116\u0141\u03a9\u0416\u00d7\xff") == "kevin \u0117\u0142\u03c9\u0436\u00d7\xff");
}

TEST_CASE("wkd/address: reading") {
  CHECK(code("Joe.Doe@Example.ORG") == "Joe.Doe@example.org");
  CHECK(code("j@B\u00dcCHER.example.") == "j@xn--bcher-kva.example");
  CHECK(code("\u00e4+tag@example.org") == "\u00e4+tag@example.org");
  for (const char* bad : {"", "x", "@example.org", "a b@example.org", "\"a\"@example.org", "a@b@example.org",
                          "a\n@example.org", "\xff@example.org", "<a@example.org"}) {
    CAPTURE(bad);
    CHECK(code(bad) == "wkd.bad-address");
  }
  for (const char* bad : {"a@", "a@.", "a@example..org", "a@.org", "a@[127.0.0.1]", "a@127.0.0.1", "a@ex/ample.org",
                          "a@example.org:80", "a@ex ample.org"}) {
    CAPTURE(bad);
    CHECK(code(bad) == "wkd.bad-domain");
  }
  CHECK(code("a@" + std::string(64, 'x') + ".org") == "wkd.bad-domain");
  CHECK(code(std::string(256, 'x') + "@example.org") == "wkd.bad-address");
}

TEST_CASE("wkd/address: URLs") {
  const Address address = *parse("Joe.Doe+a/b&c\u00e4@example.org");
  CHECK(key_url(Method::advanced, address).text() ==
        "https://openpgpkey.example.org/.well-known/openpgpkey/example.org/hu/" + hash(address.local) +
            "?l=Joe.Doe%2Ba%2Fb%26c%C3%A4");
  CHECK(key_url(Method::direct, address).text() ==
        "https://example.org/.well-known/openpgpkey/hu/" + hash(address.local) + "?l=Joe.Doe%2Ba%2Fb%26c%C3%A4");
  CHECK(policy_url(Method::advanced, "example.org").text() ==
        "https://openpgpkey.example.org/.well-known/openpgpkey/example.org/policy");
  CHECK(policy_url(Method::direct, "example.org").text() == "https://example.org/.well-known/openpgpkey/policy");
}

TEST_CASE("wkd/address: where a redirect may lead") {
  const net::Url advanced = url("https://openpgpkey.example.org/a");
  const net::Url direct = url("https://example.org/a");
  CHECK(may_follow(direct, advanced));
  CHECK(may_follow(advanced, direct));
  CHECK(may_follow(direct, url("https://example.org/b?c")));
  for (const char* other :
       {"http://example.org/a", "https://www.example.org/a", "https://example.org:8443/a",
        "https://openpgpkey.example.net/a", "https://localhost/a", "https://openpgpkeyXexample.org/"}) {
    CAPTURE(other);
    CHECK(!may_follow(direct, url(other)));
  }
}
