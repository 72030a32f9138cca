// Radix-64 (RFC 4880 §6): base64 in lines and its checksum, at the speed of an encryption that must not wait for them.
// With SSSE3 and carry-less multiplication where the processor has them, else with tables.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sm {

// CRC-24 (RFC 9580 §6.1.1).
class Crc24 {
 public:
  void add(std::string_view bytes);
  // Its three bytes, as they are written in base64.
  std::string value() const;

 private:
  std::uint32_t crc_ = 0xB704CE00u;  // in the upper 24 bits
};

inline constexpr std::size_t radix64_line = 48;  // bytes in a line of 64 characters

// Appends `bytes`, whole lines of them, to `out`; each line ends with `eol`.
void encode_radix64_lines(std::string_view bytes, std::string_view eol, std::string& out);

}  // namespace sm
