// Bodies in another transfer encoding (RFC 2045 §6), as Sources. Lines that are written end with CRLF.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/document.hpp"
#include "io/filters.hpp"
#include "text/base64.hpp"
#include "text/quoted_printable.hpp"

namespace sm::mime {

// An extent with its line ends as CRLF.
class ConvertedRange final : public Source {
 public:
  ConvertedRange(Document& document, Extent extent, bool lone_cr)
      : range_(document, extent), converted_(range_, Eol::crlf, lone_cr) {}
  Result<std::size_t> read(std::span<char> buffer) override { return converted_.read(buffer); }

 private:
  Range range_;
  EolSource converted_;
};

// Coders: put() and finish() append what they write, as those of text/ do.

// Quoted-printable of lines with CRLF ends. A line that would be taken for a delimiter of one of `boundaries` (a soft
// line break may make one) gets its first character escaped.
class QuotedPrintableCoder {
 public:
  explicit QuotedPrintableCoder(std::vector<std::string> boundaries);
  void put(std::string_view bytes, std::string& out);
  void finish(std::string& out);

 private:
  QuotedPrintableEncoder encoder_;
  std::vector<std::string> boundaries_;
  std::string lines_;
};

// Quoted-printable that decodes to the same bytes as the quoted-printable that comes in (lines with CRLF ends), but
// that a signature can carry: what is 8bit, a control or a "=" of no escape is escaped, white space at the end of a
// line goes (it is padding, RFC 2045 §6.7 (3)), long lines are broken. Escapes stay, so that an escaped line end stays
// one.
class QuotedPrintableRepair {
 public:
  explicit QuotedPrintableRepair(std::vector<std::string> boundaries);
  void put(std::string_view text, std::string& out);
  void finish(std::string& out);

 private:
  bool step(char c);
  void add(std::string_view token);
  void add_byte(char c);
  void release_held();
  void end_line(bool soft);

  std::vector<std::string> boundaries_;
  std::string lines_;
  std::string line_;  // encoded, not in lines_ yet
  std::string held_;  // as QuotedPrintableDecoder's
};

// Base64, without a line end after the last line.
class Base64Coder {
 public:
  void put(std::string_view bytes, std::string& out);
  void finish(std::string& out);

 private:
  void release(std::string& out);
  Base64Encoder encoder_{"\r\n"};
  std::string lines_;
};

// Base64 of the bytes that the base64 that comes in stands for.
class Base64Repair {
 public:
  void put(std::string_view text, std::string& out);
  void finish(std::string& out);

 private:
  Base64Decoder decoder_;
  Base64Coder coder_;
  std::string bytes_;
};

template <class Coder>
class RecodedSource final : public Source {
 public:
  RecodedSource(std::unique_ptr<Source> from, Coder coder) : from_(std::move(from)), coder_(std::move(coder)) {}

  Result<std::size_t> read(std::span<char> buffer) override {
    while (position_ == out_.size() && !ended_ && !buffer.empty()) {
      out_.clear();
      position_ = 0;
      if (!in_) in_ = std::make_unique_for_overwrite<char[]>(piece);
      const std::size_t got = SM_TRY(from_->read({in_.get(), piece}));
      ended_ = got == 0;
      if (ended_) {
        coder_.finish(out_);
      } else {
        coder_.put({in_.get(), got}, out_);
      }
    }
    const std::size_t size = out_.copy(buffer.data(), buffer.size(), position_);
    position_ += size;
    return size;
  }

 private:
  static constexpr std::size_t piece = 32 * 1024;
  std::unique_ptr<Source> from_;
  Coder coder_;
  std::unique_ptr<char[]> in_;
  std::string out_;
  std::size_t position_ = 0;
  bool ended_ = false;
};

}  // namespace sm::mime
