#include "backend/rnp/inspect.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <tuple>
#include <utility>

#include "backend/rnp/certificate.hpp"
#include "backend/rnp/self_signature.hpp"
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

// RFC 9580 §5.2.3.29.
enum Flag : int { certifies = 0x01, signs = 0x02, encrypts = 0x04 | 0x08, authenticates = 0x20 };

// What a key of this algorithm (RFC 9580 §9.1) can do at all.
int capabilities(int algorithm) {
  switch (algorithm) {
    case 1:
      return certifies | signs | encrypts | authenticates;
    case 2:
    case 16:
    case 18:
      return encrypts;
    case 3:
    case 17:
    case 19:
    case 22:
      return certifies | signs | authenticates;
    default:
      return 0;
  }
}

void set_uses(Key& key, const Component& component, int flags) {
  const auto body = parse_key(component.body, false);
  if (body) flags &= capabilities(body->algorithm);
  key.can_certify = (flags & certifies) != 0;
  key.can_sign = (flags & signs) != 0;
  key.can_encrypt = (flags & encrypts) != 0;
  key.can_authenticate = (flags & authenticates) != 0;
}

constexpr int all_uses = certifies | signs | encrypts | authenticates;

Revocation reason_of(const SignatureInfo& revocation) {
  switch (revocation.revocation_reason) {
    case 1:
      return Revocation::superseded;
    case 2:
      return Revocation::compromised;
    case 3:
      return Revocation::retired;
    case 32:
      return Revocation::no_longer_valid;
    default:
      return Revocation::no_reason;
  }
}

int gravity(Revocation reason) {
  switch (reason) {
    case Revocation::none:
      return 0;
    case Revocation::superseded:
    case Revocation::retired:
      return 1;
    case Revocation::compromised:
      return 3;
    default:
      return 2;
  }
}

// A component's signatures by the primary key that are right at the time of the context.
struct RightSignatures {
  std::optional<SignatureInfo> statement;  // the newest certification, direct-key signature or binding
  std::vector<SignatureInfo> revocations;
};

// `at(i, &handle)` gives RNP's handle of the component's signature number i.
template <class At>
RightSignatures self_signatures(const Component& component, const Fingerprint& primary, At at) {
  const bool user_id = component.tag == packet_user_id;
  const bool subkey = component.tag == packet_public_subkey;
  RightSignatures found;
  for (std::size_t i = 0; i < component.signatures.size(); ++i) {
    const auto& info = component.signatures[i].info;
    // One that names no issuer is RNP's to judge.
    if (!info || (!info->issuer.empty() && !issued_by(*info, primary))) continue;
    const int type = info->type;
    const bool states = user_id ? type >= certification_first && type <= certification_last
                                : type == (subkey ? subkey_binding : direct_key);
    const bool revokes = type == (user_id ? certification_revocation : subkey ? subkey_revocation : key_revocation);
    if (!states && !revokes) continue;
    SignatureHandle handle;
    at(i, out(handle));
    if (!handle || get_number(rnp_signature_get_creation, handle.get()) != info->created ||
        rnp_signature_is_valid(handle.get(), 0) != RNP_SUCCESS) {
      continue;
    }
    if (revokes) {
      found.revocations.push_back(*info);
    } else if (!found.statement || info->created >= found.statement->created) {
      found.statement = info;
    }
  }
  return found;
}

RightSignatures self_signatures(const Component& component, const Fingerprint& primary, rnp_key_handle_t key) {
  return self_signatures(component, primary,
                         [&](std::size_t i, auto handle) { return rnp_key_get_signature_at(key, i, handle); });
}

void set_revocation(Key& key, const std::vector<SignatureInfo>& revocations) {
  for (const SignatureInfo& revocation : revocations) {
    Revocation reason = reason_of(revocation);
    if (reason == Revocation::no_longer_valid) reason = Revocation::no_reason;
    const int more = gravity(reason) - gravity(key.revocation);
    if (more < 0 || (more == 0 && revocation.created >= key.revoked_at)) continue;
    key.revocation = reason;
    key.revoked_at = revocation.created;
  }
}

std::int64_t end_of(const Key& key, const SignatureInfo& statement) {
  return statement.key_lifetime == 0 ? 0 : key.created + statement.key_lifetime;
}

struct Identity {
  UserId user_id;
  std::optional<SignatureInfo> statement;
};

Identity inspect_user_id(const Component& component, RightSignatures own) {
  Identity identity{{.text = component.body}, std::move(own.statement)};
  const auto newest = std::ranges::max_element(own.revocations, {}, &SignatureInfo::created);
  UserId& user_id = identity.user_id;
  user_id.revoked =
      newest != own.revocations.end() && (!identity.statement || newest->created >= identity.statement->created);
  user_id.valid = identity.statement && !user_id.revoked;
  if (user_id.revoked) {
    user_id.revocation = reason_of(*newest);
    user_id.revoked_at = newest->created;
  }
  return identity;
}

