// Outline: the bounded table of contents of a message: for each part where its header and body lie, and what in it
// would not survive a signature. Made by one pass of the Tokenizer; the second pass reads ranges.
#pragma once

#include <string>
#include <vector>

#include "io/document.hpp"
#include "mime/tokenizer.hpp"

namespace sm::mime {

struct Part {
  int parent = -1;
  int depth = 0;
  PartHeader header;
  Extent header_bytes;  // fields, without the separator
  Extent body;   // after the separator, to the line end that belongs to the next delimiter (without it), or to the end
  Extent whole;  // header_bytes.begin to body.end: the bytes of this entity (what a signature over it covers)
  std::vector<int> children;
  Extent delimiter;    // of a child of a multipart: the delimiter before it; else empty
  Extent closing;      // of a multipart: its closing delimiter, empty if there was none
  bool closed = true;  // multipart: its closing delimiter was there
  bool cut = false;    // multipart: parts beyond limits::mime_parts lie in it as text

  // Of the body of a leaf, and of preamble and epilogue of a multipart. Header bytes are in `header_8bit`.
  bool has_8bit = false;
  bool has_nul = false;
  bool has_lone_cr = false;
  bool has_trailing_space = false;    // white space before a line end, or at the end of the body
  bool has_leading_from = false;      // "From " at the beginning of a line
  bool has_bare_lf_and_crlf = false;  // more than one kind of line ends
  bool has_bare_line_end = false;     // a line end that is not CRLF
  std::uint64_t longest_line = 0;     // bytes without the line end
  bool valid_utf8 = true;
  bool header_8bit = false;
};

struct Outline {
  std::vector<Part> parts;  // parts[0] is the message; order of appearance
  Extent mbox_line;         // empty if there is none
  std::string header;       // bytes of parts[0].header_bytes: the top header is in memory
  Eol eol = Eol::lf;        // of the first line
  bool lone_cr = false;     // eol == cr: a CR alone ends a line
  bool empty = false;       // neither a header field nor a body (a blank line at most)
  std::vector<Finding> findings;

  Header top() const { return parse_header(header, lone_cr); }
  // By its number, which must be one.
  const Part& part(int number) const { return parts.at(static_cast<std::size_t>(number)); }
};

// Boundaries of the multiparts around the part, the innermost first: their delimiters would be seen in its body.
std::vector<std::string> boundaries_around(const Outline& outline, int number);

// Fails with the document's errors and with mime.header-too-long.
Result<Outline> scan(Document& document);
// Of a part of a document: the extent is read as a message of its own (no mbox line); offsets are those of the
// document.
Result<Outline> scan(Document& document, Extent extent);

}  // namespace sm::mime
