#include "backend/rnp/inspect.hpp"

#include <algorithm>

#include <array>
#include <utility>

#include "backend/rnp/self_signature.hpp"
#include "json/value.hpp"
#include "text/ascii.hpp"

namespace sm::rnp {
namespace {

// RNP's names of curves, and what users write.
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> curves = {{
    {"Ed25519", "ed25519"},
    {"Curve25519", "cv25519"},
    {"NIST P-256", "nistp256"},
    {"NIST P-384", "nistp384"},
    {"NIST P-521", "nistp521"},
    {"brainpoolP256r1", "brainpoolP256r1"},
    {"brainpoolP384r1", "brainpoolP384r1"},
    {"brainpoolP512r1", "brainpoolP512r1"},
    {"secp256k1", "secp256k1"},
}};

std::string algorithm_name(std::string_view algorithm, std::string_view curve, int bits) {
  for (const auto& [theirs, ours] : curves) {
    if (theirs == curve) return std::string(ours);
  }
  if (!curve.empty()) return lower(curve);
  return lower(algorithm) + std::to_string(bits);
}

// A hashed subpacket of a signature (RFC 9580 §5.2.3.7), as RNP describes it; null if there is none.
json::Value subpacket(rnp_signature_handle_t signature, std::int64_t type) {
  const auto description = json::read(get_string(rnp_signature_packet_to_json, signature, std::uint32_t{0}));
  const json::Array* packets = description ? description->array() : nullptr;
  const json::Value* subpackets = packets && !packets->empty() ? packets->front().find("subpackets") : nullptr;
  if (!subpackets || !subpackets->array()) return {};
  json::Value found;
  for (const json::Value& one : *subpackets->array()) {
    const json::Value* number = one.find("type");
    const json::Value* hashed = one.find("hashed");
    if (number && number->integer() && *number->integer() == type && hashed && hashed->boolean() && *hashed->boolean())
      found = one;
  }
  return found;
}

std::int64_t number_in(const json::Value& object, std::string_view name) {
  const json::Value* member = object.find(name);
  return member && member->integer() ? *member->integer() : 0;
}

// Seconds, 0 if it has none (§5.2.3.13).
std::int64_t key_lifetime(rnp_signature_handle_t signature) {
  return number_in(subpacket(signature, key_expiration_time), "key expiration");
}

Revocation reason_in(rnp_signature_handle_t signature) {
  switch (number_in(subpacket(signature, reason_for_revocation), "code")) {
    case 1:
      return Revocation::superseded;
    case 2:
      return Revocation::compromised;
    case 3:
      return Revocation::retired;
    default:
      return Revocation::no_reason;
  }
}

// How much a revocation takes away: a key that was superseded or retired was good before.
int hardness(Revocation revocation) {
  switch (revocation) {
    case Revocation::compromised:
      return 3;
    case Revocation::no_reason:
      return 2;
    default:
      return 1;
  }
}

// RNP's own answer is the first of several revocations in the certificate's order; the hardest must count, of equal
// ones the earliest.
void read_revocations(rnp_key_handle_t key, Key& result) {
  const std::size_t count = get_count(rnp_key_get_signature_count, key);
  for (std::size_t i = 0; i < count; ++i) {
    SignatureHandle signature;
    if (rnp_key_get_signature_at(key, i, out(signature)) != RNP_SUCCESS) continue;
    const std::string type = get_string(rnp_signature_get_type, signature.get());
    if (type != "key revocation" && type != "subkey revocation") continue;
    if (rnp_signature_is_valid(signature.get(), 0) != RNP_SUCCESS) continue;
    const Revocation reason = reason_in(signature.get());
    const std::int64_t at = get_number(rnp_signature_get_creation, signature.get());
    const bool harder = result.revocation == Revocation::none || hardness(reason) > hardness(result.revocation);
    if (!harder && (hardness(reason) < hardness(result.revocation) || at >= result.revoked_at)) continue;
    result.revocation = reason;
    result.revoked_at = at;
  }
  // By a designated revoker, say, whose key is not at hand.
  if (result.revocation == Revocation::none) result.revocation = Revocation::no_reason;
}

bool is_by(rnp_signature_handle_t signature, const Fingerprint& key) {
  const std::string id = get_string(rnp_signature_get_keyid, signature);
  return !id.empty() && key.ends_with(id);
}

// A user ID's self-signature that counts.
struct SelfSignature {
  std::int64_t created = -1;
  SignatureHandle handle;
};
SelfSignature newest_self_signature(rnp_uid_handle_t user_id, const Fingerprint& primary) {
  SelfSignature newest;
  const std::size_t count = get_count(rnp_uid_get_signature_count, user_id);
  for (std::size_t i = 0; i < count; ++i) {
    SignatureHandle signature;
    if (rnp_uid_get_signature_at(user_id, i, out(signature)) != RNP_SUCCESS) continue;
    if (!is_by(signature.get(), primary)) continue;
    if (get_string(rnp_signature_get_type, signature.get()) == "certification revocation") continue;
    const std::int64_t created = get_number(rnp_signature_get_creation, signature.get());
    if (created >= newest.created && rnp_signature_is_valid(signature.get(), 0) == RNP_SUCCESS)
      newest = {created, std::move(signature)};
  }
  return newest;
}

// The newest valid direct-key signature; null if there is none.
SignatureHandle direct_key_signature(rnp_key_handle_t primary) {
  SignatureHandle newest;
  std::int64_t newest_time = -1;
  const std::size_t count = get_count(rnp_key_get_signature_count, primary);
  for (std::size_t i = 0; i < count; ++i) {
    SignatureHandle signature;
    if (rnp_key_get_signature_at(primary, i, out(signature)) != RNP_SUCCESS) continue;
    if (get_string(rnp_signature_get_type, signature.get()) != "direct") continue;
    const std::int64_t created = get_number(rnp_signature_get_creation, signature.get());
    if (created < newest_time || rnp_signature_is_valid(signature.get(), 0) != RNP_SUCCESS) continue;
    newest_time = created;
    newest = std::move(signature);
  }
  return newest;
}

// RNP calls a key invalid that expired or was revoked, and a subkey whose primary key did. Ours says only whether a
// self-signature or binding signature is right.
bool has_right_signature(rnp_key_handle_t key) {
  const std::size_t count = get_count(rnp_key_get_signature_count, key);
  for (std::size_t i = 0; i < count; ++i) {
    SignatureHandle signature;
    if (rnp_key_get_signature_at(key, i, out(signature)) != RNP_SUCCESS) continue;
    const std::string type = get_string(rnp_signature_get_type, signature.get());
    if (type != "subkey binding" && type != "direct") continue;
    if (rnp_signature_is_valid(signature.get(), 0) == RNP_SUCCESS) return true;
  }
  return false;
}

}  // namespace

Key inspect_key(rnp_key_handle_t key) {
  Key result;
  result.fingerprint = fingerprint_of(key);
  result.bits = static_cast<int>(get_number(rnp_key_get_bits, key));
  const std::string algorithm = get_string(rnp_key_get_alg, key);
  result.algorithm = algorithm_name(algorithm, get_string(rnp_key_get_curve, key), result.bits);
  result.weak = algorithm == "DSA" || algorithm == "ELGAMAL" || (algorithm == "RSA" && result.bits < 2048);
  result.created = get_number(rnp_key_get_creation, key);
  if (const std::uint32_t lifetime = get_number(rnp_key_get_expiration, key))
    result.expires = result.created + lifetime;
  if (get_flag(rnp_key_is_revoked, key)) read_revocations(key, result);
  result.can_certify = get_flag(rnp_key_allows_usage, key, "certify");
  result.can_sign = get_flag(rnp_key_allows_usage, key, "sign");
  result.can_encrypt = get_flag(rnp_key_allows_usage, key, "encrypt");
  result.can_authenticate = get_flag(rnp_key_allows_usage, key, "authenticate");
  result.valid = get_flag(rnp_key_is_valid, key) || get_flag(rnp_key_is_expired, key) || has_right_signature(key);
  return result;
}

CertificateInfo inspect_certificate(rnp_key_handle_t primary) {
  CertificateInfo info;
  info.primary = inspect_key(primary);
  const SignatureHandle direct = direct_key_signature(primary);
  std::vector<SelfSignature> self_signatures;  // of the user IDs, where they are looked at
  const auto self_of = [&](const auto& id) -> const SelfSignature& {
    return self_signatures[static_cast<std::size_t>(id - info.user_ids.begin())];
  };
  const std::size_t user_ids = get_count(rnp_key_get_uid_count, primary);
  const bool several = user_ids > 1;
  for (std::size_t i = 0; i < user_ids; ++i) {
    UidHandle uid;
    std::uint32_t type = 0;
    void* data = nullptr;
    std::size_t size = 0;
    if (rnp_key_get_uid_handle_at(primary, i, out(uid)) != RNP_SUCCESS) continue;
    if (rnp_uid_get_type(uid.get(), &type) != RNP_SUCCESS || type != RNP_USER_ID ||
        rnp_uid_get_data(uid.get(), &data, &size) != RNP_SUCCESS) {
      continue;
    }
    UserId user_id;
    user_id.text.assign(static_cast<const char*>(data), size);
    rnp_buffer_destroy(data);
    user_id.valid = get_flag(rnp_uid_is_valid, uid.get());
    user_id.revoked = get_flag(rnp_uid_is_revoked, uid.get());
    user_id.primary = user_id.valid && !user_id.revoked && get_flag(rnp_uid_is_primary, uid.get());
    // A revoked key keeps its self-signed user IDs.
    info.primary.valid = info.primary.valid || user_id.valid;
    self_signatures.push_back(several || direct ? newest_self_signature(uid.get(), info.fingerprint())
                                                : SelfSignature());
    info.user_ids.push_back(std::move(user_id));
  }
  // Where none says that it is the primary one, RFC 9580 §5.2.3.27 leaves the choice to us: the newest self-signature,
  // as for GnuPG and Sequoia.
  auto chosen = std::ranges::find_if(info.user_ids, &UserId::primary);
  if (chosen == info.user_ids.end()) {
    for (auto id = info.user_ids.begin(); id != info.user_ids.end(); ++id) {
      if (!id->valid || id->revoked) continue;
      if (chosen == info.user_ids.end() || self_of(id).created > self_of(chosen).created) chosen = id;
    }
    if (chosen != info.user_ids.end()) chosen->primary = true;
  }
  // RNP believes a flagged user ID that is revoked about the key's expiry, and a direct-key signature that says nothing
  // of it.
  if (direct || std::ranges::any_of(info.user_ids, &UserId::revoked)) {
    std::int64_t lifetime = direct ? key_lifetime(direct.get()) : 0;
    if (lifetime == 0 && chosen != info.user_ids.end()) {
      const SelfSignature& self = self_of(chosen);
      if (self.handle) lifetime = key_lifetime(self.handle.get());
    }
    info.primary.expires = lifetime == 0 ? 0 : info.primary.created + lifetime;
  }
  const std::size_t subkeys = get_count(rnp_key_get_subkey_count, primary);
  for (std::size_t i = 0; i < subkeys; ++i) {
    KeyHandle subkey;
    rnp_key_get_subkey_at(primary, i, out(subkey));
    if (!subkey) continue;
    Key key = inspect_key(subkey.get());
    // A subkey that certifies has no key flags, and RNP answers by its algorithm. It asks for the subkey's own consent
    // (RFC 9580 §5.2.1.9) only when flags say that it signs: without it anybody could put somebody else's signing key
    // under his own.
    if (key.can_certify) key.can_certify = key.can_sign = key.can_authenticate = false;
    info.subkeys.push_back(std::move(key));
  }
  return info;
}

}  // namespace sm::rnp
