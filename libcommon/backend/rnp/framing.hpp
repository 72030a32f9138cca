// As much of the packet format (RFC 9580 §5.2) as the backend must see itself: the public half of a secret key, and
// what a signature says of itself.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/key_packet.hpp"
#include "crypto/packets.hpp"

namespace sm::rnp {

// A packet of definite length, new format.
std::string make_packet(int tag, std::string_view body);

// The public half of a transferable secret key: its packets with the secret parts left out.
std::string public_certificate(std::string_view secret_key);

// A signature packet's body (§5.2.2, §5.2.3), versions 3 and 4.
struct SignatureInfo {
  int version = 0;
  int type = 0;
  int algorithm = 0;
  int hash = 0;
  std::int64_t created = 0;
  std::int64_t expires = 0;       // 0 is never
  std::int64_t key_lifetime = 0;  // of the key that it is about, in seconds from its creation; 0 is never
  std::optional<int> key_flags;   // the first octet (§5.2.3.29)
  bool primary_user_id = false;
  int revocation_reason = 0;       // §5.2.3.31; 0 also if it gives none
  std::string issuer;              // key ID, 16 digits, or empty
  std::string issuer_fingerprint;  // or empty
  std::string identity;            // all of the body but what anybody may change (the unhashed subpackets)
};
std::optional<SignatureInfo> parse_signature(std::string_view body);
// The two areas of subpackets in a version 4 signature's body, and what stands behind them.
struct SignatureAreas {
  std::string_view hashed;
  std::string_view unhashed;
  std::string_view end;
};
std::optional<SignatureAreas> signature_areas(std::string_view body);
// The subpackets of an area (RFC 9580 §5.2.3.7) in their order, until one is cut short: then false. `type` has the bit
// that says "critical".
bool for_each_subpacket(std::string_view area, const std::function<void(int type, std::string_view data)>& take);
// Whether `signature` names this key as its issuer.
bool issued_by(const SignatureInfo& signature, const Fingerprint& key);

}  // namespace sm::rnp
