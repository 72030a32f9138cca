// The commands of smvault; main.cpp is their table.
#pragma once

#include "cli/context.hpp"

namespace sm::smvault {

Result<int> push(cli::Context& context);
Result<int> pull(cli::Context& context);
Result<int> list(cli::Context& context);
Result<int> forget(cli::Context& context);

}  // namespace sm::smvault
