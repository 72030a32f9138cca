#include "backend/rnp/judge.hpp"

#include <algorithm>
#include <vector>

#include "backend/rnp/inspect.hpp"

namespace sm::rnp {

bool is_self_signature(const SignaturePacket& signature, const Fingerprint& primary, int first, int last) {
  return signature.info && signature.info->version == 4 && signature.info->type >= first &&
         signature.info->type <= last && issued_by(*signature.info, primary);
}

std::optional<CertificateInfo> Judge::load(std::string_view certificate, const Fingerprint& fingerprint) {
  if (!ffi_) {
    ffi_ = make_ffi(clock_.now());
  } else {
    unload(ffi_.get());
    rnp_set_timestamp(ffi_.get(), static_cast<std::uint64_t>(clock_.now()));
  }
  if (!load_certificate(ffi_.get(), certificate)) return std::nullopt;
  const KeyHandle key = locate(ffi_.get(), fingerprint);
  if (!key) return std::nullopt;
  return inspect_certificate(key.get());
}

std::optional<CertificateInfo> Judge::load(const Certificate& certificate) {
  return load(certificate.bytes(), certificate.fingerprint);
}

// Of the certificate that was loaded last, which has one user ID or user attribute.
bool Judge::has_valid_identity(const Fingerprint& fingerprint) const {
  const KeyHandle key = locate(ffi_.get(), fingerprint);
  if (!key) return false;
  UidHandle identity;
  rnp_key_get_uid_handle_at(key.get(), 0, out(identity));
  return identity && get_flag(rnp_uid_is_valid, identity.get());
}

bool Judge::is_right_certification(const Certificate& certifier, const Certificate& certified) {
  if (!load(certifier) || !load_certificate(ffi_.get(), certified.bytes())) return false;
  const KeyHandle key = locate(ffi_.get(), certified.fingerprint);
  if (!key) return false;
  UidHandle identity;
  rnp_key_get_uid_handle_at(key.get(), 0, out(identity));
  if (!identity) return false;
  SignatureHandle signature;
  rnp_uid_get_signature_at(identity.get(), 0, out(signature));
  return signature && rnp_signature_is_valid(signature.get(), 0) == RNP_SUCCESS;
}

const SignaturePacket* Judge::newest(const Certificate& certificate, const Component& component, int first, int last) {
  std::vector<const SignaturePacket*> candidates;
  for (const SignaturePacket& signature : component.signatures) {
    if (is_self_signature(signature, certificate.fingerprint, first, last)) candidates.push_back(&signature);
  }
  // Of two of one second the last, as GnuPG and RNP have it.
  std::ranges::reverse(candidates);
  std::ranges::stable_sort(candidates,
                           [](const auto* a, const auto* b) { return a->info->created > b->info->created; });
  const bool primary = &component == &certificate.components.front();
  for (const SignaturePacket* candidate : candidates) {
    Certificate trial{certificate.fingerprint, {certificate.components.front()}};
    trial.components.front().signatures.clear();
    if (!primary) trial.components.push_back({component.tag, component.body, {}});
    trial.components.back().signatures.push_back(*candidate);
    const auto info = load(trial);
    if (!info) continue;
    const bool right = primary                 ? info->primary.valid
                       : info->subkeys.empty() ? has_valid_identity(certificate.fingerprint)
                                               : info->subkeys.front().valid;
    if (right) return candidate;
  }
  return nullptr;
}

}  // namespace sm::rnp
