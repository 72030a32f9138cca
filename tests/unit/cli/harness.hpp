// Runs cli::run in a child process whose descriptors and environment are the test's, and says what came of it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/program.hpp"

namespace sm::test {

struct Setup {
  std::string input;
  std::vector<std::pair<std::string, std::string>> environment = {};  // beside PATH and HOME (of a Folder)
  // In the child, before run(), when 0, 1, 2 are the pipes and 3 is a pipe whose bytes become Ran::extra.
  std::function<void()> before = {};
  // A pseudo terminal becomes the child's controlling one; this answers what is shown on it: bytes to type, after
  // seeing all that has come.
  std::function<std::string(const std::string& shown)> person = {};
  // Called with the child's process ID each time after more output has come.
  std::function<void(pid_t, const std::string& out, const std::string& shown)> watch = {};
  bool keep_input_open = false;  // until the child has ended
};

struct Ran {
  int status = -1;  // -1 if a signal ended it
  int signal = 0;
  std::string out;
  std::string err;
  std::string extra;  // descriptor 3
  std::string shown;  // on the terminal
  bool echo = false;  // of the terminal, afterwards
};

Ran run_program(const cli::Program& program, const std::vector<std::string>& arguments, const Setup& setup = {});

// A scratch directory that goes away.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::string& path() const { return path_; }
  // Writes a file into it; returns its path.
  std::string file(const std::string& name, std::string_view bytes, int mode = 0600) const;
  std::string read(const std::string& name) const;
  bool has(const std::string& name) const;
  std::vector<std::string> names() const;

 private:
  std::string path_;
};

// A program with a command for each thing that a command can do.
extern const cli::Program sample;

}  // namespace sm::test
