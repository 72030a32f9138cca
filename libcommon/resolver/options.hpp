// The options of the DNS (smtools(7), THE NETWORK) as a Resolver: what every program shares that must know how far an
// answer can be trusted.
#pragma once

#include <cstddef>

#include "cli/context.hpp"
#include "resolver/open.hpp"

namespace sm {

// --jobs, or `otherwise`. Errors: cli.usage (usage): 0, or more than a resolver takes at a time.
Result<std::size_t> jobs_of(const cli::Context& context, std::size_t otherwise);

// By the options of a command with Command::dns. open_resolver's errors.
Result<OpenedResolver> open_resolver(const cli::Context& context, std::size_t window);

}  // namespace sm
