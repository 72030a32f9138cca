#include "text/zbase32.hpp"

#include <cstdint>

namespace sm {

std::string zbase32(std::string_view bytes) {
  constexpr std::string_view alphabet = "ybndrfg8ejkmcpqxot1uwisza345h769";
  std::string text((bytes.size() * 8 + 4) / 5, '\0');
  auto at = text.begin();
  // Five bytes are eight digits.
  for (; bytes.size() >= 5; bytes.remove_prefix(5)) {
    std::uint64_t group = 0;
    for (std::size_t i = 0; i < 5; ++i) group = group << 8 | static_cast<unsigned char>(bytes[i]);
    for (int shift = 35; shift >= 0; shift -= 5) *at++ = alphabet[group >> shift & 31];
  }
  unsigned value = 0;
  int bits = 0;
  for (const char byte : bytes) {
    value = value << 8 | static_cast<unsigned char>(byte);
    for (bits += 8; bits >= 5; bits -= 5) *at++ = alphabet[value >> (bits - 5) & 31];
  }
  if (bits > 0) *at = alphabet[value << (5 - bits) & 31];
  return text;
}

}  // namespace sm
