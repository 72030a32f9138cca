// RNP's judgement of certificates, one after the other: what they say, and which of their self-signatures counts.
#pragma once

#include <optional>
#include <string_view>

#include "backend/rnp/certificate.hpp"
#include "backend/rnp/ffi.hpp"
#include "base/clock.hpp"

namespace sm::rnp {

// Whether it names `primary` as its issuer and is of one of these types (RFC 9580 §5.2.1), version 4.
bool is_self_signature(const SignaturePacket& signature, const Fingerprint& primary, int first, int last);

class Judge {
 public:
  explicit Judge(const Clock& clock) : clock_(clock) {}
  std::int64_t now() const { return clock_.now(); }
  // nullopt: RNP can make nothing of it.
  std::optional<CertificateInfo> load(std::string_view certificate, const Fingerprint& fingerprint);
  std::optional<CertificateInfo> load(const Certificate& certificate);
  // The newest of the component's signatures by the primary key, of these types, that RNP takes as right; nullptr if
  // there is none. `component` must be one of `certificate`'s.
  const SignaturePacket* newest(const Certificate& certificate, const Component& component, int first, int last);

  // Whether the one signature on the one user ID of `certified` is right, and made by the primary key of `certifier`.
  bool is_right_certification(const Certificate& certifier, const Certificate& certified);

 private:
  bool has_valid_identity(const Fingerprint& fingerprint) const;

  const Clock& clock_;
  Ffi ffi_;
};

}  // namespace sm::rnp
