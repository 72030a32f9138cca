// pinentry: a program that asks a person for a passphrase, spoken to in Assuan over a pipe: a command a line, answered
// by "OK …", "ERR number text", or "D data" before an OK; percent, CR and LF in data stand as %25, %0D, %0A.
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace sm::cli {

struct PinentryRequest {
  std::string program;      // its path
  std::string description;  // printable; may hold line feeds
  std::string prompt;
  std::string terminal;       // path of the device, may be empty
  std::string terminal_type;  // TERM
  std::string lc_ctype;
  std::string display;
};

// nullopt: it could not ask (no terminal or display that it can use, or it does not start). Refused by the person:
// key.locked (key).
Result<std::optional<Secret>> ask_pinentry(const PinentryRequest& request);

}  // namespace sm::cli
