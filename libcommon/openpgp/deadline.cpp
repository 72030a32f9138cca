#include "openpgp/deadline.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <new>

#include "cli/signals.hpp"
#include "io/descriptor.hpp"

namespace sm {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t longest_answer = 64 * 1024;

// "=" and the result, or "!", the kind of the error and its texts; the last byte says that it is all there.
std::string answer(const Result<std::string>& result) {
  if (result) return '=' + *result + '.';
  const Error& error = result.error();
  std::string text = "!";
  text += static_cast<char>(error.kind);
  for (const std::string& part : {error.code, error.message, error.hint}) text += part.substr(0, 4096) + '\0';
  return text + '.';
}

Result<std::string> understood(std::string_view text) {
  if (text.size() < 2 || text.back() != '.')
    return fail(ErrorKind::temporary, "openpgp.child", "the child process that looked at the message has died");
  text.remove_suffix(1);
  if (text[0] == '=') return std::string(text.substr(1));
  const auto kind = static_cast<ErrorKind>(text[1]);
  text.remove_prefix(2);
  const auto next = [&] {
    const std::size_t end = std::min(text.find('\0'), text.size());
    std::string part(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    return part;
  };
  const std::string code = next();
  std::string message = next();
  return fail(kind, code, std::move(message), next());
}

[[noreturn]] void be_child(const std::function<Result<std::string>()>& work, pid_t parent, int to) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  // What is not caught here would run the parent's code a second time.
  try {
    const auto written = DescriptorSink(to).write(answer(work()));
    _exit(written ? 0 : 1);
  } catch (const std::bad_alloc&) {
    const auto written =
        DescriptorSink(to).write(answer(fail(ErrorKind::temporary, "cli.out-of-memory", "out of memory")));
    _exit(written ? 0 : 1);
  } catch (...) {
    _exit(1);
  }
}

// All that the child writes until it ends or `until` comes.
std::string listen(int from, steady_clock::time_point until) {
  std::string text;
  char buffer[4096];
  while (text.size() < longest_answer) {
    const auto rest = std::chrono::ceil<milliseconds>(until - steady_clock::now());
    if (rest.count() <= 0) break;
    pollfd ready{.fd = from, .events = POLLIN, .revents = 0};
    const int count = poll(&ready, 1, static_cast<int>(std::min<std::int64_t>(rest.count(), 1 << 30)));
    if (count < 0 && errno != EINTR) break;
    if (count <= 0) continue;
    const ssize_t got = read(from, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    text.append(buffer, static_cast<std::size_t>(got));
  }
  return text;
}

}  // namespace

Result<std::optional<std::string>> before_timeout(cli::Context& context,
                                                  const std::function<Result<std::string>()>& work) {
  if (!context.timeout()) return std::optional(SM_TRY(work()));
  itimerval timer{};
  getitimer(ITIMER_REAL, &timer);
  cli::disarm_timeout();
  const auto until = steady_clock::now() + std::chrono::seconds(timer.it_value.tv_sec) +
                     std::chrono::microseconds(timer.it_value.tv_usec);
  Pipe pipe = SM_TRY(make_pipe("openpgp.child"));
  const pid_t self = getpid();
  const pid_t child = fork();
  if (child < 0) return fail_errno("openpgp.child", "can't start a process", errno);
  if (child == 0) be_child(work, self, pipe.write.get());
  pipe.write = Descriptor();
  const std::string text = listen(pipe.read.get(), until);
  const bool late = steady_clock::now() >= until && !text.ends_with('.');
  kill(child, SIGKILL);
  while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  if (late) return std::optional<std::string>();
  return std::optional(SM_TRY(understood(text)));
}

}  // namespace sm
