#include "cli/signals.hpp"

#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace sm::cli {
namespace {

constexpr std::array<int, 3> deadly = {SIGTERM, SIGINT, SIGHUP};

// Read by handlers; changed only with their signals blocked.
struct Shared {
  int terminal = -1;
  termios terminal_state{};
  struct {
    pid_t pid = 0;
    bool feeding = false;
  } children[max_children];
  const char* file = nullptr;
  const Timeout* timeout = nullptr;
  int guards = 0;
  std::array<struct sigaction, deadly.size()> before_guards{};
  struct sigaction before_suspension {};
};
Shared shared;

void clean_up(int signal_number) {
  if (shared.terminal >= 0) tcsetattr(shared.terminal, TCSANOW, &shared.terminal_state);
  if (shared.file) unlink(shared.file);
  for (const auto& child : shared.children) {
    if (child.pid > 0) kill(child.pid, child.feeding ? SIGKILL : signal_number);
  }
}

void die(int signal_number) {
  clean_up(signal_number);
  signal(signal_number, SIG_DFL);
  raise(signal_number);  // blocked until the handler returns
}

void write_out(int fd, const std::string& text) {
  const char* at = text.data();
  std::size_t rest = text.size();
  while (rest > 0) {
    const ssize_t written = write(fd, at, rest);
    if (written <= 0) return;
    at += written;
    rest -= static_cast<std::size_t>(written);
  }
}

void time_out(int) {
  const Timeout* timeout = shared.timeout;
  if (!timeout) return;
  signal(SIGPIPE, SIG_IGN);
  clean_up(SIGTERM);
  write_out(STDOUT_FILENO, timeout->text);
  if (timeout->status_fd >= 0) write_out(timeout->status_fd, timeout->status_line);
  write_out(STDERR_FILENO, timeout->diagnostic);
  _exit(timeout->status);
}

struct sigaction action(void (*handler)(int)) {
  struct sigaction result {};
  result.sa_handler = handler;
  result.sa_flags = SA_RESTART;
  sigemptyset(&result.sa_mask);
  return result;
}

void add_guard() {
  if (shared.guards++ > 0) return;
  for (std::size_t i = 0; i < deadly.size(); ++i) {
    sigaction(deadly[i], nullptr, &shared.before_guards[i]);
    // What our parent ignores (nohup) stays ignored.
    if (shared.before_guards[i].sa_handler == SIG_IGN) continue;
    struct sigaction mine = action(die);
    for (const int other : deadly) sigaddset(&mine.sa_mask, other);
    sigaddset(&mine.sa_mask, SIGALRM);
    sigaction(deadly[i], &mine, nullptr);
  }
}

void remove_guard() {
  if (--shared.guards > 0) return;
  for (std::size_t i = 0; i < deadly.size(); ++i) sigaction(deadly[i], &shared.before_guards[i], nullptr);
}

void set_timer(std::uint64_t seconds) {
  itimerval timer{};
  timer.it_value.tv_sec = static_cast<time_t>(seconds);
  setitimer(ITIMER_REAL, &timer, nullptr);
}

}  // namespace

void set_broken_pipe(bool ignore) {
  signal(SIGPIPE, ignore ? SIG_IGN : SIG_DFL);
}

BrokenPipeIgnored::BrokenPipeIgnored() : before_(signal(SIGPIPE, SIG_IGN)) {}
BrokenPipeIgnored::~BrokenPipeIgnored() {
  signal(SIGPIPE, before_);
}

SignalsBlocked::SignalsBlocked() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal_number : deadly) sigaddset(&set, signal_number);
  sigaddset(&set, SIGALRM);
  sigprocmask(SIG_BLOCK, &set, &before_);
}

SignalsBlocked::~SignalsBlocked() {
  sigprocmask(SIG_SETMASK, &before_, nullptr);
}

void arm_timeout(Timeout timeout) {
  // Lives as long as the process: a handler may look at it at any time.
  static Timeout armed;
  {
    const SignalsBlocked blocked;
    armed = std::move(timeout);
    shared.timeout = &armed;
    const struct sigaction mine = action(time_out);
    sigaction(SIGALRM, &mine, nullptr);
    set_timer(armed.seconds);
  }
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGALRM);
  sigprocmask(SIG_UNBLOCK, &set, nullptr);
}

void set_timeout_text(std::string text) {
  const SignalsBlocked blocked;
  if (shared.timeout) const_cast<Timeout*>(shared.timeout)->text = std::move(text);
}

void disarm_timeout() {
  if (!shared.timeout) return;
  const SignalsBlocked blocked;
  set_timer(0);
  signal(SIGALRM, SIG_IGN);  // drops one that is pending
  shared.timeout = nullptr;
}

TerminalGuard::TerminalGuard(int fd, const termios& saved) {
  const SignalsBlocked blocked;
  shared.terminal = fd;
  shared.terminal_state = saved;
  add_guard();
  const struct sigaction ignore = action(SIG_IGN);
  sigaction(SIGTSTP, &ignore, &shared.before_suspension);
}

TerminalGuard::~TerminalGuard() {
  const SignalsBlocked blocked;
  tcsetattr(shared.terminal, TCSANOW, &shared.terminal_state);
  shared.terminal = -1;
  sigaction(SIGTSTP, &shared.before_suspension, nullptr);
  remove_guard();
}

FileGuard::FileGuard(std::string path) : path_(std::move(path)) {
  const SignalsBlocked blocked;
  shared.file = path_.c_str();
  add_guard();
}

FileGuard::~FileGuard() {
  const SignalsBlocked blocked;
  shared.file = nullptr;
  remove_guard();
}

void ChildGuard::watch(pid_t pid) {
  for (std::size_t place = 0; place < max_children && place_ == max_children; ++place) {
    if (shared.children[place].pid == 0) place_ = place;
  }
  if (place_ == max_children) throw std::logic_error("too many children");
  shared.children[place_] = {pid, true};
  add_guard();
}

ChildGuard::~ChildGuard() {
  if (place_ == max_children) return;
  const SignalsBlocked blocked;
  shared.children[place_] = {};
  remove_guard();
}

void ChildGuard::fed() {
  const SignalsBlocked blocked;
  shared.children[place_].feeding = false;
}

}  // namespace sm::cli
