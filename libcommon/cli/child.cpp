#include "cli/child.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

extern char** environ;

namespace sm::cli {
namespace {

struct Pipe {
  Descriptor read;
  Descriptor write;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno("cli.child", "can't make a pipe", errno);
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

}  // namespace

Result<Child> Child::start(const std::vector<std::string>& command, bool answers) {
  // Standard descriptors are open (run() sees to it), so that no pipe becomes one of them.
  Pipe input = SM_TRY(make_pipe());
  Pipe output;
  if (answers) output = SM_TRY(make_pipe());

  std::vector<char*> words;
  words.reserve(command.size() + 1);
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);

  Child child;
  child.guard_ = std::make_unique<ChildGuard>();  // now: nothing may throw once the child runs
  const SignalsBlocked blocked;
  signal(SIGCHLD, SIG_DFL);  // a parent that ignores it makes exit statuses vanish
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input.read.get(), STDIN_FILENO);
  if (answers) posix_spawn_file_actions_adddup2(&actions, output.write.get(), STDOUT_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  sigaddset(&defaults, SIGALRM);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setsigmask(&attributes, &blocked.before());
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  const int error = posix_spawnp(&child.pid_, words[0], &actions, &attributes, words.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    child.guard_.reset();
    return fail_errno("cli.child", "can't run " + command[0], error);
  }
  child.guard_->watch(child.pid_);
  child.to_ = std::move(input.write);
  child.from_ = std::move(output.read);
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
