// The interface of every program. Its rules:
//
// - stdout is data, stderr is diagnostics: "smX: error: lower case, no full stop", then "smX: hint: what to do".
// - Success is silent without --verbose. Untrusted text passes printable().
// - One definition of each option feeds the parser, --help, the completions and the check of the man page.
// - Only run() turns an Error into an exit status.
// - A filter writes nothing to stdout unless it exits 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sm::cli {

// What a value is: for checking, help and completion. What does not fit its kind never reaches a command (64; 78 in a
// configuration file).
enum class ValueKind {
  none,        // a flag
  text,        // anything; the only kind that may be empty
  file,        // a path that is read, except of --output
  directory,   // a path
  number,      // decimal digits
  duration,    // "8h" (parse_duration)
  lifetime,    // "2y", a date, "never" (parse_lifetime)
  seconds,     // a duration, or a bare number of seconds; not 0
  size,        // "10M" (parse_size)
  choice,      // one of those in `value`
  descriptor,  // the number of a descriptor that is open
  key_id,      // text
  address,     // text
};

struct Option {
  std::string_view name;  // "to", without dashes; of one character: only -4
  char letter = 0;        // 'o' for -o
  ValueKind kind = ValueKind::none;
  std::string_view value;  // as shown: "ADDR"; for choice "auto|always|never"
  std::string_view help;   // one line, lower case, no full stop
  bool repeat = false;     // may be given more than once
};

// The options of the contract's "Everywhere" are added by run() (options.cpp): help, version, quiet, verbose, json,
// color, config, store, batch, yes, timeout, output, status-fd, tempfail; where `secrets` is set passphrase-fd and
// passphrase-file; where `network` is set cafile, resolver, proxy, -4, -6, allow-private; where `dns` is set dnssec and
// resolver; where `many` is set jobs.
struct Command {
  std::string_view name;       // "generate"; "uid add" for two words
  std::string_view arguments;  // "UID…", as shown
  std::string_view help;       // one line
  bool filter = false;         // message in, message out: --json is refused, "-- CMD" taken, SIGPIPE ignored
  bool secrets = false;        // may open secret keys
  std::size_t min_arguments = 0;
  std::size_t max_arguments = SIZE_MAX;
  std::span<const Option> options;
  Result<int> (*run)(class Context& context) = nullptr;  // 0, 1 or 2; from release(), any
  // What the arguments are, for completion; files are checked not to be the output.
  ValueKind argument_kind = ValueKind::text;
  // The flag that makes a filter of a command that is none without it: "annotate".
  std::string_view filter_flag;
  // It answers a question: with --quiet what it prints is dropped if the answer is 0.
  bool question = false;
  bool network = false;  // uses the network, or runs a program that does
  bool many = false;     // asks for many things at a time
  bool dns = false;      // asks the DNS itself, and how far an answer can be trusted
  bool plain = false;    // prints nothing, or text that has its form: no --json
  bool endless = false;  // prints nothing, and runs until it is told to end: no --json, --output, --timeout
};

struct Program {
  std::string_view name;
  std::string_view help;
  std::span<const Command> commands;
};

// Parses, prepares, runs and turns the outcome into an exit status. Catches everything: std::bad_alloc is 75, any other
// exception 70.
int run(const Program& program, int argc, char** argv);

}  // namespace sm::cli
