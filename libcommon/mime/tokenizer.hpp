// Tokenizer: a MIME message (RFC 5322, RFC 2045, RFC 2046) as a sequence of tokens over its raw bytes, in bounded
// memory. A pull parser: next() returns one token. The raw bytes of all tokens, in order, are exactly the input,
// whatever the input is; what it can't take as MIME it takes as text and says so (Finding).
//
// Lines end with LF or CRLF. A CR alone is a line end only in a message whose first line ends with one. Inside a
// multipart the line end before a delimiter belongs to the delimiter (RFC 2046 §5.1.1), so a body token never ends with
// it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/filters.hpp"
#include "io/stream.hpp"
#include "mime/header.hpp"

namespace sm::mime {

enum class PartKind {
  leaf,       // anything whose body is not looked into
  multipart,  // multipart/* with a usable boundary
  message,    // message/rfc822 or message/global without a transfer encoding: one child, the message in it
};

// What a header says of its part; filled when the header has ended.
struct PartHeader {
  PartKind kind = PartKind::leaf;
  Parameterized content_type;  // value "text/plain" (or "message/rfc822" in a multipart/digest, RFC 2046 §5.1.5) where
                               // absent or malformed
  bool has_content_type = false;
  Encoding encoding = Encoding::identity;
  bool names_8bit = false;  // as 8bit or binary
  std::string boundary;     // of a multipart: without trailing white space, of printable characters
};

struct Token {
  enum class Kind {
    mbox_line,   // a first line "From …" of an mbox, with its line end
    header,      // a line of a header (or a piece of a long one), with its line end
    separator,   // the blank line after a header; a header that ends without one has an empty separator
    body,        // bytes of a leaf's body
    text,        // preamble or epilogue of a multipart
    delimiter,   // the line end before it, the delimiter line, its line end; that of a closing one is text, or the next
                 // delimiter's
    part_begin,  // no bytes: a part begins, its header follows; the message is part 0
    part_end,    // no bytes
    end,         // no bytes: the message is over; repeated for ever
  };
  Kind kind = Kind::end;
  int part = 0;                        // number of the part in order of appearance
  int parent = -1;                     // its parent's number
  int depth = 0;                       // 0 is the message
  std::string_view raw;                // valid until the next call
  std::uint64_t offset = 0;            // of raw in the input
  bool closing = false;                // delimiter: the closing one, "--boundary--"
  const PartHeader* header = nullptr;  // separator: what the header said; valid until the part ends
};

// What was wrong with a message, and where; codes are stable: mime.<what>.
struct Finding {
  std::string code;
  int part = 0;
  std::uint64_t offset = 0;
};

class Tokenizer {
 public:
  // `source` must outlive it. With `entity`, it is no whole message, and a first line "From …" is not of an mbox.
  explicit Tokenizer(Source& source, bool entity = false);
  Tokenizer(Tokenizer&&) noexcept;
  ~Tokenizer();

  // Fails with the source's errors and with mime.header-too-long (data) only, then always the same. Tokens do not
  // depend on how much the source gives at a time; a body token is as long as the buffer allows.
  Result<Token> next();

  // The line end of the first line; LF if there is none.
  Eol first_eol() const;
  // What was found so far; at most 100 are kept.
  const std::vector<Finding>& findings() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sm::mime
