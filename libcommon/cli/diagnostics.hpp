// What is said on stderr. Everything passes printable() here; a failure to write is nobody's.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace sm::cli {

// "smX: error: …" and "smX: hint: …"; with `verbose` also the code and the place.
std::string describe(std::string_view program, const Error& error, bool verbose);
// "[SM:] KEYWORD key=value": one pair, its value escaped.
std::string status_field(std::string_view key, std::string_view value);

// One write(2), as far as that goes; false if it could not all be written.
bool write_all(int fd, std::string_view text);

// Without any allocation: there is no memory.
void report_out_of_memory(std::string_view program, int status_fd);

}  // namespace sm::cli
