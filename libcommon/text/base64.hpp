// Base64 (RFC 4648 §4), whole and in pieces.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sm {

// Standard alphabet, padded, no line breaks.
std::string base64_encode(std::string_view bytes);

// Strict: standard alphabet, padding where it belongs, no white space, spare bits zero (RFC 4648 §3.5), so that no two
// texts decode to the same bytes. nullopt otherwise.
std::optional<std::string> base64_decode(std::string_view text);

// Streaming encoder that breaks lines (RFC 2045 §6.8): `columns` characters (a multiple of 4), then `eol`.
class Base64Encoder {
 public:
  explicit Base64Encoder(std::string_view eol, std::size_t columns = 76) : eol_(eol), columns_(columns) {}
  // Appends to `out`.
  void put(std::string_view bytes, std::string& out);
  // Appends the rest, and an `eol` if the last line is not empty.
  void finish(std::string& out);

 private:
  std::string eol_;
  std::size_t columns_;
  std::size_t column_ = 0;  // characters in the present line
  std::array<char, 3> held_{};
  std::size_t held_size_ = 0;  // 0 to 2 bytes
};

// Streaming decoder of a base64 body (RFC 2045 §6.8): characters outside the alphabet are skipped, padding ends the
// data.
class Base64Decoder {
 public:
  void put(std::string_view text, std::string& out);
  // Appends what remains; an incomplete quantum of one character is dropped.
  void finish(std::string& out);
  // Whether anything but the alphabet, white space and the last padding was seen, or the end was incomplete.
  bool damaged() const { return damaged_; }

 private:
  unsigned value_ = 0;  // of the digits of an incomplete quantum
  int digits_ = 0;      // 0 to 3
  bool ended_ = false;  // by padding
  int padding_ = 0;     // signs "=" still to come
  bool damaged_ = false;
};

}  // namespace sm
