// What must hold for every input, whatever it is; for the tests over whole suites and for the fuzz target.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "io/descriptor.hpp"
#include "io/memory.hpp"
#include "mime/transform.hpp"
#include "text/ascii.hpp"
#include "text/base64.hpp"
#include "text/printable.hpp"
#include "text/quoted_printable.hpp"

namespace sm::test {

// Gives one byte at a time.
class Drip final : public Source {
 public:
  explicit Drip(std::string_view bytes) : rest_(bytes) {}
  Result<std::size_t> read(std::span<char> buffer) override {
    if (rest_.empty() || buffer.empty()) return 0;
    buffer[0] = rest_.front();
    rest_.remove_prefix(1);
    return 1;
  }

 private:
  std::string_view rest_;
};

struct OwnedToken {
  mime::Token::Kind kind;
  int part;
  int parent;
  int depth;
  std::string raw;
  std::uint64_t offset;
  bool closing;
  bool operator==(const OwnedToken&) const = default;
};

// All tokens but the last; what it failed with, if it did.
struct Tokens {
  std::vector<OwnedToken> list;
  std::string error;
  bool operator==(const Tokens&) const = default;
};

inline Tokens tokens_of(Source& source) {
  Tokens tokens;
  mime::Tokenizer tokenizer(source);
  for (;;) {
    const auto token = tokenizer.next();
    if (!token) {
      tokens.error = token.error().code;
      return tokens;
    }
    if (token->kind == mime::Token::Kind::end) return tokens;
    tokens.list.push_back({token->kind, token->part, token->parent, token->depth, std::string(token->raw),
                           token->offset, token->closing});
  }
}

inline Tokens tokens_of(std::string_view input) {
  StringSource source(input);
  return tokens_of(source);
}

inline std::string all_of(Source& source) {
  auto text = read_all(source, SIZE_MAX);
  return text ? *text : "error " + text.error().code;
}

inline std::string slice(std::string_view input, Extent extent) {
  return std::string(input.substr(extent.begin, extent.size()));
}

inline std::string with_crlf(std::string_view text, bool lone_cr) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    if (text[i] == '\n' || (text[i] == '\r' && lone_cr)) {
      out += "\r\n";
    } else {
      out += text[i];
    }
  }
  return out;
}

inline std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find("\r\n");
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
  }
  return lines;
}

inline bool is_opaque_type(std::string_view type) {
  return type == "multipart/signed" || type == "multipart/encrypted" || type == "application/pkcs7-mime" ||
         type == "application/x-pkcs7-mime";
}

inline bool inside_opaque(const mime::Outline& outline, int number) {
  for (; number >= 0; number = outline.parts[static_cast<std::size_t>(number)].parent) {
    const mime::Part& part = outline.parts[static_cast<std::size_t>(number)];
    const bool binary_leaf = part.header.kind == mime::PartKind::leaf && part.header.encoding == mime::Encoding::binary;
    if ((is_opaque_type(part.header.content_type.value) && !binary_leaf) || part.cut) return true;
  }
  return false;
}

// A leaf that may not be encoded, or that nobody can decode.
inline bool is_kept(const mime::Part& part) {
  const std::string& type = part.header.content_type.value;
  if (part.header.encoding == mime::Encoding::unknown) return true;
  const bool encoded =
      part.header.encoding == mime::Encoding::base64 || part.header.encoding == mime::Encoding::quoted_printable;
  return !encoded &&
         (type.starts_with("multipart/") || (type.starts_with("message/") && !type.starts_with("message/global")));
}

inline bool is_fragile(const mime::Part& part) {
  return part.has_8bit || part.has_nul || part.has_lone_cr || part.has_trailing_space || part.has_leading_from ||
         part.longest_line > 998;
}

inline std::string decoded(std::string_view text, mime::Encoding encoding) {
  std::string out;
  if (encoding == mime::Encoding::quoted_printable) {
    QuotedPrintableDecoder decoder;
    decoder.put(text, out);
    decoder.finish(out);
  } else if (encoding == mime::Encoding::base64) {
    Base64Decoder decoder;
    decoder.put(text, out);
    decoder.finish(out);
  } else {
    out = text;
  }
  return out;
}

