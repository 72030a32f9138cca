#include "mime/outline.hpp"

#include <algorithm>
#include <map>

#include "mime/body_scan.hpp"

namespace sm::mime {
namespace {

void note(const BodyScan& scan, Part& part) {
  part.has_8bit = scan.has_8bit();
  part.has_nul = scan.has_nul();
  part.has_lone_cr = scan.has_lone_cr();
  part.has_trailing_space = scan.has_trailing_space();
  part.has_leading_from = scan.has_leading_from();
  part.has_bare_lf_and_crlf = scan.has_mixed_line_ends();
  part.has_bare_line_end = scan.has_bare_line_end();
  part.longest_line = scan.longest_line();
  part.valid_utf8 = scan.valid_utf8();
}

Result<Outline> scan_source(Source& source, std::uint64_t begin, bool entity) {
  Outline outline;
  Tokenizer tokenizer(source, entity);
  std::map<int, BodyScan> scans;  // of the open parts that have text of their own
  Extent last_delimiter;
  for (;;) {
    const Token token = SM_TRY(tokenizer.next());
    const Extent extent{begin + token.offset, begin + token.offset + token.raw.size()};
    if (token.kind == Token::Kind::end) break;
    if (token.kind == Token::Kind::mbox_line) {
      outline.mbox_line = extent;
      continue;
    }
    if (token.kind == Token::Kind::part_begin) {
      Part part;
      part.parent = token.parent;
      part.depth = token.depth;
      part.whole = part.header_bytes = {extent.begin, extent.begin};
      if (token.parent >= 0) {
        Part& parent = outline.parts[static_cast<std::size_t>(token.parent)];
        parent.children.push_back(token.part);
        if (parent.header.kind == PartKind::multipart) part.delimiter = last_delimiter;
      }
      outline.parts.push_back(std::move(part));
      continue;
    }
    Part& part = outline.parts[static_cast<std::size_t>(token.part)];
    switch (token.kind) {
      case Token::Kind::header:
        part.header_bytes.end = extent.end;
        if (token.part == 0) outline.header += token.raw;
        part.header_8bit = part.header_8bit || std::ranges::any_of(token.raw, [](char c) { return (c & 0x80) != 0; });
        break;
      case Token::Kind::separator:
        part.header = *token.header;
        part.closed = part.header.kind != PartKind::multipart;
        part.body = {extent.end, extent.end};
        break;
      case Token::Kind::text:
        part.cut = part.cut || (!part.children.empty() && !part.closed);
        [[fallthrough]];
      case Token::Kind::body:
        scans[token.part].put(token.raw, tokenizer.first_eol() == Eol::cr);
        break;
      case Token::Kind::delimiter:
        last_delimiter = extent;
        // A preamble and an epilogue have no line in common.
        if (const auto scan = scans.find(token.part); scan != scans.end()) scan->second.finish();
        if (token.closing) {
          part.closing = extent;
          part.closed = true;
        }
        break;
      case Token::Kind::part_end: {
        part.body.end = extent.end;
        part.whole.end = extent.end;
        const auto scan = scans.find(token.part);
        if (scan == scans.end()) break;
        scan->second.finish();
        note(scan->second, part);
        scans.erase(scan);
        break;
      }
      default:
        break;
    }
  }
  outline.eol = tokenizer.first_eol();
  outline.lone_cr = outline.eol == Eol::cr;
  outline.empty = outline.parts[0].header_bytes.size() == 0 && outline.parts[0].body.size() == 0;
  outline.findings = tokenizer.findings();
  for (Finding& finding : outline.findings) finding.offset += begin;
  return outline;
}

}  // namespace

Result<Outline> scan(Document& document) {
  Range range(document, document.all());
  return scan_source(range, 0, false);
}

Result<Outline> scan(Document& document, Extent extent) {
  Range range(document, extent);
  return scan_source(range, extent.begin, true);
}

std::vector<std::string> boundaries_around(const Outline& outline, int number) {
  std::vector<std::string> boundaries;
  for (int around = outline.part(number).parent; around >= 0; around = outline.part(around).parent) {
    const PartHeader& header = outline.part(around).header;
    if (header.kind == PartKind::multipart) boundaries.push_back(header.boundary);
  }
  return boundaries;
}

}  // namespace sm::mime
