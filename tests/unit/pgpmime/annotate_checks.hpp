// What must hold of every annotated message; unit tests and the fuzz target share it.
#pragma once

#include <string>
#include <string_view>

#include "io/descriptor.hpp"
#include "mime/outline.hpp"
#include "pgpmime/annotate.hpp"
#include "text/ascii.hpp"

namespace sm::test {

// A field as some reader may see one: the name behind any line end, white space or controls, a colon.
inline std::size_t fields_seen(std::string_view header) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < header.size(); ++at) {
    if (at > 0 && header[at - 1] != '\n' && header[at - 1] != '\r') continue;
    if (!starts_with_ignoring_case(header.substr(at), "sm-verdict")) continue;
    const std::size_t colon = header.find_first_not_of(" \t", at + 10);
    if (colon != std::string_view::npos && header[colon] == ':') ++count;
  }
  return count;
}

// From `at` up to the first line that is empty to us.
inline std::string_view up_to_empty_line(std::string_view text, bool lone_cr) {
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view line = text.substr(at);
    if (line.starts_with('\n') || line.starts_with("\r\n") || (lone_cr && line.starts_with('\r')))
      return text.substr(0, at);
    const std::size_t end = lone_cr ? line.find_first_of("\r\n") : line.find('\n');
    if (end == std::string_view::npos) break;
    at += end + (line.substr(end).starts_with("\r\n") ? 2 : 1);
  }
  return text;
}

inline std::string annotate(const std::string& message, const std::string& field_body) {
  Document document = Document::from_string(message);
  auto map = pgpmime::map_headers(document);
  if (!map) return "map_headers failed";
  const std::string field = "SM-Verdict: " + field_body + std::string(eol_text(map->eol));
  const auto source = pgpmime::annotated(document, std::move(*map), field);
  auto text = read_all(*source, 1 << 26);
  return text ? *text : "reading failed";
}

// A message without a single field: ours makes a header where there was none, so that what follows may be read anew.
inline bool headless(const std::string& message) {
  Document document = Document::from_string(message);
  const auto outline = mime::scan(document);
  if (!outline) return false;
  for (const mime::Field& field : outline->top().fields)
    if (!field.name.empty()) return false;
  return true;
}

// What a reader makes of its parts; empty if it can't be read.
inline std::string structure(const std::string& message) {
  Document document = Document::from_string(message);
  const auto outline = mime::scan(document);
  if (!outline) return {};
  std::string text;
  for (const mime::Part& part : outline->parts) {
    text += std::to_string(part.depth) + ' ' + part.header.content_type.value + ' ' +
            std::to_string(static_cast<int>(part.header.encoding)) + (part.closed ? "\n" : " open\n");
  }
  return text;
}

// Empty if all rules hold, else the one that is broken.
inline std::string broken_annotation(const std::string& message) {
  const std::string once = annotate(message, "none; program=test");
  Document document = Document::from_string(once);
  const auto map = pgpmime::map_headers(document);
  if (!map) return "the result can't be read";
  const std::string field = "SM-Verdict: none; program=test" + std::string(eol_text(map->eol));
  const std::size_t begin = map->headers.front().begin;
  std::size_t at = once.find(field, begin);
  while (at != std::string::npos && at > begin && once[at - 1] != '\n' && once[at - 1] != '\r')
    at = once.find(field, at + 1);
  if (at == std::string::npos) return "the field is not there";
  const bool lone_cr = map->eol == Eol::cr;
  const std::string_view top = std::string_view(once).substr(begin);
  if (fields_seen(up_to_empty_line(top, lone_cr)) != 1) return "not exactly one field on top";
  const bool again = !headless(message);
  for (const Extent& header : map->headers) {
    if (!again) break;
    const std::string_view text = std::string_view(once).substr(header.begin, header.size());
    const std::size_t expected = header.begin == begin ? 1 : 0;
    if (fields_seen(up_to_empty_line(text, lone_cr)) != expected) return "a field in the header of a part";
  }
  // The verdict is on the structure that came in.
  const std::string before = structure(message);
  if (again && !before.empty() && structure(once) != before) return "the structure is another";
  if (again && annotate(once, "none; program=test") != once) return "a second time changes something";
  // Nothing else changes; a first line that is all of the message, and begins with white space, gets its line end.
  std::string without = once;
  // Before an empty line that is a LF, a field that ends with CR gets CRLF.
  const bool joined = lone_cr && without.compare(at + field.size(), 1, "\n") == 0;
  without.erase(at, field.size() + (joined ? 1 : 0));
  const bool ended = without == message + std::string(eol_text(map->eol));
  if (lower(message).find("sm-verdict") == std::string::npos && without != message && !ended)
    return "bytes have changed";
  return {};
}

}  // namespace sm::test
