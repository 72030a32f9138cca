// Packets of certificates that nobody has signed: smvks looks at their framing only.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "backend/idn/idn.hpp"
#include "crypto/armor.hpp"
#include "crypto/key_packet.hpp"
#include "crypto/packets.hpp"

namespace sm::test {

// RFC 9580 §4.2.1: the current format, a length of one octet. Precondition: a body below 192 octets.
inline std::string packet(int tag, std::string_view body) {
  std::string raw{static_cast<char>(0xC0 | tag), static_cast<char>(body.size())};
  return raw.append(body);
}

inline std::string key_body(char which, char version = 4) {
  return std::string{version, 0, 0, 0, which, 1} + std::string(20, which);
}
inline Fingerprint fingerprint(char which) {
  return fingerprint_of_key(key_body(which));
}

// A primary key, its user IDs, a subkey, all with something in place of their signatures.
inline std::string certificate(char primary, char subkey, std::initializer_list<std::string_view> user_ids = {}) {
  std::string bytes = packet(packet_public_key, key_body(primary));
  for (const std::string_view user_id : user_ids)
    bytes += packet(packet_user_id, user_id) + packet(packet_signature, "\x04\x13");
  return bytes + packet(packet_public_subkey, key_body(subkey)) + packet(packet_signature, "\x04\x18");
}

inline std::string armored(std::string_view bytes) {
  return armor(ArmorKind::public_key, bytes);
}

}  // namespace sm::test
