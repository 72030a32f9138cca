#include "backend/rnp/inspect.hpp"

#include <algorithm>

#include <array>
#include <utility>

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

Revocation revocation_reason(rnp_key_handle_t key) {
  if (get_flag(rnp_key_is_compromised, key)) return Revocation::compromised;
  if (get_flag(rnp_key_is_superseded, key)) return Revocation::superseded;
  if (get_flag(rnp_key_is_retired, key)) return Revocation::retired;
  return Revocation::no_reason;
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
  if (get_flag(rnp_key_is_revoked, key)) {
    result.revocation = revocation_reason(key);
    SignatureHandle signature;
    rnp_key_get_revocation_signature(key, out(signature));
    if (signature) result.revoked_at = get_number(rnp_signature_get_creation, signature.get());
  }
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
  const std::size_t user_ids = get_count(rnp_key_get_uid_count, primary);
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
    user_id.primary = get_flag(rnp_uid_is_primary, uid.get());
    // A revoked key keeps its self-signed user IDs.
    info.primary.valid = info.primary.valid || user_id.valid;
    info.user_ids.push_back(std::move(user_id));
  }
  // Where none says that it is the primary one, the first valid one is (RFC 9580 §5.2.3.27 leaves the choice to us).
  if (std::ranges::none_of(info.user_ids, &UserId::primary)) {
    const auto first = std::ranges::find_if(info.user_ids, &UserId::valid);
    if (first != info.user_ids.end()) first->primary = true;
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
