// The commands of smdane; main.cpp is their table.
#pragma once

#include "cli/context.hpp"

namespace sm::smdane {

Result<int> check(cli::Context& context);
Result<int> lookup(cli::Context& context);
Result<int> generate(cli::Context& context);
Result<int> rollover(cli::Context& context);

}  // namespace sm::smdane
