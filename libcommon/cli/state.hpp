// What stands behind a Context, for the files of this folder alone.
#pragma once

#include <optional>
#include <string>

#include "base/secret.hpp"
#include "cli/context.hpp"
#include "cli/output.hpp"
#include "cli/parse.hpp"
#include "cli/settings.hpp"

namespace sm::cli {

struct Context::State {
  const Program& program;
  Invocation invocation;
  Settings settings;
  SystemClock clock;
  Output output;
  int status_fd = -1;
  std::optional<Secret> given_passphrase;                  // from a descriptor or file, read once
  std::vector<std::pair<Fingerprint, Secret>> typed = {};  // by a person, asked once for each key

  // The option of this name that the command takes. Throws std::logic_error if there is none.
  const Option& defined(std::string_view name) const;
};

// Prints the diagnostic line "smX: KIND: text".
void say(std::string_view program, std::string_view kind, std::string_view text);

}  // namespace sm::cli
