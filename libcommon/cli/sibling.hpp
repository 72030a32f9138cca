// The programs of this project that one of them runs, and what they say when they fail.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/context.hpp"
#include "cli/converse.hpp"

namespace sm::cli {

// The beginning of its command: the program beside this one, or else the first of this name in PATH; what it must be
// told (Context::passed_on()); and that it is not to be quiet, whatever the configuration says: its answers are read.
// Its errors come with a status line on its stderr.
std::vector<std::string> sibling(std::string_view program, const Context& context, bool network);

// Why it failed: what it said, with its code, and its status for the kind. Without a code it is `code`.
Unexpected sibling_failure(std::string_view program, std::string_view code, const Conversation& said);

}  // namespace sm::cli
