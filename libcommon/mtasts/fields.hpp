// What the record and the policy have in common.
#pragma once

#include <cstddef>
#include <string_view>

namespace sm::mtasts {

// sts-ext-name, sts-policy-ext-name (RFC 8461 §3.1, §3.2): a letter or digit, then letters, digits, "_", "-" and ".".
bool is_field_name(std::string_view name, std::size_t longest);

// Without spaces and tabs (WSP) at both ends; a view into `text`.
std::string_view without_blanks(std::string_view text);

}  // namespace sm::mtasts
