// What is generated from the tables beside help: completions for shells, and a listing for tests.
#pragma once

#include <string>
#include <string_view>

#include "cli/program.hpp"

namespace sm::cli {

// A script for "bash", "zsh" or "fish". Another name: cli.usage (usage).
Result<std::string> completion(const Program& program, std::string_view shell);

// One line for each command, "COMMAND", and one for each of its options: COMMAND <tab> --name <tab> -letter or nothing
// <tab> value as shown, or nothing for a flag <tab> "repeat" or nothing. In the order of the tables.
std::string print_options(const Program& program);

}  // namespace sm::cli
