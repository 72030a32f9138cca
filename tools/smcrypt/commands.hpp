// The commands of smcrypt.
#pragma once

#include "cli/context.hpp"

namespace sm::smcrypt {

Result<int> encrypt(cli::Context& context);
Result<int> decrypt(cli::Context& context);
Result<int> convert_maildir(cli::Context& context);

}  // namespace sm::smcrypt
