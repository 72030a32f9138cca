// --timeout for a filter that must not fail because of what a message contains: the work that depends on it can be
// given up, and the filter goes on.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "cli/context.hpp"

namespace sm {

// What `work` returns; nullopt if --timeout expires before that. With --timeout it runs in a child process, since no
// library can be interrupted safely: it may write to descriptors, but changes nothing in ours. The clock of --timeout
// has been running since the program began, and stops here.
Result<std::optional<std::string>> before_timeout(cli::Context& context,
                                                  const std::function<Result<std::string>()>& work);

}  // namespace sm