// Of the valid user IDs the primary one; where none is valid, the newest that is self-signed, or nullptr.
Identity* primary_of(std::vector<Identity>& identities) {
  const auto rank = [](const Identity& identity) {
    return std::tuple(identity.user_id.valid, identity.user_id.valid && identity.statement->primary_user_id,
                      identity.statement->created);
  };
  Identity* best = nullptr;
  for (Identity& identity : identities) {
    if (identity.statement && (!best || rank(identity) > rank(*best))) best = &identity;
  }
  return best;
}

void apply(Key& primary, const Component& component, const RightSignatures& own, const Identity* identity) {
  set_revocation(primary, own.revocations);
  std::optional<int> flags;
  for (const auto* statement : {&own.statement, identity ? &identity->statement : nullptr}) {
    if (!statement || !*statement) continue;
    primary.valid = true;
    const std::int64_t end = end_of(primary, **statement);
    if (end != 0 && (primary.expires == 0 || end < primary.expires)) primary.expires = end;
    if (!flags) flags = (*statement)->key_flags;
  }
  set_uses(primary, component, primary.valid ? flags.value_or(all_uses) : 0);
}

Key inspect_subkey(rnp_key_handle_t handle, const Component& component, const RightSignatures& own) {
  Key key = inspect_key(handle);
  set_revocation(key, own.revocations);
  if (!own.statement) return key;
  key.valid = true;
  key.expires = end_of(key, *own.statement);
  set_uses(key, component, own.statement->key_flags.value_or(encrypts));
  return key;
}

// RNP's own copy, which has components and signatures in the order in which RNP counts them.
Result<Certificate> copy_of(rnp_key_handle_t primary) {
  const MemoryOutput output;
  if (rnp_key_export(primary, output.get(), RNP_KEY_EXPORT_PUBLIC | RNP_KEY_EXPORT_SUBKEYS) != RNP_SUCCESS)
    throw std::bad_alloc();
  return Certificate::parse(output.bytes());
}

// Of the subkeys from number `next` on, which is moved behind it; null if it is not there.
KeyHandle next_subkey(rnp_key_handle_t primary, const Fingerprint& fingerprint, std::size_t& next) {
  const std::size_t count = get_count(rnp_key_get_subkey_count, primary);
  while (next < count) {
    KeyHandle subkey;
    rnp_key_get_subkey_at(primary, next++, out(subkey));
    if (subkey && fingerprint_of(subkey.get()) == fingerprint) return subkey;
  }
  return nullptr;
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
  return result;
}

CertificateInfo inspect_certificate(rnp_key_handle_t primary) {
  CertificateInfo info;
  info.primary = inspect_key(primary);
  const auto certificate = copy_of(primary);
  if (!certificate) return info;
  const Component& first = certificate->components.front();
  std::vector<Identity> identities;
  std::size_t uids = 0;  // user attributes too
  std::size_t subkeys = 0;
  for (const Component& component : certificate->components) {
    if (component.tag == packet_user_attribute) {
      ++uids;
    } else if (component.tag == packet_user_id) {
      UidHandle uid;
      rnp_key_get_uid_handle_at(primary, uids++, out(uid));
      identities.push_back(inspect_user_id(
          component, self_signatures(component, certificate->fingerprint, [&](std::size_t i, auto handle) {
            return rnp_uid_get_signature_at(uid.get(), i, handle);
          })));
    } else if (component.tag == packet_public_subkey) {
      const KeyHandle subkey = next_subkey(primary, fingerprint_of_key(component.body), subkeys);
      if (!subkey) continue;
      info.subkeys.push_back(
          inspect_subkey(subkey.get(), component, self_signatures(component, certificate->fingerprint, subkey.get())));
    }
  }
  Identity* identity = primary_of(identities);
  if (identity && identity->user_id.valid) identity->user_id.primary = true;
  apply(info.primary, first, self_signatures(first, certificate->fingerprint, primary), identity);
  for (Identity& each : identities) info.user_ids.push_back(std::move(each.user_id));
  return info;
}

CertificateInfo adopt_certificate(rnp_key_handle_t primary) {
  CertificateInfo info = inspect_certificate(primary);
  const std::uint32_t lifetime = get_number(rnp_key_get_expiration, primary);
  const std::int64_t end = lifetime ? info.primary.created + lifetime : 0;
  const bool any_valid = std::ranges::any_of(info.user_ids, &UserId::valid);
  if (end == info.primary.expires || !any_valid) return info;
  std::size_t texts = info.user_ids.size();
  for (std::size_t i = get_count(rnp_key_get_uid_count, primary); i > 0; --i) {
    UidHandle uid;
    std::uint32_t type = 0;
    rnp_key_get_uid_handle_at(primary, i - 1, out(uid));
    if (!uid || rnp_uid_get_type(uid.get(), &type) != RNP_SUCCESS) continue;
    const bool counts = type == RNP_USER_ID && info.user_ids[--texts].valid;
    if (!counts) rnp_uid_remove(primary, uid.get());
  }
  return info;
}

}  // namespace sm::rnp
