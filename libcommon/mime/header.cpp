#include "mime/header.hpp"

#include <algorithm>

#include "text/ascii.hpp"

namespace sm::mime {
namespace {

constexpr std::size_t fold_column = 76;

// The end of the line that begins at `at`, its line end included.
std::size_t line_end(std::string_view text, std::size_t at, bool lone_cr) {
  const std::size_t found = lone_cr ? text.find_first_of("\r\n", at) : text.find('\n', at);
  if (found == std::string_view::npos) return text.size();
  const bool crlf = text[found] == '\r' && found + 1 < text.size() && text[found + 1] == '\n';
  return found + (crlf ? 2 : 1);
}

std::string_view without_line_end(std::string_view line, bool lone_cr) {
  if (line.ends_with("\r\n")) return line.substr(0, line.size() - 2);
  if (line.ends_with('\n') || (lone_cr && line.ends_with('\r'))) return line.substr(0, line.size() - 1);
  return line;
}

// Where the name of the field in `line` ends; npos if it is no field. RFC 5322 §2.2: 33 to 126 without the colon.
std::size_t name_end(std::string_view line) {
  std::size_t end = 0;
  while (end < line.size() && line[end] > ' ' && line[end] < 0x7F && line[end] != ':') ++end;
  const std::size_t colon = line.find_first_not_of(" \t", end);
  if (end == 0 || colon == std::string_view::npos || line[colon] != ':') return std::string_view::npos;
  return end;
}

}  // namespace

std::size_t comment_end(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  for (; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '(') {
      ++depth;
    } else if (text[at] == ')' && --depth == 0) {
      return at + 1;
    }
  }
  return std::string_view::npos;
}

std::size_t quoted_string_end(std::string_view text, std::size_t at, std::string& content) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '"') return at + 1;
    if (text[at] == '\\' && at + 1 < text.size()) ++at;
    content += text[at];
  }
  return std::string_view::npos;
}

bool Field::is(std::string_view other) const {
  return equal_ignoring_case(name, other);
}

bool Field::is_content() const {
  return starts_with_ignoring_case(name, "Content-");
}

std::string unfold(std::string_view body) {
  std::string out;
  out.reserve(body.size());
  for (std::size_t i = 0; i < body.size(); ++i) {
    const char c = body[i];
    if (c == '\0') {
      out += ' ';
    } else if (c == '\r' || c == '\n') {
      if (c == '\r' && i + 1 < body.size() && body[i + 1] == '\n') ++i;
      if (i + 1 >= body.size() || !is_blank(body[i + 1])) out += ' ';
    } else {
      out += c;
    }
  }
  return std::string(trim(out));
}

const Field* Header::find(std::string_view name) const {
  const auto found = std::ranges::find_if(fields, [&](const Field& field) { return field.is(name); });
  return found == fields.end() ? nullptr : &*found;
}

std::size_t Header::count(std::string_view name) const {
  return static_cast<std::size_t>(std::ranges::count_if(fields, [&](const Field& field) { return field.is(name); }));
}

Header parse_header(std::string_view text, bool lone_cr) {
  Header header;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = line_end(text, begin, lone_cr);
    const std::string_view line = text.substr(begin, end - begin);
    const bool continues = is_blank(line[0]) && !header.fields.empty() && !header.fields.back().name.empty();
    if (continues) {
      Field& field = header.fields.back();
      const auto offset = [&](std::string_view part) { return static_cast<std::size_t>(part.data() - text.data()); };
      field.raw = text.substr(offset(field.raw), end - offset(field.raw));
      field.body = without_line_end(text.substr(offset(field.body), end - offset(field.body)), lone_cr);
    } else if (const std::size_t length = name_end(line); length != std::string_view::npos) {
      const std::size_t colon = line.find(':', length);
      header.fields.push_back({line, line.substr(0, length), without_line_end(line.substr(colon + 1), lone_cr)});
    } else {
      ++header.strays;
      header.fields.push_back({line, {}, without_line_end(line, lone_cr)});
    }
    begin = end;
  }
  return header;
}

bool hides_field(const Header& header, std::string_view name) {
  for (const Field& field : header.fields) {
    for (std::size_t at = field.raw.find('\r'); at != std::string_view::npos; at = field.raw.find('\r', at + 1)) {
      const std::string_view line = field.raw.substr(at + 1);
      if (starts_with_ignoring_case(line, name) && trim(line.substr(name.size())).starts_with(':')) return true;
    }
  }
  return false;
}

std::string fold_field(std::string_view name, std::string_view body, std::string_view eol) {
  std::string out(name);
  out += ": ";
  body = trim(body);
  std::size_t column = out.size();
  bool first = true;
  while (!body.empty()) {
    const std::size_t word = std::min(body.find_first_not_of(" \t"), body.size());
    const std::size_t end = std::min(body.find_first_of(" \t", word), body.size());
    if (!first && column + end > fold_column) {
      out += eol;
      column = 0;
    }
    out += body.substr(0, end);
    column += end;
    first = false;
    body.remove_prefix(end);
  }
  return out += eol;
}

}  // namespace sm::mime
