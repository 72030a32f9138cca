// What the command line says, checked against the tables. CLI11 takes it apart (parse.cpp alone sees it); what is an
// error, and its words, are ours.
#pragma once

#include <string>
#include <vector>

#include "cli/options.hpp"

namespace sm::cli {

struct Given {
  const Option* option;
  std::string value;  // fits option->kind; empty for a flag
};

struct Invocation {
  const Command* command = nullptr;  // may be null with `help` and `version`
  CommandOptions options;
  std::vector<Given> given;  // in order, for each option
  std::vector<std::string> arguments;
  std::vector<std::string> child;  // CMD ARG… behind "--", of a filter
  bool filter = false;             // by the command or its filter_flag
  bool help = false;
  bool version = false;

  // The last value given.
  const std::string* value(std::string_view name) const;
  bool has(std::string_view name) const { return value(name) != nullptr; }
};

// `arguments` without argv[0]. Errors: cli.no-command, and for everything else that does not fit cli.usage (both
// usage). `now`: for lifetimes, in seconds since the epoch.
Result<Invocation> parse(const Program& program, std::span<const std::string> arguments, std::int64_t now);

}  // namespace sm::cli
