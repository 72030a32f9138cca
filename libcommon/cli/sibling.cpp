#include "cli/sibling.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "cli/exit.hpp"

namespace sm::cli {
namespace {

std::string path_of(std::string_view program) {
  std::array<char, 4096> self{};
  const ssize_t size = readlink("/proc/self/exe", self.data(), self.size());
  if (size > 0 && static_cast<std::size_t>(size) < self.size()) {
    const std::string_view path(self.data(), static_cast<std::size_t>(size));
    std::string beside(path.substr(0, path.rfind('/') + 1));
    beside += program;
    if (access(beside.c_str(), X_OK) == 0) return beside;
  }
  return std::string(program);
}

// The rest of the first line that begins with `begin`; empty if there is none.
std::string_view line_behind(std::string_view text, std::string_view begin) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (line.starts_with(begin)) return line.substr(begin.size());
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return {};
}

ErrorKind kind_of(int status) {
  for (const ErrorKind kind : {ErrorKind::usage, ErrorKind::data, ErrorKind::no_input, ErrorKind::unavailable,
                               ErrorKind::temporary, ErrorKind::key, ErrorKind::config}) {
    if (exit_status(kind) == status) return kind;
  }
  return ErrorKind::bug;
}

}  // namespace

std::vector<std::string> sibling(std::string_view program, const Context& context, bool network) {
  std::vector<std::string> command{path_of(program)};
  const auto options = context.passed_on(network);
  command.insert(command.end(), options.begin(), options.end());
  command.insert(command.end(), {"--verbose", "--status-fd=2"});
  return command;
}

Unexpected sibling_failure(std::string_view program, std::string_view code, const Conversation& said) {
  const std::string name(program);
  if (!said.status) return fail(ErrorKind::temporary, code, name + " was ended by a signal");
  const std::string_view own = line_behind(said.diagnostics, "[SM:] ERROR code=");
  std::string message(line_behind(said.diagnostics, name + ": error: "));
  if (message.empty()) message = name + " ended with status " + std::to_string(*said.status);
  return fail(kind_of(*said.status), own.empty() ? code : own, std::move(message),
              std::string(line_behind(said.diagnostics, name + ": hint: ")));
}

}  // namespace sm::cli
