// Many subjects checked at a time, and what is said of them: in order of completion or of input, one status for all, or
// one line for a monitoring system.
//
// What waits for somebody who does not answer costs nothing but its time. So a check that has taken two seconds counts
// as stalled, and another may begin beside it, up to four times as many as --jobs says.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/pollable.hpp"
#include "bulk/monitor.hpp"
#include "bulk/progress.hpp"
#include "bulk/results.hpp"
#include "bulk/subjects.hpp"
#include "cli/context.hpp"

namespace sm::bulk {

inline constexpr std::size_t default_jobs = 100;

// What came of one check.
struct Answer {
  int status = 0;    // the contract's
  std::string line;  // to be printed, with its line ends; not looked at with --nagios
  Report report;     // for monitoring
};

struct Task {
  std::string subject;  // by which --skip knows it
  // Begins, and calls back once: from a pollable's process(), or at once.
  std::function<void(std::function<void(Answer)> done)> start;
};
// Of an argument or a line. Errors: usage.
using Parse = std::function<Result<Task>(const std::string& text)>;

struct Settings {
  std::string monitor;                // "SMDANE", as its line begins
  std::vector<std::string> measures;  // names of what Report::ends counts in days: "certificate_days"
  std::chrono::days ahead{14};        // what ends within is a warning
  std::size_t jobs = default_jobs;
  bool nagios = false;
  std::set<std::string> skip;  // in lower case
};

// --nagios and --skip; arguments of `parse` are looked at before anything is asked. Errors: cli.usage (usage): --nagios
// with --json; read_subjects() and parse()'s.
Result<Settings> settings_of(const cli::Context& context, Settings settings, const Parse& parse);

class Engine {
 public:
  // All of `pollables` are driven, and must outlive it, as must what `parse` refers to.
  Engine(cli::Context& context, Settings settings, Subjects subjects, std::vector<Pollable*> pollables, Parse parse);

  // The status of the program. Errors: of an argument, and of writing.
  Result<int> run();

 private:
  using Time = std::chrono::steady_clock::time_point;

  std::size_t stalled() const;
  bool has_room() const;
  int room_in() const;
  Result<void> fill();
  Result<void> refuse(Error error);
  void start(const Task& task);
  void take(std::size_t number, const Answer& answer);
  Result<void> turn();

  cli::Context& context_;
  const Settings settings_;
  Subjects subjects_;
  const std::vector<Pollable*> pollables_;
  const Parse parse_;
  Results results_;
  Monitor monitor_;
  Progress progress_;
  Result<void> written_;
  std::size_t count_ = 0;
  std::map<std::size_t, Time> open_;  // by number, and so by when they began
  std::vector<pollfd> polled_;
};

}  // namespace sm::bulk
