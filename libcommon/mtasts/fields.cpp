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

}  // namespace sm::mtasts