// Each flag of a leaf, found in the plainest way.
inline bool flags_are_right(const mime::Part& part, std::string_view body, bool lone_cr) {
  const std::string canonical = with_crlf(body, lone_cr);
  bool trailing = false;
  bool from = false;
  bool cr = false;
  std::size_t longest = 0;
  for (const std::string& line : lines_of(canonical)) {
    trailing |= !line.empty() && is_blank(line.back());
    from |= line.starts_with("From ");
    cr |= line.find('\r') != std::string::npos;
    longest = std::max(longest, line.size());
  }
  const auto eight = [](char c) { return (c & 0x80) != 0; };
  return part.has_8bit == std::ranges::any_of(body, eight) &&
         part.has_nul == (body.find('\0') != std::string_view::npos) && part.has_trailing_space == trailing &&
         part.has_leading_from == from && part.has_lone_cr == cr && part.longest_line == longest &&
         part.valid_utf8 == is_utf8(body) && (part.has_bare_line_end || canonical == body);
}

inline std::string broken_tokens(std::string_view input, const Tokens& tokens) {
  using Kind = mime::Token::Kind;
  std::string joined;
  std::vector<int> open;
  int next = 0;
  for (const OwnedToken& token : tokens.list) {
    if (token.offset != joined.size()) return "token offset";
    joined += token.raw;
    if (token.kind == Kind::mbox_line) continue;
    if (token.kind == Kind::part_begin) {
      if (token.part != next++ || token.parent != (open.empty() ? -1 : open.back())) return "part number";
      open.push_back(token.part);
    }
    if (open.empty() || open.back() != token.part || token.depth + 1 != static_cast<int>(open.size())) return "nesting";
    if (token.kind == Kind::part_end) open.pop_back();
    const bool may_be_empty =
        token.kind == Kind::part_begin || token.kind == Kind::part_end || token.kind == Kind::separator;
    if (token.raw.empty() && !may_be_empty) return "empty token";
  }
  if (tokens.error.empty() && (joined != input || !open.empty())) return "raw bytes";
  Drip drip(input);
  if (tokens_of(drip) != tokens) return "tokens of single bytes";
  return {};
}

inline std::string broken_outline(std::string_view input, const mime::Outline& outline) {
  if (outline.parts.empty()) return "no part";
  if (slice(input, outline.parts[0].header_bytes) != outline.header) return "top header";
  for (std::size_t i = 0; i < outline.parts.size(); ++i) {
    const mime::Part& part = outline.parts[i];
    const bool ordered = part.header_bytes.begin <= part.header_bytes.end && part.header_bytes.end <= part.body.begin &&
                         part.body.begin <= part.body.end && part.body.end <= input.size();
    if (!ordered) return "extents of a part";
    if (part.whole != Extent{part.header_bytes.begin, part.body.end}) return "whole";
    std::uint64_t position = part.body.begin;
    for (const int child : part.children) {
      const mime::Part& inner = outline.parts[static_cast<std::size_t>(child)];
      if (inner.parent != static_cast<int>(i) || inner.depth != part.depth + 1) return "parent";
      if (part.header.kind == mime::PartKind::multipart) {
        if (inner.delimiter.begin < position || inner.delimiter.end != inner.whole.begin) return "delimiter";
      }
      if (inner.whole.begin < position || inner.whole.end > part.body.end) return "child's extent";
      position = inner.whole.end;
    }
    const bool leaf = part.header.kind == mime::PartKind::leaf;
    if (leaf && !flags_are_right(part, slice(input, part.body), outline.lone_cr)) return "flags";
    if (leaf && !part.children.empty()) return "leaf with children";
  }
  return {};
}

