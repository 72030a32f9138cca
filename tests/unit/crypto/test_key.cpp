#include "crypto/key.hpp"

#include <doctest/doctest.h>

using namespace sm;

namespace {

constexpr std::int64_t now = 1'000'000;

Key key(const char* name, std::int64_t created) {
  Key made;
  made.fingerprint = name;
  made.created = created;
  made.valid = true;
  return made;
}

Key encrypting(const char* name, std::int64_t created) {
  Key made = key(name, created);
  made.can_encrypt = true;
  return made;
}

Key signing(const char* name, std::int64_t created) {
  Key made = key(name, created);
  made.can_sign = true;
  return made;
}

// Primary key P, which certifies and signs.
CertificateInfo certificate(std::vector<Key> subkeys) {
  CertificateInfo info;
  info.primary = signing("P", 100);
  info.primary.can_certify = true;
  info.subkeys = std::move(subkeys);
  return info;
}

std::string shown(const KeyChoice& choice) {
  if (choice.key != nullptr) return choice.key->fingerprint;
  switch (choice.why) {
    case Unusable::revoked:
      return "revoked";
    case Unusable::expired:
      return "expired";
    case Unusable::no_key:
      return "no key";
    case Unusable::invalid:
      break;
  }
  return "invalid";
}

std::string encrypts(const CertificateInfo& info) {
  return shown(encryption_key(info, now));
}
std::string signs(const CertificateInfo& info, const std::vector<Fingerprint>& available = {}) {
  return shown(signing_key(info, now, available));
}

}  // namespace

TEST_CASE("crypto/key: the newest usable subkey encrypts, of equals the first") {
  CHECK(encrypts(certificate({encrypting("A", 200), encrypting("B", 300), encrypting("C", 250)})) == "B");
  CHECK(encrypts(certificate({encrypting("A", 300), encrypting("B", 300)})) == "A");
  CHECK(encrypts(certificate({signing("S", 900), encrypting("A", 200)})) == "A");
  CHECK(encrypts(certificate({})) == "no key");
  CHECK(encrypts(certificate({signing("S", 200)})) == "no key");
}

TEST_CASE("crypto/key: the primary key encrypts if no subkey can") {
  CertificateInfo info = certificate({});
  info.primary.can_encrypt = true;
  CHECK(encrypts(info) == "P");
  info.subkeys = {encrypting("A", 50)};
  CHECK(encrypts(info) == "A");
  info.subkeys[0].revocation = Revocation::superseded;
  CHECK(encrypts(info) == "P");
}

TEST_CASE("crypto/key: a subkey that is revoked, expired, invalid or of the future is passed over") {
  const auto with = [](auto change) {
    Key newest = encrypting("B", 300);
    change(newest);
    return encrypts(certificate({encrypting("A", 200), newest}));
  };
  CHECK(with([](Key&) {}) == "B");
  CHECK(with([](Key& k) { k.expires = now; }) == "A");
  CHECK(with([](Key& k) { k.expires = now + 1; }) == "B");
  CHECK(with([](Key& k) { k.valid = false; }) == "A");
  CHECK(with([](Key& k) { k.created = now + 1; }) == "A");
  CHECK(with([](Key& k) { k.can_encrypt = false; }) == "A");
  for (const Revocation r :
       {Revocation::no_reason, Revocation::superseded, Revocation::compromised, Revocation::retired}) {
    CHECK(with([&](Key& k) { k.revocation = r; }) == "A");
  }
}

TEST_CASE("crypto/key: why there is none: revoked, then expired, then no key") {
  Key revoked = encrypting("R", 200);
  revoked.revocation = Revocation::retired;
  Key expired = encrypting("E", 300);
  expired.expires = 400;
  Key invalid = encrypting("I", 300);
  invalid.valid = false;
  CHECK(encrypts(certificate({revoked, expired, invalid})) == "revoked");
  CHECK(encrypts(certificate({expired, revoked})) == "revoked");
  CHECK(encrypts(certificate({invalid, expired})) == "expired");
  CHECK(encrypts(certificate({invalid})) == "no key");
}

TEST_CASE("crypto/key: a primary key that is not usable leaves nothing usable") {
  const auto with = [](auto change) {
    CertificateInfo info = certificate({encrypting("A", 200), signing("S", 200)});
    change(info.primary);
    CHECK(encrypts(info) == signs(info));
    return encrypts(info);
  };
  CHECK(with([](Key& k) { k.revocation = Revocation::superseded; }) == "revoked");
  CHECK(with([](Key& k) { k.expires = 500; }) == "expired");
  CHECK(with([](Key& k) { k.expires = 500, k.revocation = Revocation::no_reason; }) == "revoked");
  CHECK(with([](Key& k) { k.valid = false; }) == "invalid");
  CHECK(with([](Key& k) { k.created = now + 1; }) == "invalid");
}

TEST_CASE("crypto/key: the newest available signing key signs") {
  const CertificateInfo info = certificate({signing("A", 200), signing("B", 300), encrypting("C", 400)});
  CHECK(signs(info) == "B");
  CHECK(signs(info, {"A", "P"}) == "A");
  CHECK(signs(info, {"P"}) == "P");
  CHECK(signs(info, {"C"}) == "no key");
  CHECK(signs(certificate({})) == "P");
  CertificateInfo certify_only = certificate({encrypting("C", 400)});
  certify_only.primary.can_sign = false;
  CHECK(signs(certify_only) == "no key");
}

TEST_CASE("crypto/key: a key ID is the last 16 digits") {
  CHECK(key("0123456789ABCDEF0123456789ABCDEF01234567", 0).key_id() == "89ABCDEF01234567");
  CHECK(key("short", 0).key_id() == "short");
}
