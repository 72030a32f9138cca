// What a command answers about each of many subjects: one line each, in order of completion or of input, and one status
// for all.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

#include "cli/context.hpp"
#include "cli/exit.hpp"

namespace sm::bulk {

class Results {
 public:
  // `sorted`: in the order of `number`.
  Results(cli::Context& context, bool sorted) : context_(context), sorted_(sorted) {}

  // The line, with its line end, and the status of subject `number`: they count from 0, without a gap. An empty line:
  // there is nothing to print about it.
  Result<void> add(std::size_t number, std::string line, int status);
  // Of all so far.
  int status() const { return status_; }

  // In how many milliseconds flush() has to be called; -1: nothing waits for it.
  int flush_in() const;
  // Sends on what was printed, if that is due.
  Result<void> flush();

 private:
  using Time = std::chrono::steady_clock::time_point;
  cli::Context& context_;
  bool sorted_;
  std::size_t next_ = 0;
  std::map<std::size_t, std::string> early_;  // until those before them are there
  int status_ = cli::exit_yes;
  Time flushed_{};  // when it was last
  bool waiting_ = false;
};

}  // namespace sm::bulk
