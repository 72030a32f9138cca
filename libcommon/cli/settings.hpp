// Configuration files (smtools.conf(5)): lines "key = value"; a line "[smsign]" begins what only that program heeds;
// '#' at the start of a line makes it a comment. Blanks around key, value and line are ignored. A flag takes yes or no.
// There is no quoting, no continuation and no expansion.
//
// One table holds the keys of all programs, so that one file serves them all: a key that a program or command has no
// option for is ignored, one that no program knows is an error. In a file, what stands under [program] wins over what
// stands before any section; the user's file wins over the system's, key by key; options that may be repeated do not
// add up over these bounds.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/program.hpp"

namespace sm::cli {

// A key is a long option that says how something is done, or default-key. Absent, on purpose: help, version, config;
// what names the inputs, outputs and descriptors of one call (output, status-fd, passphrase-fd, to, from, key …); what
// confirms (yes); what makes another command of a command (annotate, at-rest, secret, all); secrets.
// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): in the order in which the table is read
struct Setting {
  std::string_view key;
  ValueKind kind;
  std::string_view value;  // as Option::value
  bool repeat = false;
};

std::span<const Setting> known_settings();
// The names that may stand in brackets.
std::span<const std::string_view> known_programs();

struct SettingValue {
  std::string key;
  std::string value;  // fits its kind
};

class Settings {
 public:
  // Adds what `text`, the contents of `file`, says to `program`; what was added before wins. Errors: config.syntax,
  // config.unknown-key, config.unknown-section, config.value (all: config), each naming file and line. Whether a date
  // is past is not asked: it would stop every program when the day comes.
  Result<void> add(std::string_view file, std::string_view text, std::string_view program);

  // In the order of the file; none if the key is not set.
  std::vector<std::string> values(std::string_view key) const;

 private:
  std::vector<SettingValue> values_;
};

struct SettingsFiles {
  std::string named;  // --config, else SM_CONFIG; if not empty, instead of the others
  std::string user;   // empty: none
  std::string system = "/etc/smtools/smtools.conf";
};

// Reads them. A named file that can't be opened: config.open (no_input). Others may be absent, but not unreadable:
// config.open (config).
Result<Settings> read_settings(const SettingsFiles& files, std::string_view program);

}  // namespace sm::cli
