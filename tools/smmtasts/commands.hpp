// The commands of smmtasts; main.cpp is their table.
#pragma once

#include "cli/context.hpp"

namespace sm::smmtasts {

Result<int> check(cli::Context& context);
Result<int> lookup(cli::Context& context);
Result<int> lint(cli::Context& context);
Result<int> match(cli::Context& context);
Result<int> generate(cli::Context& context);
Result<int> postfix(cli::Context& context);
Result<int> cache_list(cli::Context& context);
Result<int> cache_show(cli::Context& context);
Result<int> cache_purge(cli::Context& context);
Result<int> refresh(cli::Context& context);
Result<int> serve(cli::Context& context);

}  // namespace sm::smmtasts
