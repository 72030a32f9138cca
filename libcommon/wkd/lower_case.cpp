#include "wkd/lower_case.hpp"

#include "text/ascii.hpp"

namespace sm::wkd {
namespace {

// The Unicode Character Database's simple mappings, of the blocks from Latin-1 to Cyrillic.
char32_t lower_of(char32_t c) {
  const auto within = [c](char32_t first, char32_t last) { return c >= first && c <= last; };
  if (c == 0x212A) return 'k';  // KELVIN SIGN
  if (within(0xC0, 0xDE) && c != 0xD7) return c + 0x20;
  if (c == 0x130) return 'i';
  if (c == 0x178) return 0xFF;
  const bool even_upper = within(0x100, 0x137) || within(0x14A, 0x177) || within(0x460, 0x481) || within(0x48A, 0x4BF);
  const bool odd_upper = within(0x139, 0x148) || within(0x179, 0x17E);
  if ((even_upper && c % 2 == 0) || (odd_upper && c % 2 == 1)) return c + 1;
  if (c == 0x386) return 0x3AC;
  if (within(0x388, 0x38A)) return c + 0x25;
  if (within(0x391, 0x3AB) && c != 0x3A2) return c + 0x20;
  if (within(0x400, 0x40F)) return c + 0x50;
  if (within(0x410, 0x42F)) return c + 0x20;
  return c;
}

void append_utf8(std::string& text, char32_t c) {
  const auto put = [&](char32_t octet) { text += static_cast<char>(octet); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xC0 | c >> 6);
  } else {
    put(0xE0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3F));
  }
  put(0x80 | (c & 0x3F));
}

}  // namespace

std::string unicode_lower(std::string_view text) {
  const auto octet = [&](std::size_t at) {
    return at < text.size() ? static_cast<char32_t>(static_cast<unsigned char>(text[at])) : U'\0';
  };
  const auto continues = [&](std::size_t at) { return (octet(at) & 0xC0) == 0x80; };
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    if ((octet(i) & 0xE0) == 0xC0 && continues(i + 1)) {
      append_utf8(result, lower_of((octet(i) & 0x1F) << 6 | (octet(i + 1) & 0x3F)));
      i += 2;
    } else if ((octet(i) & 0xF0) == 0xE0 && continues(i + 1) && continues(i + 2)) {
      append_utf8(result, lower_of((octet(i) & 0xF) << 12 | (octet(i + 1) & 0x3F) << 6 | (octet(i + 2) & 0x3F)));
      i += 3;
    } else {
      result += to_lower(text[i++]);
    }
  }
  return result;
}

}  // namespace sm::wkd
