// The commands of smvks; main.cpp is their table.
#pragma once

#include "cli/context.hpp"

namespace sm::smvks {

Result<int> get(cli::Context& context);
Result<int> upload(cli::Context& context);
Result<int> request_verify(cli::Context& context);

}  // namespace sm::smvks
