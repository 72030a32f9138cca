#include "backend/rnp/key_material.hpp"

#include <algorithm>

namespace sm::rnp {

const std::uint8_t* octets(std::string_view bytes) {
  return reinterpret_cast<const std::uint8_t*>(bytes.data());
}

std::string_view Fields::take(std::size_t size) {
  good = good && size <= rest.size();
  if (!good) return {};
  const std::string_view field = rest.substr(0, size);
  rest.remove_prefix(size);
  return field;
}

std::size_t Fields::octet() {
  const std::string_view field = take(1);
  return field.empty() ? 0 : static_cast<unsigned char>(field[0]);
}

std::string_view Fields::mpi() {
  const std::size_t high = octet();
  return take(((high << 8 | octet()) + 7) / 8);
}

std::string_view Fields::sized() {
  return take(octet());
}

std::string dotted(std::string_view encoded) {
  std::string text;
  std::uint32_t part = 0;
  for (const char c : encoded) {
    const auto octet = static_cast<unsigned char>(c);
    if (part >> 24) return {};
    part = part << 7 | (octet & 0x7f);
    if (octet & 0x80) continue;
    if (text.empty()) {
      const std::uint32_t first = std::min<std::uint32_t>(part / 40, 2);
      text = std::to_string(first) + '.' + std::to_string(part - 40 * first);
    } else {
      text += '.' + std::to_string(part);
    }
    part = 0;
  }
  return text;
}

const char* botan_hash(int id) {
  switch (id) {
    case 8:
      return "SHA-256";
    case 9:
      return "SHA-384";
    case 10:
      return "SHA-512";
    default:
      return nullptr;
  }
}

}  // namespace sm::rnp
