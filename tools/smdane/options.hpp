// Options that several commands have.
#pragma once

#include <optional>

#include "cli/context.hpp"
#include "net/address.hpp"

namespace sm::smdane {

// -4, -6 or neither. Error: cli.usage (usage): both.
Result<std::optional<net::Address::Family>> family_option(const cli::Context& context);

}  // namespace sm::smdane
