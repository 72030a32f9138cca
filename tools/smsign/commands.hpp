// The commands of smsign.
#pragma once

#include "cli/context.hpp"

namespace sm::smsign {

Result<int> sign(cli::Context& context);
Result<int> verify(cli::Context& context);

}  // namespace sm::smsign
