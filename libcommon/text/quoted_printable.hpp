// Quoted-printable (RFC 2045 §6.7), in pieces.
#pragma once

#include <string>
#include <string_view>

namespace sm {

// Encoder for text: a line end of the input is written as `eol`; everything else that RFC 2045 §6.7 or a signature
// (RFC 3156 §3) can't carry is escaped: 8bit, controls, a CR alone, white space at the end of a line, the F of a "From
// " that begins a line that is written. Lines are at most 76 characters.
class QuotedPrintableEncoder {
 public:
  explicit QuotedPrintableEncoder(std::string_view eol) : eol_(eol) {}
  // Input line ends are LF or CRLF. Appends to `out`.
  void put(std::string_view bytes, std::string& out);
  // Appends the rest, without a line end after it.
  void finish(std::string& out);

 private:
  void add(std::string_view encoded, std::string& out);
  void add_escaped(char byte, std::string& out);
  void release_held(std::string& out);
  void end_line(std::string& out);
  std::string eol_;
  std::string line_;  // encoded, not yet written: at most 76 characters
  std::string held_;  // white space, a CR, or both, whose fate the next byte decides
};

// Decoder: tolerant (RFC 2045 §6.7 "robust"): a "=" that begins no escape stands for itself; either case of digits;
// white space before a line end or the end goes (a run of more than limits::line_bytes stays); a "=" before the end
// goes, as the line end that belongs to it may have been the boundary's. Line ends pass as they come.
class QuotedPrintableDecoder {
 public:
  void put(std::string_view text, std::string& out);
  void finish(std::string& out);
  // Whether there was a "=" that begins no escape.
  bool damaged() const { return damaged_; }

 private:
  bool step(char c, std::string& out);
  void release_held(std::string& out);
  std::string held_;  // "=", perhaps with one digit; or white space with or without "=" before it and CR behind it
  bool damaged_ = false;
};

}  // namespace sm
