// Help at 80 columns, from the tables.
#pragma once

#include <string>

#include "cli/program.hpp"

namespace sm::cli {

// Of the whole program: what it does and its commands.
std::string help_text(const Program& program);
// Of one command.
std::string help_text(const Program& program, const Command& command);

}  // namespace sm::cli
