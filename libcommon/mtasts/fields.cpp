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

}  // namespace sm::mtasts
