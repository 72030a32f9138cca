#include "mime/writer.hpp"

#include <algorithm>
#include <array>

#include "base/primitives.hpp"
#include "text/hex.hpp"

namespace sm::mime {

std::string make_boundary() {
  std::array<char, 16> bytes;
  random_bytes(bytes);
  return "=_" + hex_lower({bytes.data(), bytes.size()});
}

std::string replace_content(const Header& header, std::string_view content, std::string_view eol) {
  const bool content_before = std::ranges::any_of(header.fields, &Field::is_content);
  const bool has_version = header.find("MIME-Version") != nullptr;
  std::string out;
  bool content_written = false;
  bool version_written = false;
  const auto end_line = [&] {
    if (!out.empty() && out.back() != '\n' && !(eol == "\r" && out.back() == '\r')) out += eol;
  };
  const auto write_content = [&] {
    end_line();
    if (!has_version) out.append("MIME-Version: 1.0").append(eol);
    out += content;
    content_written = true;
  };
  for (const Field& field : header.fields) {
    if (field.is_content()) {
      if (!content_written) write_content();
      continue;
    }
    if (field.is("MIME-Version")) {
      if (version_written) continue;
      version_written = true;
    }
    end_line();
    out += field.raw;
  }
  if (!content_before) write_content();
  end_line();
  return out;
}

}  // namespace sm::mime
