// What a command is to look at: its arguments, or with "-" the lines of stdin, which are read as they are needed, so
// that neither a long list nor a slow writer holds anything up.
#pragma once

#include <poll.h>

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/context.hpp"

namespace sm::bulk {

inline constexpr std::size_t max_subject = 4096;  // octets of a line

class Subjects {
 public:
  // Errors: bulk.stdin (usage): "-" beside other arguments.
  static Result<Subjects> open(const cli::Context& context);

  // The next one; nullopt: none is there now. White space around it is gone; empty lines, and those that begin with
  // '#', are passed over. Errors: bulk.line (data): a line longer than max_subject; it is passed over too.
  Result<std::optional<std::string>> next();
  // No more will come.
  bool ended() const { return input_ < 0 && lines_.empty(); }
  // The number of the line that next() gave, from 1; 0: it was an argument.
  std::size_t line() const { return line_; }

  // To be waited for, where next() has none and ended() is false.
  pollfd descriptor() const { return {.fd = input_, .events = POLLIN, .revents = 0}; }
  // Reads what is there, once; waits if nothing is. Errors: io.read (temporary).
  Result<void> read();

 private:
  struct Line {
    std::string text;
    std::size_t number = 0;
    bool too_long = false;
  };
  void take(std::string_view bytes);
  void end_line();

  int input_ = -1;  // not owned; -1: all was read
  std::deque<Line> lines_;
  std::string partial_;
  bool too_long_ = false;
  std::size_t read_lines_ = 0;
  std::size_t line_ = 0;
};

}  // namespace sm::bulk
