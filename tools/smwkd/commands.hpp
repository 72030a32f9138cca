// The commands of smwkd; main.cpp is their table.
#pragma once

#include "cli/context.hpp"

namespace sm::smwkd {

Result<int> hash(cli::Context& context);
Result<int> url(cli::Context& context);
Result<int> get(cli::Context& context);
Result<int> check(cli::Context& context);
Result<int> publish(cli::Context& context);

}  // namespace sm::smwkd
