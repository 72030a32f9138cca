#include "cli/diagnostics.hpp"

#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "text/printable.hpp"

namespace sm::cli {

std::string describe(std::string_view program, const Error& error, bool verbose) {
  const std::string name(program);
  std::string text = name + ": error: " + printable(error.message) + '\n';
  if (!error.hint.empty()) text += name + ": hint: " + printable(error.hint) + '\n';
  if (verbose) {
    const std::string_view file = error.file;
    text += name + ": note: " + error.code + " at " + std::string(file.substr(file.rfind('/') + 1)) + ':' +
            std::to_string(error.line) + '\n';
  }
  return text;
}

std::string status_field(std::string_view key, std::string_view value) {
  return ' ' + std::string(key) + '=' + percent_escape(value);
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

void report_out_of_memory(std::string_view program, int status_fd) {
  std::string_view message = ": error: out of memory\n";
  const std::array<iovec, 2> pieces{iovec{const_cast<char*>(program.data()), program.size()},
                                    iovec{const_cast<char*>(message.data()), message.size()}};
  if (writev(STDERR_FILENO, pieces.data(), pieces.size()) < 0) return;
  if (status_fd >= 0) write_all(status_fd, "[SM:] ERROR code=cli.out-of-memory\n");
}

}  // namespace sm::cli
