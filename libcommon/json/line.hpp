// One JSON document a line, with its schema.
#pragma once

#include <string>
#include <string_view>

#include "json/value.hpp"

namespace sm {

// `members` (an object) with "schema" before its first member, and a line end. `schema`: program.command/version.
std::string json_line(std::string_view schema, const json::Value& members);

}  // namespace sm
