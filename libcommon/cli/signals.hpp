// Signals. TERM, INT and HUP kill us with their own action, which is all that is needed as long as nothing outlives us.
// While something does, a guard stands: a terminal without echo, children at work for us, a temporary file where the
// file system can't do without a name. What a handler needs lies in one static object of signals.cpp, since a handler
// has no other way to find it: there is one of each, but of children some.
#pragma once

#include <sys/types.h>
#include <termios.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace sm::cli {

// Filters ignore SIGPIPE, so that writing fails (75); for others it kills, even where our parent ignored it.
void set_broken_pipe(bool ignore);

// While it stands, writing into a pipe that nobody reads fails and does not kill.
class BrokenPipeIgnored {
 public:
  BrokenPipeIgnored();
  ~BrokenPipeIgnored();
  BrokenPipeIgnored(const BrokenPipeIgnored&) = delete;
  BrokenPipeIgnored& operator=(const BrokenPipeIgnored&) = delete;

 private:
  void (*before_)(int);
};

// After `seconds`: `text` to stdout, `diagnostic` to stderr, `status_line` to `status_fd` unless that is -1, guards as
// for TERM, exit with `status`.
struct Timeout {
  std::uint64_t seconds = 0;
  std::string text;
  std::string diagnostic;
  std::string status_line;
  int status_fd = -1;
  int status = 0;
};
void arm_timeout(Timeout timeout);
// Replaces its text; nothing if none is armed.
void set_timeout_text(std::string text);
void disarm_timeout();

// Keeps TERM, INT, HUP and the alarm away while the state that their handlers read changes.
class SignalsBlocked {
 public:
  SignalsBlocked();
  ~SignalsBlocked();
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  const sigset_t& before() const { return before_; }

 private:
  sigset_t before_;
};

// Puts `saved` back on `fd`, at its end or when a signal kills us. Being suspended is put off meanwhile: SIGTSTP is
// ignored.
class TerminalGuard {
 public:
  TerminalGuard(int fd, const termios& saved);
  ~TerminalGuard();
  TerminalGuard(const TerminalGuard&) = delete;
  TerminalGuard& operator=(const TerminalGuard&) = delete;
};

// Removes the file when a signal kills us.
class FileGuard {
 public:
  explicit FileGuard(std::string path);
  ~FileGuard();
  FileGuard(const FileGuard&) = delete;
  FileGuard& operator=(const FileGuard&) = delete;

 private:
  std::string path_;
};

// A child that must not outlive us. As long as it is fed from us, a signal that kills us kills it with SIGKILL: it must
// not take the end of a truncated message for the end of the message. Afterwards the signal is passed on.
// At most max_children at a time.
inline constexpr std::size_t max_children = 8;
class ChildGuard {
 public:
  ChildGuard() = default;
  ~ChildGuard();
  ChildGuard(const ChildGuard&) = delete;
  ChildGuard& operator=(const ChildGuard&) = delete;
  // Begins; with signals blocked since before the child was started.
  void watch(pid_t pid);
  void fed();

 private:
  std::size_t place_ = max_children;  // none
};

}  // namespace sm::cli
