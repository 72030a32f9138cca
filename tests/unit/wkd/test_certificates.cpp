#include "wkd/certificates.hpp"

#include <doctest/doctest.h>

#include <ctime>

#include "backend/idn/idn.hpp"
#include "backend/rnp/rnp.hpp"
#include "crypto/armor.hpp"

using namespace sm;
using namespace sm::wkd;

namespace {

struct Now final : Clock {
  std::int64_t now() const override { return time; }
  std::int64_t time = std::time(nullptr);
};

struct Fixture {
  Now clock;
  rnp::Reader reader{clock};
  Address alice{"Alice", "xn--bcher-kva.example"};

  std::string make(std::vector<std::string> user_ids, std::int64_t lifetime = 0) const {
    return rnp::Generator(clock)
        .generate({.lifetime = lifetime, .user_ids = std::move(user_ids), .passphrase = {}})
        ->certificate;
  }
  Result<Reading> read(std::string_view answer, std::int64_t now) {
    return read_answer(reader, answer, alice, idn::to_ascii, now);
  }
  Result<Reading> read(std::string_view answer) { return read(answer, clock.now()); }
};

std::string code(const Result<Reading>& result) {
  return result ? "fine" : result.error().code;
}

}  // namespace

TEST_CASE("wkd/certificates: only the address's user IDs, the usable first") {
  Fixture f;
  const std::string expiring = f.make({"alice@xn--bcher-kva.example"}, 1000);
  const std::string good = f.make({"Alice <ALICE@b\u00fccher.example>", "Alice <alice@elsewhere.example>"});
  const std::string other = f.make({"bob@xn--bcher-kva.example"});
  const std::int64_t later = f.clock.now() + 2000;
  const auto reading = f.read(expiring + other + good, later);
  REQUIRE(reading);
  CHECK(reading->all == 3);
  CHECK(reading->without_address == 1);
  CHECK(reading->other_user_ids == 2);
  CHECK(reading->whole);
  REQUIRE(reading->certificates.size() == 2);
  CHECK(reading->certificates[0].usable);
  CHECK(!reading->certificates[1].usable);
  CHECK(reading->certificates[1].certificate == expiring);
  CHECK(reading->certificates[0].certificate ==
        *f.reader.strip(good, std::vector<std::string>{"Alice <ALICE@b\u00fccher.example>"}, false));
}

TEST_CASE("wkd/certificates: what is refused") {
  Fixture f;
  const std::string good = f.make({"alice@xn--bcher-kva.example"});
  CHECK(code(f.read("")) == "wkd.no-certificate");
  CHECK(code(f.read("<html>")) == "wkd.no-certificate");
  CHECK(code(f.read(armor(ArmorKind::public_key, good))) == "wkd.armored");
  CHECK(f.read(f.make({"alice@elsewhere.example"}))->certificates.empty());
  const auto cut = f.read(good + good.substr(0, 20));
  REQUIRE(cut);
  CHECK(!cut->whole);
  CHECK(cut->certificates.size() == 1);
  const auto rubbish = f.read(good + "rubbish");
  CHECK((rubbish && !rubbish->whole && rubbish->certificates.size() == 1));
}

TEST_CASE("wkd/certificates: a user ID that its key did not sign") {
  Fixture f;
  const std::string mallory = f.make({"mallory@elsewhere.example"});
  // A user ID packet of the address behind the primary key, without a signature.
  const std::string text = "alice@xn--bcher-kva.example";
  const std::string forged = mallory + '\xcd' + static_cast<char>(text.size()) + text;
  const auto reading = f.read(forged);
  REQUIRE(reading);
  CHECK(reading->certificates.empty());
  CHECK(reading->without_address == 1);
}

TEST_CASE("wkd/certificates: more than anybody needs") {
  Fixture f;
  const std::string good = f.make({"alice@xn--bcher-kva.example"});
  std::string many;
  for (std::size_t i = 0; i < max_certificates + 10; ++i) many += good;
  const auto reading = f.read(many);
  REQUIRE(reading);
  CHECK(reading->certificates.size() == max_certificates);
  CHECK(reading->passed_over == 10);
  std::string flooded = good;
  for (std::size_t i = 0; i < max_certificate_packets; ++i) flooded += "\xc2\x01x";
  const auto flood = f.read(flooded + good);
  REQUIRE(flood);
  CHECK(flood->certificates.empty());
  CHECK(flood->passed_over == 2);
}
