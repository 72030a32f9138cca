// Questions to a person, on /dev/tty: stdin is the message and stdout the answer.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace sm::cli {

// Of a passphrase: what GnuPG and RNP take. A longer one would make a key that nothing opens.
inline constexpr std::size_t secret_limit = 255;  // bytes

// Whether there is a terminal to ask on.
bool has_terminal();
// What is typed behind `prompt`, without echo. nullopt: no terminal. End of file before any character: key.locked
// (key).
Result<std::optional<Secret>> ask_secret(std::string_view prompt);
// Likewise with echo; for yes or no.
Result<std::optional<std::string>> ask_line(std::string_view prompt);

// The first line that `fd` gives, without its line end (LF or CRLF), read byte by byte so that what follows stays.
// Errors: cli.passphrase (data) if it is longer than secret_limit or holds a NUL; io.read.
Result<Secret> read_secret_line(int fd);

}  // namespace sm::cli
