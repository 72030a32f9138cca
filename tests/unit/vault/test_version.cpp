#include "vault/version.hpp"

#include <doctest/doctest.h>

#include "vault/model.hpp"

using namespace sm;
using namespace sm::vault;
using test::bytes_of;
using test::key_fingerprint;
using test::key_packet;

namespace {

const std::string fingerprint = "0AF2BA89F9B5B1B8B3F2C0D4B3B0C0E6C4D6D9A1";
const std::string digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";  // of "abc"

std::string code(const Result<void>& result) {
  return result ? "fine" : result.error().code;
}

}  // namespace

TEST_CASE("vault/version: names") {
  const Version version = version_of(fingerprint, "abc");
  CHECK(version.name() == fingerprint + "." + digest + ".pgp");
  CHECK(version.size == 3);
  CHECK(*parse_name(version.name()) == version);
  const std::string name = version.name();
  for (const std::string& other :
       {std::string(), name + " ", " " + name, name + ".tmp", "../" + name, name.substr(1), "a" + name.substr(1),
        "G" + name.substr(1), name.substr(0, 41) + "B" + name.substr(42), name.substr(0, 41) + "g" + name.substr(42),
        name.substr(0, 40) + "/" + name.substr(41), name.substr(0, 105) + ".PGP", name.substr(0, 105) + ".asc",
        name.substr(0, 105), fingerprint + ".pgp", digest + "." + fingerprint + ".pgp"}) {
    CAPTURE(other);
    CHECK(!parse_name(other));
  }
}

TEST_CASE("vault/version: what may lie in a vault") {
  const std::string key = bytes_of({"Fay <fay@f.example>"});
  CHECK(code(check_key(key_fingerprint(), key)) == "fine");
  CHECK(code(check_version(version_of(key_fingerprint(), key), key)) == "fine");
  const std::string whole = *read_file(SM_PROJECT_ROOT "/tests/unit/backend-rnp/data/fay.sec.pgp", 1 << 20);
  CHECK(code(check_key(key_fingerprint(), whole)) == "fine");

  const std::string certificate = *read_file(SM_PROJECT_ROOT "/tests/unit/backend-rnp/data/fay.pgp", 1 << 20);
  const std::string open = *read_file(SM_PROJECT_ROOT "/tests/unit/backend-rnp/data/ann.sec.pgp", 1 << 20);
  CHECK(code(check_key(fingerprint, key)) == "vault.damaged");
  CHECK(code(check_key(key_fingerprint(), "")) == "vault.damaged");
  CHECK(code(check_key(key_fingerprint(), "<html>log in</html>")) == "vault.damaged");
  CHECK(code(check_key(key_fingerprint(), certificate)) == "vault.damaged");
  CHECK(code(check_key(key_fingerprint(), key + key)) == "vault.damaged");
  // A certificate that came along would be somebody else's.
  CHECK(code(check_key(key_fingerprint(), key + certificate)) == "vault.damaged");
  CHECK(code(check_key(key_fingerprint(), certificate + key)) == "vault.damaged");
  CHECK(code(check_key(secret_parts(open)->primary, open)) == "vault.unprotected");
  CHECK(check_key(secret_parts(open)->primary, open).error().kind == ErrorKind::key);

  // A protection without an integrity check.
  std::string weak = key_packet();
  const Packet packet = split_packets(weak)->front();
  const std::size_t usage = weak.size() - parse_key(packet.body, true)->secret_part.size();
  REQUIRE(static_cast<unsigned char>(weak[usage]) == 254);
  weak[usage] = static_cast<char>(255);
  CHECK(code(check_key(key_fingerprint(), weak)) == "vault.unprotected");
}

TEST_CASE("vault/version: every cut and every flip is seen") {
  const std::string key = bytes_of({"Fay <fay@f.example>"});
  const Version version = version_of(key_fingerprint(), key);
  for (std::size_t size = 0; size < key.size(); ++size)
    CHECK(code(check_version(version, key.substr(0, size))) == "vault.damaged");
  CHECK(code(check_version(version, key + '\0')) == "vault.damaged");
  for (std::size_t i = 0; i < key.size(); ++i) {
    std::string flipped = key;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    CHECK(code(check_version(version, flipped)) == "vault.damaged");
  }
}
