#include "text/printable.hpp"

#include "text/ascii.hpp"

namespace sm {
namespace {

// The character that `text`, which is not empty, begins with; length 0 if it begins with no well-formed one.
struct Character {
  char32_t code = 0;
  std::size_t length = 0;
};

Character first_character(std::string_view text) {
  const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = octet(0);
  if (lead < 0x80) return {lead, 1};
  // RFC 3629 §4: C0, C1 and F5 to FF never begin a character; the first trailing byte excludes what is longer than need
  // be (E0, F0), surrogates (ED) and what lies beyond U+10FFFF (F4).
  if (lead < 0xC2 || lead > 0xF4) return {};
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (text.size() < length) return {};
  const unsigned char lowest = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned char highest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (octet(1) < lowest || octet(1) > highest) return {};
  char32_t code = lead & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((octet(i) & 0xC0) != 0x80) return {};
    code = code << 6 | (octet(i) & 0x3Fu);
  }
  return {code, length};
}

bool is_harmful(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code <= 0x9F) ||  // C0, DEL, C1
         code == 0x2028 || code == 0x2029 ||               // line and paragraph separator
         code == 0x061C || code == 0x200E || code == 0x200F || (code >= 0x202A && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069) ||  // all of Unicode's Bidi_Control
         code == 0xFEFF;                        // byte order mark
}

void append_octet(std::string& out, std::string_view introducer, const char* digits, char byte) {
  const auto value = static_cast<unsigned char>(byte);
  out += introducer;
  out += digits[value >> 4];
  out += digits[value & 15];
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character character = first_character(text);
    const std::size_t length = character.length > 0 ? character.length : 1;
    if (character.length == 0 || is_harmful(character.code)) {
      for (const char byte : text.substr(0, length)) append_octet(out, "\\x", "0123456789abcdef", byte);
    } else if (character.code == '\\') {
      out += "\\\\";
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return out;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = first_character(text).length;
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string percent_escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_alpha(c) || is_digit(c) || std::string_view("-._@:/+").find(c) != std::string_view::npos) {
      out += c;
    } else {
      append_octet(out, "%", "0123456789ABCDEF", c);
    }
  }
  return out;
}

}  // namespace sm
