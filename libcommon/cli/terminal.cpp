#include "cli/terminal.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <optional>

#include "cli/signals.hpp"
#include "io/descriptor.hpp"

namespace sm::cli {
namespace {

Descriptor open_terminal() {
  return Descriptor(open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
}

struct Line {
  Secret text;
  bool ended = false;  // by a line end, not by the end of the file
};

Result<Line> read_line(int fd) {
  Line line{.text = Secret(secret_limit + 2)};  // CR, and one to see that it is too long
  DescriptorSource source(fd);
  std::size_t size = 0;
  for (;;) {
    if (size == line.text.size()) break;
    char* const next = line.text.data() + size;
    if (SM_TRY(source.read({next, 1})) == 0) break;
    if (*next == '\n') {
      line.ended = true;
      break;
    }
    if (*next == '\0') return fail(ErrorKind::data, "cli.passphrase", "the passphrase holds a zero byte");
    ++size;
  }
  if (line.ended && size > 0 && line.text.data()[size - 1] == '\r') --size;
  if (size > secret_limit) {
    return fail(ErrorKind::data, "cli.passphrase",
                "the passphrase is longer than " + std::to_string(secret_limit) + " bytes");
  }
  line.text.shrink(size);
  return line;
}

Result<std::optional<Secret>> ask(std::string_view prompt, bool echo) {
  const Descriptor terminal = open_terminal();
  termios state{};
  if (!terminal || tcgetattr(terminal.get(), &state) != 0) return std::optional<Secret>();
  std::optional<TerminalGuard> guard;
  if (!echo) {
    guard.emplace(terminal.get(), state);
    state.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHOE | ECHOK);
    state.c_lflag |= ICANON | ECHONL | ISIG;
    // Flushing drops what was typed before anything was asked.
    tcsetattr(terminal.get(), TCSAFLUSH, &state);
  }
  SM_TRY(DescriptorSink(terminal.get()).write(prompt));
  Line line = SM_TRY(read_line(terminal.get()));
  if (!line.ended && line.text.empty()) return fail(ErrorKind::key, "key.locked", "nothing was entered");
  return std::optional<Secret>(std::move(line.text));
}

}  // namespace

bool has_terminal() {
  return static_cast<bool>(open_terminal());
}

Result<std::optional<Secret>> ask_secret(std::string_view prompt) {
  return ask(prompt, false);
}

Result<std::optional<std::string>> ask_line(std::string_view prompt) {
  const auto answer = SM_TRY(ask(prompt, true));
  if (!answer) return std::optional<std::string>();
  return std::optional(std::string(answer->view()));
}

Result<Secret> read_secret_line(int fd) {
  return SM_TRY(read_line(fd)).text;
}

}  // namespace sm::cli
