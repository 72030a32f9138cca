#include "text/hex.hpp"

#include "text/ascii.hpp"

namespace sm {
namespace {

std::string encode(std::string_view bytes, const char* digits) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    text += digits[value >> 4];
    text += digits[value & 15];
  }
  return text;
}

}  // namespace

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string hex_lower(std::string_view bytes) {
  return encode(bytes, "0123456789abcdef");
}
std::string hex_upper(std::string_view bytes) {
  return encode(bytes, "0123456789ABCDEF");
}

std::optional<std::string> hex_decode(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high << 4 | low);
  }
  return bytes;
}

std::string hex_digits(std::string_view text) {
  if (starts_with_ignoring_case(text, "0x")) text.remove_prefix(2);
  std::string digits;
  for (const char c : text) {
    if (is_space(c)) continue;
    if (hex_digit(c) < 0) return {};
    digits += to_upper(c);
  }
  return digits;
}

}  // namespace sm
