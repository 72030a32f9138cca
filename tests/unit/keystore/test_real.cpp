// The same with the real reader, on certificates that gpg and sq made (data/make.sh).
#include "backend/rnp/rnp.hpp"
#include "fixture.hpp"
#include "mime/address.hpp"

using namespace sm;
using namespace sm::test;

namespace {

const Fingerprint ada = "85A7E7AF942FE1B3E0DC156FE12EC21118964C03";
const Fingerprint ada_encrypts = "E0C335A4F87C8924E38BCE101343F283C79ED397";
const Fingerprint ada_signed_until_2020 = "BD4149551507F2D744140E6E7B6A702533A3B3B0";
const Fingerprint bob = "E8DAD983B632CD1023AB6BF7D940A0E14932EDA6";
const Fingerprint bob_signs = "F9FF27F8B22255E6B4EF92E2028D02D1ECF91DBE";

struct RealFixture : Fixture {
  Keystore open() {
    auto keystore = Keystore::open(
        paths, rnp_reader, clock, [](std::string_view user_id) { return mime::user_id_address(user_id).value_or(""); });
    if (!keystore) FAIL(keystore.error().code, ": ", keystore.error().message);
    return *std::move(keystore);
  }
  static std::string data(const std::string& name) {
    auto bytes = read_file(SM_TEST_DATA "/data/" + name, 1 << 20);
    REQUIRE(bytes);
    return *std::move(bytes);
  }
  rnp::Reader rnp_reader{clock};
};

}  // namespace

TEST_CASE("keystore/real: certificates that gpg and sq made are found by every key and address") {
  RealFixture f;
  const std::string from_gpg = RealFixture::data("gpg.pgp");
  const std::string from_sq = RealFixture::data("sq.pgp");
  CHECK(f.plant(from_gpg) == ada);
  CHECK(f.plant(from_sq) == bob);
  Keystore store = f.open();
  CHECK(*store.list_certificates() == std::vector{ada, bob});
  CHECK(*store.claimants("ada@example.org") == std::vector{ada});
  CHECK(*store.claimants("bob@openpgp.example") == std::vector{bob});
  CHECK(store.claimants("old@example.org")->empty());  // revoked
  CHECK(*store.certificates(ada_encrypts.substr(24)) == std::vector{from_gpg});
  CHECK(*store.certificates(ada_signed_until_2020.substr(24)) == std::vector{from_gpg});  // expired, still to be found
  CHECK(*store.certificates(bob_signs.substr(24)) == std::vector{from_sq});
  CHECK(*resolve_recipient(store, "Ada@Example.org") == ada);
  CHECK(*resolve(store, bob_signs) == bob);
}

TEST_CASE("keystore/real: putting a certificate again changes nothing; what it lacks is added") {
  RealFixture f;
  Keystore store = f.open();
  const std::string whole = RealFixture::data("gpg.pgp");
  const auto keep = std::optional(std::vector<std::string>{"Ada Lovelace <Ada@Example.org>"});
  const std::string part = *f.rnp_reader.strip(whole, keep, true);
  REQUIRE(part.size() < whole.size());
  CHECK(*store.put_certificate(*f.rnp_reader.inspect(part), part) == Change::created);
  CHECK(*store.put_certificate(*f.rnp_reader.inspect(whole), whole) == Change::updated);
  CHECK(store::same_packets(**store.certificate(ada), whole));
  CHECK(*store.put_certificate(*f.rnp_reader.inspect(whole), whole) == Change::unchanged);
  CHECK(*store.put_certificate(*f.rnp_reader.inspect(part), part) == Change::unchanged);
  CHECK(store::same_packets(**store.certificate(ada), whole));
}

TEST_CASE("keystore/real: a secret key is found by its subkeys, with or without its certificate") {
  RealFixture f;
  Keystore store = f.open();
  const std::string secret = RealFixture::data("gpg-secret.pgp");
  REQUIRE(store.put_secret_key(ada, Secret(secret)));
  for (const bool with_certificate : {false, true}) {
    CAPTURE(with_certificate);
    if (with_certificate) f.plant(RealFixture::data("gpg.pgp"));
    const auto found = store.secret_keys(ada_encrypts.substr(24));
    REQUIRE(found->size() == 1);
    CHECK(found->front().view() == secret);
    CHECK(store.secret_keys(bob_signs.substr(24))->empty());
  }
}
