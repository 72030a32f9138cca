#include "mtasts/fields.hpp"

#include <algorithm>

#include "text/ascii.hpp"

namespace sm::mtasts {
namespace {

bool is_letter_or_digit(char c) {
  return is_alpha(c) || is_digit(c);
}

}  // namespace

bool is_field_name(std::string_view name, std::size_t longest) {
  return !name.empty() && name.size() <= longest && is_letter_or_digit(name.front()) &&
         std::ranges::all_of(name, [](char c) { return is_letter_or_digit(c) || c == '_' || c == '-' || c == '.'; });
}

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

Fields read_fields(std::string_view text) {
  constexpr std::size_t longest_name = 32;
  Fields result;
  const auto refuse = [&](const char* why) {
    result.wrong = why;
    return result;
  };
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(';'), text.size());
    const std::string_view field = without_blanks(text.substr(0, end));
    const bool is_last = end == text.size();
    if (field.empty()) {
      // A semicolon may end the record, and white space follow it; nothing but a field stands between two.
      if (is_last) break;
      return refuse("there is nothing between two semicolons");
    }
    if (is_last && is_blank(text.back())) return refuse("white space follows the last field");
    text.remove_prefix(is_last ? end : end + 1);
    const std::size_t equals = field.find('=');
    if (equals == std::string_view::npos) return refuse("a field has no \"=\"");
    const Field one{field.substr(0, equals), field.substr(equals + 1)};
    if (!is_field_name(one.name, longest_name)) return refuse("a field has a name that none can have");
    result.fields.push_back(one);
  }
  return result;
}

bool is_extension_value(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F && c != '=' && c != ';'; });
}

}  // namespace sm::mtasts
