#include "maildir/name.hpp"

#include <charconv>

namespace sm::maildir {

namespace {

// Where the digits of ",S=1234" begin; npos without it. The flags begin at the last colon.
std::size_t find_field(std::string_view name, char field) {
  const std::string_view fields = name.substr(0, name.rfind(':'));
  const std::size_t at = fields.find(std::string{',', field, '='});
  return at == std::string_view::npos ? at : at + 3;
}

std::size_t field_end(std::string_view name, std::size_t at) {
  return std::min(name.find_first_of(",:", at), name.size());
}

}  // namespace

void Sizes::add(std::string_view bytes, bool& after_cr) {
  file += bytes.size();
  with_crlf += bytes.size();
  for (const char c : bytes) {
    if (c == '\n' && !after_cr) ++with_crlf;
    after_cr = c == '\r';
  }
}

std::string_view unique_part(std::string_view name) {
  return name.substr(0, name.find_first_of(",:"));
}

std::optional<std::uint64_t> size_in(std::string_view name, char field) {
  const std::size_t at = find_field(name, field);
  if (at == std::string_view::npos) return std::nullopt;
  const char* const end = name.data() + field_end(name, at);
  std::uint64_t value = 0;
  const auto parsed = std::from_chars(name.data() + at, end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return value;
}

std::string with_sizes(std::string_view name, const Sizes& sizes) {
  std::string result(name);
  const auto set = [&](char field, std::uint64_t value) {
    if (!size_in(result, field)) return;
    const std::size_t at = find_field(result, field);
    result.replace(at, field_end(result, at) - at, std::to_string(value));
  };
  set('S', sizes.file);
  set('W', sizes.with_crlf);
  return result;
}

}  // namespace sm::maildir
