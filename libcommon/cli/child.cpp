#include "cli/child.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace sm::cli {
Result<Child> Child::start(const std::vector<std::string>& command, Answers answers) {
  // Standard descriptors are open (run() sees to it), so that no pipe becomes one of them.
  Pipe input = SM_TRY(make_pipe("cli.child"));
  Pipe output;
  Pipe diagnostics;
  if (answers != Answers::none) output = SM_TRY(make_pipe("cli.child"));
  if (answers == Answers::output_and_diagnostics) diagnostics = SM_TRY(make_pipe("cli.child"));
  Child child = SM_TRY(run(command, input.read, output.write, diagnostics.write, false));
  child.to_ = std::move(input.write);
  child.from_ = std::move(output.read);
  child.diagnostics_ = std::move(diagnostics.read);
  return child;
}

Result<Child> Child::start_with(const std::vector<std::string>& command, const Descriptor& input, bool dies_with_us) {
  return run(command, input, Descriptor(), Descriptor(), dies_with_us);
}

Result<Child> Child::run(const std::vector<std::string>& command, const Descriptor& input, const Descriptor& output,
                         const Descriptor& diagnostics, bool dies_with_us) {
  Pipe report = SM_TRY(make_pipe("cli.child"));  // what exec says if it fails
  std::vector<char*> words;
  words.reserve(command.size() + 1);
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);

  Child child;
  child.guard_ = std::make_unique<ChildGuard>();  // now: nothing may throw once the child runs
  const SignalsBlocked blocked;
  signal(SIGCHLD, SIG_DFL);  // a parent that ignores it makes exit statuses vanish
  const pid_t parent = getpid();
  child.pid_ = fork();
  if (child.pid_ == 0) {
    if (dies_with_us) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (getppid() != parent) _exit(127);
    }
    dup2(input.get(), STDIN_FILENO);
    if (output) dup2(output.get(), STDOUT_FILENO);
    if (diagnostics) dup2(diagnostics.get(), STDERR_FILENO);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGALRM, SIG_DFL);
    for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
      if (signal(number, SIG_DFL) == SIG_IGN) signal(number, SIG_IGN);
    }
    sigprocmask(SIG_SETMASK, &blocked.before(), nullptr);
    execvp(words[0], words.data());
    const int error = errno;
    [[maybe_unused]] const ssize_t written = write(report.write.get(), &error, sizeof error);
    _exit(127);
  }
  int error = child.pid_ < 0 ? errno : 0;
  if (child.pid_ > 0) {
    report.write = Descriptor();
    ssize_t count = 0;
    do count = read(report.read.get(), &error, sizeof error);
    while (count < 0 && errno == EINTR);
    if (count != sizeof error) error = 0;
    if (error != 0) {
      while (waitpid(child.pid_, nullptr, 0) < 0 && errno == EINTR) {
      }
    }
  }
  if (error != 0) {
    child.guard_.reset();
    return fail_errno("cli.child", "can't run " + command[0], error);
  }
  child.guard_->watch(child.pid_);
  return child;
}

Child::~Child() {
  if (!guard_) return;
  kill();
  wait();
}

void Child::close_input() {
  guard_->fed();  // all is in the pipe: what it reads will be whole
  to_ = Descriptor();
}

void Child::kill() {
  ::kill(pid_, SIGKILL);
}

std::optional<int> Child::wait() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0) {
    if (errno != EINTR) return std::nullopt;
  }
  guard_.reset();
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  return std::nullopt;
}

}  // namespace sm::cli
