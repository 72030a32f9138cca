// What a signature or a transport would not leave as it is (RFC 3156 §3, RFC 2045 §2.7), found in a body that comes in
// pieces.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace sm::mime {

// Well-formed UTF-8 (RFC 3629), in pieces.
class Utf8Scan {
 public:
  void put(std::string_view bytes);
  // Whether all was well-formed; an incomplete last character is not.
  bool valid() const { return valid_ && missing_ == 0; }

 private:
  bool valid_ = true;
  int missing_ = 0;              // trailing bytes to come
  unsigned char lowest_ = 0x80;  // bounds of the next one
  unsigned char highest_ = 0xBF;
};

class BodyScan {
 public:
  // With `lone_cr` a CR alone is a line end. It may change only before the first line end.
  void put(std::string_view bytes, bool lone_cr);
  // To be called at the end of the body, or of a section of it; what is read below holds from then on.
  void finish();

  bool has_8bit() const { return has_8bit_; }
  bool has_nul() const { return has_nul_; }
  // A CR that is no line end.
  bool has_lone_cr() const { return has_lone_cr_; }
  bool has_trailing_space() const { return has_trailing_space_; }
  bool has_leading_from() const { return has_leading_from_; }
  bool has_mixed_line_ends() const { return lf_ + crlf_ + cr_ > 1; }
  bool has_bare_line_end() const { return lf_ || cr_; }
  std::uint64_t longest_line() const { return longest_line_; }
  bool valid_utf8() const { return utf8_.valid(); }

 private:
  void extend(std::string_view text);
  void append(std::string_view text);
  void resolve_cr();
  void end_line();

  bool lone_cr_ends_ = false;
  bool has_8bit_ = false;
  bool has_nul_ = false;
  bool has_lone_cr_ = false;
  bool has_trailing_space_ = false;
  bool has_leading_from_ = false;
  bool lf_ = false;
  bool crlf_ = false;
  bool cr_ = false;
  std::uint64_t longest_line_ = 0;
  Utf8Scan utf8_;

  // The line so far, without a CR that may belong to its end.
  std::uint64_t length_ = 0;
  std::array<char, 5> head_{};
  char last_ = 0;
  bool cr_held_ = false;
};

}  // namespace sm::mime