inline std::string broken_seven_bit(std::string_view input, Document& document, const mime::Outline& before) {
  mime::SevenBit transform(document, before);
  const std::string output = all_of(*transform.open());
  if (output != all_of(*transform.open())) return "second reading";
  Document out = Document::from_string(output);
  const auto scanned = mime::scan(out);
  // Line ends grow.
  if (!scanned) return scanned.error().code == "mime.header-too-long" ? "" : "scan of the output";
  const mime::Outline& after = *scanned;
  if (after.parts.size() != before.parts.size()) return "number of parts";
  for (std::size_t i = 0; i < after.parts.size(); ++i) {
    const mime::Part& a = before.parts[i];
    const mime::Part& b = after.parts[i];
    if (a.parent != b.parent || a.header.kind != b.header.kind || a.cut != b.cut) return "tree";
    if (a.header.content_type.value != b.header.content_type.value) return "types";
    if (inside_opaque(after, static_cast<int>(i))) continue;
    const bool leaf = b.header.kind == mime::PartKind::leaf;
    const bool empty_multipart = b.header.kind == mime::PartKind::multipart && b.children.empty();
    if (is_fragile(b) && !empty_multipart && !(leaf && is_kept(b))) return "fragile content";
    const bool ambiguous = std::ranges::any_of(after.parts, [&](const mime::Part& other) {
      const std::string& boundary = b.header.boundary;
      return &other != &b && !other.closed &&
             (other.header.boundary == boundary || other.header.boundary == boundary + "--");
    });
    if (b.header.kind == mime::PartKind::multipart && !b.closed && !empty_multipart && !ambiguous) return "unclosed";
    const std::string header = slice(output, b.header_bytes);
    for (const std::string& line : lines_of(header)) {
      if (line.empty() || is_blank(line.back()) || line.starts_with("From ")) return "header line";
      if (line.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) return "control in header";
    }
    if (!leaf) continue;
    const bool recoded = a.header.encoding != b.header.encoding && b.header.encoding != mime::Encoding::identity;
    if (recoded && b.longest_line > 76) return "length of encoded lines";
    const std::string raw = slice(input, a.body);
    const std::string canonical = with_crlf(raw, before.lone_cr);
    const std::string want =
        a.header.encoding == mime::Encoding::binary && !is_kept(a) ? raw : decoded(canonical, a.header.encoding);
    const std::string got = decoded(slice(output, b.body), b.header.encoding);
    // Mislabelled binary data keep their bytes.
    if (got != want && !(b.header.encoding == mime::Encoding::base64 && got == raw)) return "content";
  }
  const std::string again = all_of(*mime::SevenBit(out, after).open());
  if (again != output) return "second transform";
  return {};
}

inline std::string broken_canonical(std::string_view input, const mime::Outline& outline) {
  std::string want = mime::content_header(outline) + "\r\n";
  std::uint64_t position = outline.parts[0].body.begin;
  for (const mime::Part& part : outline.parts) {
    if (part.header.kind != mime::PartKind::leaf || part.header.encoding != mime::Encoding::binary) continue;
    want += with_crlf(slice(input, {position, part.body.begin}), outline.lone_cr) + slice(input, part.body);
    position = part.body.end;
  }
  want += with_crlf(slice(input, {position, input.size()}), outline.lone_cr);
  for (const bool drip : {false, true}) {
    StringSource whole(input);
    Drip bytes(input);
    auto entity = mime::CanonicalEntity::begin(drip ? static_cast<Source&>(bytes) : whole, "/var/tmp");
    if (!entity) return outline.empty && entity.error().code == "mime.empty" ? "" : "begin";
    if (outline.empty) return "not empty";
    if (entity->header() != outline.header || entity->mbox_line() != slice(input, outline.mbox_line))
      return "beginning";
    if (all_of(entity->entity(entity->content_header())) != want) return "entity";
    if (entity->eol() != outline.eol) return "line end";
  }
  return {};
}

// What does not hold for `input`; empty if all does.
inline std::string broken_rule(std::string_view input) {
  const Tokens tokens = tokens_of(input);
  if (std::string broken = broken_tokens(input, tokens); !broken.empty()) return broken;
  Document document = Document::from_string(std::string(input));
  const auto outline = mime::scan(document);
  if (!outline) return outline.error().code == tokens.error ? "" : "scan";
  if (std::string broken = broken_outline(input, *outline); !broken.empty()) return "outline: " + broken;
  if (std::string broken = broken_seven_bit(input, document, *outline); !broken.empty()) return "7bit: " + broken;
  if (std::string broken = broken_canonical(input, *outline); !broken.empty()) return "canonical: " + broken;
  const Extent last = outline->parts.back().whole;
  const auto alone = mime::scan(document, last);
  if (!alone || alone->parts[0].whole != last) return "a part alone";
  return {};
}

}  // namespace sm::test
