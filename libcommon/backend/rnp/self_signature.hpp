// Self-signatures (RFC 9580 §5.2.1, §10.1) that are composed here, since RNP can't revoke a user ID or change which one
// is primary, and drops what it does not know of a signature that it renews: certifications of user IDs, direct-key
// signatures, bindings of subkeys and revocations, all of version 4. A renewed one keeps every subpacket of its
// predecessor but those that are to change.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/rnp/signing_key.hpp"
#include "base/result.hpp"

namespace sm::rnp {

// RFC 9580 §5.2.1.
enum SignatureType : int {
  certification_first = 0x10,
  positive_certification = 0x13,
  certification_last = 0x13,
  subkey_binding = 0x18,
  primary_key_binding = 0x19,
  direct_key = 0x1f,
  key_revocation = 0x20,
  subkey_revocation = 0x28,
  certification_revocation = 0x30,
};

// RFC 9580 §5.2.3.7.
enum SubpacketType : int {
  signature_creation_time = 2,
  signature_expiration_time = 3,
  key_expiration_time = 9,
  issuer_key_id = 16,
  primary_user_id = 25,
  key_flags = 27,
  reason_for_revocation = 29,
  features = 30,
  embedded_signature = 32,
  issuer_fingerprint = 33,
};

struct Subpacket {
  int type = 0;
  bool critical = false;
  std::string data;
};

// What a signature says, before it is made. Its creation time and issuer are added when it is.
class SignatureTemplate {
 public:
  explicit SignatureTemplate(int type) : type_(type) {}
  // From the body of a version 4 signature packet; nullopt if it can't be read to its end.
  static std::optional<SignatureTemplate> of(std::string_view body);

  int type() const { return type_; }
  void set_type(int type) { type_ = type; }
  // The hashed subpacket of this type, nullptr if there is none; of several the last, as GnuPG and RNP have it.
  const Subpacket* find(int type) const;
  std::uint32_t number(int type) const;  // four octets, 0 if there is none
  bool flag(int type) const;             // one octet that is not 0
  void remove(int type);                 // from both areas
  void set(int type, std::string data);  // in the hashed area, not critical, instead of others of this type
  void set_number(int type, std::uint32_t value);

  // The body of a signature packet by `signer` at `created` over `context` (of the functions below).
  std::string signed_by(const SigningKey& signer, std::int64_t created, std::string_view context) const;

 private:
  int type_;
  std::vector<Subpacket> hashed_;
  std::vector<Subpacket> unhashed_;
};

// What is hashed before the signature's own fields (RFC 9580 §5.2.4). Public parts are bodies of public key packets.
std::string key_context(std::string_view public_part);
// A user ID or user attribute, by the tag of its packet.
std::string identity_context(std::string_view public_part, int tag, std::string_view body);
std::string subkey_context(std::string_view primary_part, std::string_view subkey_part);

}  // namespace sm::rnp
