#include "crypto/key.hpp"

#include <algorithm>

namespace sm {
namespace {

// Why `key` can't be used at all, if so. Revoked comes first: no other defect may make it less final. A key of the
// future is not valid yet.
std::optional<Unusable> fault(const Key& key, std::int64_t now) {
  if (key.revocation != Revocation::none) return Unusable::revoked;
  if (!key.valid || key.created > now) return Unusable::invalid;
  if (key.expired(now)) return Unusable::expired;
  return std::nullopt;
}

// Of the keys that `suits` the newest usable subkey, else the primary key. If there is none, the reason nearest to a
// usable one's loss: revoked, then expired.
template <class Suits>
KeyChoice choose(const CertificateInfo& certificate, std::int64_t now, Suits suits) {
  if (const auto why = fault(certificate.primary, now)) return {nullptr, *why};
  KeyChoice choice;
  for (const Key& key : certificate.subkeys) {
    if (!suits(key)) continue;
    const auto why = fault(key, now);
    if (!why) {
      if (choice.key == nullptr || key.created > choice.key->created) choice.key = &key;
    } else if (*why == Unusable::revoked || (*why == Unusable::expired && choice.why == Unusable::no_key)) {
      choice.why = *why;
    }
  }
  if (choice.key == nullptr && suits(certificate.primary)) choice.key = &certificate.primary;
  return choice;
}

}  // namespace

KeyChoice encryption_key(const CertificateInfo& certificate, std::int64_t now) {
  return choose(certificate, now, [](const Key& key) { return key.can_encrypt; });
}

KeyChoice signing_key(const CertificateInfo& certificate, std::int64_t now, const std::vector<Fingerprint>& available) {
  return choose(certificate, now, [&](const Key& key) {
    return key.can_sign && (available.empty() || std::ranges::find(available, key.fingerprint) != available.end());
  });
}

}  // namespace sm
