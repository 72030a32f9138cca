#include "cli/harness.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace sm::test {
namespace {

struct Pipe {
  Pipe() { REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0); }
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close_end(std::size_t which) {
    if (ends[which] >= 0) close(ends[which]);
    ends[which] = -1;
  }
  std::array<int, 2> ends{-1, -1};
};

}  // namespace

Folder::Folder() {
  std::string name = "/tmp/sm-unit-cli.XXXXXX";
  REQUIRE(mkdtemp(name.data()) != nullptr);
  path_ = name;
}

Folder::~Folder() {
  std::filesystem::remove_all(path_);
}

std::string Folder::file(const std::string& name, std::string_view bytes, int mode) const {
  const std::string path = path_ + '/' + name;
  std::ofstream(path, std::ios::binary) << bytes;
  REQUIRE(chmod(path.c_str(), static_cast<mode_t>(mode)) == 0);
  return path;
}

std::string Folder::read(const std::string& name) const {
  std::ifstream file(path_ + '/' + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool Folder::has(const std::string& name) const {
  return std::filesystem::exists(path_ + '/' + name);
}

std::vector<std::string> Folder::names() const {
  std::vector<std::string> result;
  for (const auto& entry : std::filesystem::directory_iterator(path_)) result.push_back(entry.path().filename());
  return result;
}

Ran run_program(const cli::Program& program, const std::vector<std::string>& arguments, const Setup& setup) {
  Pipe in;
  Pipe out;
  Pipe err;
  Pipe extra;
  int master = -1;
  int slave = -1;
  if (setup.person) REQUIRE(openpty(&master, &slave, nullptr, nullptr, nullptr) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    // Whether the tests run on a terminal must not matter.
    setsid();
    if (setup.person) ioctl(slave, TIOCSCTTY, 0);
    const std::array<int, 4> wanted{fcntl(in.ends[0], F_DUPFD_CLOEXEC, 30), fcntl(out.ends[1], F_DUPFD_CLOEXEC, 30),
                                    fcntl(err.ends[1], F_DUPFD_CLOEXEC, 30), fcntl(extra.ends[1], F_DUPFD_CLOEXEC, 30)};
    for (int fd = 0; fd < 4; ++fd) dup2(wanted[static_cast<std::size_t>(fd)], fd);
    close_range(4, ~0U, 0);
    const std::string path = getenv("PATH");
    clearenv();
    setenv("PATH", path.c_str(), 1);
    setenv("HOME", "/nonexistent", 1);
    for (const auto& [name, value] : setup.environment) setenv(name.c_str(), value.c_str(), 1);
    // doctest catches those that kill.
    for (const int number : {SIGPIPE, SIGTERM, SIGINT, SIGHUP}) signal(number, SIG_DFL);
    if (setup.before) setup.before();
    std::vector<std::string> words = arguments;
    words.insert(words.begin(), std::string(program.name));
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    _exit(cli::run(program, static_cast<int>(words.size()), argv.data()));
  }
  in.close_end(0);
  out.close_end(1);
  err.close_end(1);
  extra.close_end(1);
  if (setup.input.empty() && !setup.keep_input_open) in.close_end(1);

  Ran ran;
  void (*const before)(int) = signal(SIGPIPE, SIG_IGN);
  std::string_view to_write = setup.input;
  bool ended = false;
  for (;;) {
    const bool closed = out.ends[0] < 0 && err.ends[0] < 0 && extra.ends[0] < 0;
    int status = 0;
    if (!ended && waitpid(child, &status, WNOHANG) == child) {
      ended = true;
      ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
      ran.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
      in.close_end(1);
    }
    std::array<pollfd, 5> set{pollfd{out.ends[0], POLLIN, 0}, pollfd{err.ends[0], POLLIN, 0},
                              pollfd{extra.ends[0], POLLIN, 0}, pollfd{master, POLLIN, 0},
                              pollfd{to_write.empty() ? -1 : in.ends[1], POLLOUT, 0}};
    // Short, since the end of the child is not among what is waited for.
    REQUIRE(poll(set.data(), set.size(), ended && closed ? 0 : 5) >= 0);
    bool more = false;
    const auto take = [&](std::size_t which, std::string& to) {
      if (set[which].revents == 0) return true;
      std::array<char, 4096> buffer;
      const ssize_t got = read(set[which].fd, buffer.data(), buffer.size());
      if (got <= 0) return false;
      to.append(buffer.data(), static_cast<std::size_t>(got));
      more = true;
      return true;
    };
    if (!take(0, ran.out)) out.close_end(0);
    if (!take(1, ran.err)) err.close_end(0);
    if (!take(2, ran.extra)) extra.close_end(0);
    const std::size_t shown = ran.shown.size();
    take(3, ran.shown);
    if (ran.shown.size() > shown) {
      const std::string typed = setup.person(ran.shown);
      if (!typed.empty()) REQUIRE(write(master, typed.data(), typed.size()) == static_cast<ssize_t>(typed.size()));
    }
    if (set[4].revents != 0) {
      const ssize_t put = write(in.ends[1], to_write.data(), std::min<std::size_t>(to_write.size(), 4096));
      to_write.remove_prefix(put > 0 ? static_cast<std::size_t>(put) : to_write.size());
      if (to_write.empty() && !setup.keep_input_open) in.close_end(1);
    }
    if (more && !ended && setup.watch) setup.watch(child, ran.out, ran.shown);
    if (ended && closed && !more) break;
  }
  signal(SIGPIPE, before);
  if (slave >= 0) {
    termios state{};
    ran.echo = tcgetattr(slave, &state) == 0 && (state.c_lflag & ECHO) != 0;
    close(slave);
    close(master);
  }
  return ran;
}

}  // namespace sm::test
