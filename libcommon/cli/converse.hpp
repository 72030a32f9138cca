// A program that is run to its end: what it reads is known before, and all it writes is wanted.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "cli/child.hpp"

namespace sm::cli {

struct Conversation {
  std::optional<int> status;  // nullopt: a signal ended it
  Secret output;              // stdout
  std::string diagnostics;    // stderr, at most its first 64 KiB
};

// Runs `command` (as Child does) with `input` on its stdin. Nothing of it touches the disk or an argument. Errors:
// cli.child (temporary); io.read; io.too-long (data) if it writes more than `limit` bytes: then it was killed.
Result<Conversation> converse(const std::vector<std::string>& command, std::string_view input, std::size_t limit);

// The same with a child that was started with output_and_diagnostics, for one of several that are at work at a time.
Result<Conversation> converse(Child& child, std::string_view input, std::size_t limit);

}  // namespace sm::cli
