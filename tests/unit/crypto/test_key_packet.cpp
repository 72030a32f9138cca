#include "crypto/key_packet.hpp"

#include <doctest/doctest.h>

#include <string>

#include "crypto/packets.hpp"
#include "io/descriptor.hpp"

using namespace sm;

namespace {

// Keys that gpg made: tests/unit/backend-rnp/data/make.sh.
std::string stored(const std::string& name) {
  return *read_file(SM_PROJECT_ROOT "/tests/unit/backend-rnp/data/" + name, 1 << 20);
}

std::string code(std::string_view bytes) {
  const auto parts = secret_parts(bytes);
  return parts ? "fine" : parts.error().code;
}

}  // namespace

TEST_CASE("crypto/key packet: what of a secret key lies open") {
  const std::string ann = stored("ann.sec.pgp");
  const SecretParts open = *secret_parts(ann);
  CHECK(open.keys == 1);
  CHECK(open.unprotected.size() == 2);
  CHECK(open.unprotected.front() == open.primary);

  const SecretParts none = *secret_parts(stored("ann.pgp"));
  CHECK(none.keys == 0);
  CHECK(none.primary.empty());
  CHECK(none.unprotected.empty());

  // All of Fay's has a passphrase; a stub of a primary key has no secret that could lie open.
  for (const char* name : {"fay.sec.pgp", "fay-offline.sec.pgp"}) {
    CAPTURE(name);
    const SecretParts fay = *secret_parts(stored(name));
    CHECK(fay.keys == 1);
    CHECK(fay.unprotected.empty());
    CHECK(fay.unsealed.empty());
  }
}

TEST_CASE("crypto/key packet: one subkey that lies open is found beside a protected primary key") {
  const std::string ann = stored("ann.sec.pgp");
  for (const int usage : {254, 255, 9}) {
    CAPTURE(usage);
    std::string changed;
    Fingerprint subkey;
    const auto packets = *split_packets(ann);
    for (const Packet& packet : packets) {
      std::string raw(packet.raw);
      if (packet.tag == packet_secret_key) {
        const auto key = parse_key(packet.body, true);
        raw[raw.size() - key->secret_part.size()] = static_cast<char>(usage);
      } else if (packet.tag == packet_secret_subkey) {
        subkey = fingerprint_of_key(parse_key(packet.body, true)->public_part);
      }
      changed += raw;
    }
    const SecretParts parts = *secret_parts(changed);
    CHECK(parts.unprotected == std::vector<Fingerprint>{subkey});
    CHECK(parts.unsealed.empty() == (usage == 254));
    if (usage != 254) CHECK(parts.unsealed == std::vector<Fingerprint>{parts.primary});
    CHECK(secret_parts(changed + ann)->keys == 2);
  }
}

TEST_CASE("crypto/key packet: what can't be told is an error, never protected") {
  const std::string ann = stored("ann.sec.pgp");
  CHECK(code(ann.substr(0, ann.size() - 1)) == "crypto.bad-packet");
  const Packet first = split_packets(ann)->front();
  const std::size_t body = first.raw.size() - first.body.size();
  std::string other = ann;
  other[body] = 6;
  CHECK(code(other) == "crypto.unsupported");
  other = ann;
  other[body + 5] = 99;
  CHECK(code(other) == "crypto.unsupported");
  CHECK(code("") == "fine");
}
