// The options that a command takes: its own, and those of the contract's "Everywhere".
#pragma once

#include <string>
#include <vector>

#include "cli/program.hpp"

namespace sm::cli {

struct CommandOptions {
  std::span<const Option> own;
  std::vector<const Option*> common;  // in the order of the help; into a constant table

  // nullptr if there is none of this name.
  const Option* find(std::string_view name) const;
  const Option* find(char letter) const;
};

CommandOptions options_of(const Command& command);
// What stands before a command, or without one.
CommandOptions options_before_command();

// "--to", "-4": how users write it.
std::string written(const Option& option);
// The choices of "auto|always|never".
std::vector<std::string_view> choices(std::string_view value);
// Whether `value` fits the kind; otherwise what would: "a number of bytes such as 10M". `now` in seconds since the
// epoch.
Result<std::uint64_t> check_value(ValueKind kind, std::string_view shown, std::string_view value, std::int64_t now);

// Of `candidates` the one that the user is likely to have meant, empty if none is near: a prefix, or at most a third of
// the letters wrong.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace sm::cli
