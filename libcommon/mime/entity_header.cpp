#include "mime/entity_header.hpp"

#include <utility>

#include "text/ascii.hpp"

namespace sm::mime {
namespace {

constexpr std::string_view crlf = "\r\n";

// White space before a line end goes to the next line, except at the end.
std::string clean_lines(std::string_view raw, bool lone_cr) {
  std::string out;
  std::string space;
  std::string line;
  const auto end_line = [&] {
    std::size_t kept = line.size();
    while (kept > 0 && is_blank(line[kept - 1])) --kept;
    space += line.substr(kept);
    line.resize(kept);
    if (kept > 0) out.append(line).append(crlf);
    line.clear();
  };
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const char c = raw[i];
    const bool with_lf = c == '\r' && i + 1 < raw.size() && raw[i + 1] == '\n';
    if (c == '\n' || with_lf || (c == '\r' && lone_cr)) {
      if (with_lf) ++i;
      end_line();
    } else {
      // What a line begins with, if not text, may be white space of the lines before.
      if (line.empty() && !space.empty()) line = std::exchange(space, {});
      const bool lone = c == '\r' && (i + 1 == raw.size() || !is_blank(raw[i + 1]));
      if (c == '\0' || lone) {
        line += ' ';
      } else if (c != '\r') {
        line += c;
      }
    }
  }
  if (!line.empty()) end_line();
  return out;
}

std::string encoding_field(Encoding encoding) {
  const std::string_view value = encoding == Encoding::base64             ? "base64"
                                 : encoding == Encoding::quoted_printable ? "quoted-printable"
                                                                          : "7bit";
  return std::string("Content-Transfer-Encoding: ").append(value).append(crlf);
}

std::string type_with_charset(const Field& field, bool lone_cr, std::string_view charset) {
  std::string out = clean_field(field, lone_cr);
  out.resize(out.size() - crlf.size());
  while (out.ends_with(';')) out.pop_back();
  out.append(";\r\n charset=").append(charset);
  const Parameterized result = parse_content_type(std::string_view(out).substr(out.find(':') + 1));
  const std::string* const written = result.find("charset");
  if (result.value == "text/plain" && !result.damaged && written != nullptr && *written == charset) {
    return out.append(crlf);
  }
  // Nothing can be appended to it, as it ends inside a comment or a quoted string.
  return std::string("Content-Type: text/plain; charset=").append(charset).append(crlf);
}

}  // namespace

std::string clean_field(const Field& field, bool lone_cr) {
  std::string out = clean_lines(field.raw, lone_cr);
  // "From :", as RFC 5322 §4.5 once allowed, would look like the first line of a message in an mbox.
  if (out.starts_with("From ") && !field.name.empty()) out.erase(4, out.find(':') - 4);
  return out;
}

std::string make_content_header(std::string_view text, bool lone_cr, bool body_8bit, bool valid_utf8) {
  const Header header = parse_header(text, lone_cr);
  std::string out;
  if (header.find("Content-Type") == nullptr) {
    const std::string_view charset = !body_8bit ? "us-ascii" : valid_utf8 ? "utf-8" : "unknown-8bit";
    out.append("Content-Type: text/plain; charset=").append(charset).append(crlf);
    if (body_8bit && header.find("Content-Transfer-Encoding") == nullptr) {
      out.append("Content-Transfer-Encoding: 8bit").append(crlf);
    }
  }
  for (const Field& field : header.fields) {
    if (field.is_content()) out += clean_field(field, lone_cr);
  }
  return out;
}

std::string edited_header(std::string_view text, bool lone_cr, const HeaderEdit& edit) {
  const Header header = parse_header(text, lone_cr);
  const bool has_encoding = header.find("Content-Transfer-Encoding") != nullptr;
  const Field* const type = header.find("Content-Type");
  std::string out;
  bool encoding_written = false;
  bool dropping = false;
  for (const Field& field : header.fields) {
    if (field.name.empty()) {
      const std::string line = clean_field(field, lone_cr);
      // With such a line go its continuations, which would become those of the field before. What is left of ">From "
      // alone would end the header.
      if (!is_blank(field.raw.front())) dropping = !line.starts_with(">From ");
      if (!dropping) out += line;
      continue;
    }
    dropping = false;
    if (edit.encoding && field.is("Content-Transfer-Encoding")) {
      if (!encoding_written) out += encoding_field(*edit.encoding);
      encoding_written = true;
    } else if (&field == type) {
      out += edit.charset.empty() ? clean_field(field, lone_cr) : type_with_charset(field, lone_cr, edit.charset);
      if (edit.encoding && !has_encoding) out += encoding_field(*edit.encoding);
    } else {
      out += clean_field(field, lone_cr);
    }
  }
  if (type == nullptr) {
    if (!edit.charset.empty()) {
      out.append("Content-Type: text/plain; charset=").append(edit.charset).append(crlf);
    }
    if (edit.encoding && !has_encoding) out += encoding_field(*edit.encoding);
  }
  return out;
}

}  // namespace sm::mime
