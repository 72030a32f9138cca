// Inline OpenPGP: the form that mail had before PGP/MIME, and still has, in which armor simply stands in the text of a
// part. A clear-signed text (RFC 9580 §7) is readable as it is: a line that says so, the hashes, an empty line, the
// text in which lines that begin with "-" are escaped, and the signature in armor. A message in armor (§6.2) is
// encrypted, or signed and perhaps compressed.
//
// Whatever stands around a block is covered by nothing, and readers show both alike: so what matters is not only which
// blocks a text holds but whether it holds anything else.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/document.hpp"

namespace sm::pgpmime {

// Offsets are those of the text that was scanned.
struct InlineBlock {
  enum class Kind {
    clear_signed,
    message,
    signature,  // detached, of something else
  };
  Kind kind = Kind::message;
  Extent whole;         // from its first line to its last, without the line end of that
  Extent text;          // clear_signed: the text as it stands, without the line end before the signature
  Extent armor;         // what dearmor() reads: of the message or signature
  std::string charset;  // message: the armor header Charset, as written; empty if there is none
  // It begins and ends as it should, but something in it is none of a block's: an unknown header, text where base64 has
  // to be, a line that looks like armor in the signed text.
  bool malformed = false;
};

struct InlineText {
  // In order. A block without its end is none, unless a signature had begun: that one is malformed.
  std::vector<InlineBlock> blocks;
  bool too_many = false;  // more than InlineScanner::max_blocks; those are not in `blocks`
  bool bare = true;       // nothing but blocks and white space
};

// Finds the blocks of a text that is put in pieces, in bounded memory. Lines end with LF or CRLF; an armor line begins
// at the beginning of its line (so that a quoted block is none) and may have white space behind it. A byte order mark
// before the first line is white space.
class InlineScanner {
 public:
  static constexpr std::size_t max_blocks = 101;
  static constexpr std::size_t max_armor_headers = 8;   // lines of a block; more make it malformed
  static constexpr std::size_t max_armor_header = 128;  // bytes of each

  void put(std::string_view text);
  InlineText finish();

 private:
  enum class State { outside, signed_head, signed_text, armor_head, armor_data };
  void end_line(bool last);
  void take_line(std::string_view line, Extent extent);
  void outside(std::string_view line, Extent extent);
  void take_armor(std::string_view line, Extent extent);
  void begin(InlineBlock::Kind kind, State state, Extent extent);
  void end_block(std::uint64_t end);
  void drop();

  InlineText result_;
  State state_ = State::outside;
  InlineBlock block_;
  std::string tail_;              // armor line that ends the block
  std::size_t headers_ = 0;       // armor headers of the block so far
  std::uint64_t text_end_ = 0;    // of the signed text if the signature began here
  std::string line_;              // its beginning
  std::uint64_t line_begin_ = 0;  // offset
  std::uint64_t line_size_ = 0;   // bytes so far, without LF
  bool line_blank_ = true;
};

Result<InlineText> scan_inline(Source& text);

// The bytes that a signature over a clear-signed text covers (RFC 9580 §7.2): lines without their dash escape and
// without white space at their end, CRLF between them and none behind the last. `text` is InlineBlock::text.
// pgpmime.white-space (data): more white space at the end of a line than limits::line_bytes.
class SignedText final : public Source {
 public:
  explicit SignedText(std::unique_ptr<Source> text) : from_(std::move(text)) {}
  Result<std::size_t> read(std::span<char> buffer) override;

 private:
  Result<void> take(char c);

  enum class At { line_start, dash, inside };  // `dash`: behind a "-" that begins a line and may escape it
  std::unique_ptr<Source> from_;
  std::string in_;
  std::string out_;
  std::size_t position_ = 0;
  std::string held_;  // white space that may be at the end of a line
  At at_ = At::line_start;
  bool end_ = false;
  std::optional<Error> error_;
};

}  // namespace sm::pgpmime
