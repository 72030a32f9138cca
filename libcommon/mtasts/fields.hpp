// What the record and the policy have in common.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sm::mtasts {

// sts-ext-name, sts-policy-ext-name (RFC 8461 §3.1, §3.2): a letter or digit, then letters, digits, "_", "-" and ".".
bool is_field_name(std::string_view name, std::size_t longest);

// Without spaces and tabs (WSP) at both ends; a view into `text`.
std::string_view without_blanks(std::string_view text);

struct Field {
  std::string_view name;   // is_field_name(), at most 32 octets
  std::string_view value;  // not empty; what may be in it is the caller's to say
};
struct Fields {
  std::vector<Field> fields;
  std::string wrong;  // why it can't be read; empty: nothing
};
// What stands behind "v=…;" in a record (RFC 8461 §3.1; RFC 8460 §3 has the same form). Views into `text`.
Fields read_fields(std::string_view text);

// sts-ext-value, tlsrpt-ext-value: visible ASCII but "=" and ";".
bool is_extension_value(std::string_view text);

}  // namespace sm::mtasts
