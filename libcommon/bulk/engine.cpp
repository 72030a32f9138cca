#include "bulk/engine.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "bulk/skip.hpp"
#include "cli/exit.hpp"
#include "report/finding.hpp"
#include "text/ascii.hpp"

namespace sm::bulk {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds stalled_after{2'000};
constexpr std::size_t patience = 4;

bool is_list(const cli::Context& context) {
  return context.arguments().front() == "-";
}

}  // namespace

Result<Settings> settings_of(const cli::Context& context, Settings settings, const Parse& parse) {
  settings.nagios = context.flag("nagios");
  if (settings.nagios && context.json())
    return fail(ErrorKind::usage, "cli.usage", "--nagios and --json exclude each other");
  if (const auto file = context.value("skip")) settings.skip = SM_TRY(read_subjects(*file));
  if (!is_list(context))
    for (const std::string& argument : context.arguments()) SM_TRY(parse(argument));
  return settings;
}

Engine::Engine(cli::Context& context, Settings settings, Subjects subjects, std::vector<Pollable*> pollables,
               Parse parse)
    : context_(context),
      settings_(std::move(settings)),
      subjects_(std::move(subjects)),
      pollables_(std::move(pollables)),
      parse_(std::move(parse)),
      results_(context, context.flag("sort")),
      monitor_(settings_.measures),
      progress_(is_list(context) && !context.terminal() && !context.quiet()) {}

Result<int> Engine::run() {
  while (true) {
    SM_TRY(fill());
    if (open_.empty() && subjects_.ended()) break;
    SM_TRY(turn());
    SM_TRY(written_);
    progress_.show(count_ - open_.size(), open_.size());
  }
  progress_.erase();
  if (!settings_.nagios) return results_.status();
  const std::chrono::sys_seconds now{std::chrono::seconds(context_.clock().now())};
  SM_TRY(context_.print(monitor_.line(settings_.monitor, now, settings_.ahead)));
  return monitor_.status();
}

// Of those that are open, how many are stalled: they are the first.
std::size_t Engine::stalled() const {
  const Time limit = std::chrono::steady_clock::now() - stalled_after;
  const auto young = std::ranges::find_if(open_, [&](const auto& entry) { return entry.second > limit; });
  return static_cast<std::size_t>(std::distance(open_.begin(), young));
}

bool Engine::has_room() const {
  return open_.size() < settings_.jobs * patience && open_.size() - stalled() < settings_.jobs;
}

// In how many milliseconds there may be room that is not there now; -1: that depends on others.
int Engine::room_in() const {
  if (subjects_.ended() || has_room() || open_.size() >= settings_.jobs * patience) return -1;
  const auto next = std::next(open_.begin(), static_cast<std::ptrdiff_t>(stalled()));
  const auto left = next->second + stalled_after - std::chrono::steady_clock::now();
  return static_cast<int>(std::max<std::int64_t>(std::chrono::ceil<milliseconds>(left).count(), 0));
}

Result<void> Engine::fill() {
  while (has_room()) {
    auto text = subjects_.next();
    if (text && !*text) return {};
    auto task = text ? parse_(**text) : Result<Task>(Unexpected{std::move(text).error()});
    if (!task) {
      SM_TRY(refuse(std::move(task).error()));
      continue;
    }
    if (settings_.skip.contains(lower(task->subject))) continue;
    start(*task);
  }
  return {};
}

// An argument is the caller's mistake, and nothing was done yet. A line of a long list is passed over.
Result<void> Engine::refuse(Error error) {
  if (subjects_.line() == 0) return Unexpected{std::move(error)};
  progress_.erase();
  const std::string text = "line " + std::to_string(subjects_.line()) + ": " + error.message;
  if (settings_.nagios) {
    ++count_;
    monitor_.add_unknown(text);
    return {};
  }
  context_.warn(text);
  return results_.add(count_++, {}, cli::exit_data);
}

void Engine::start(const Task& task) {
  const std::size_t number = count_++;
  open_.emplace(number, std::chrono::steady_clock::now());
  task.start([this, number](const Answer& answer) { take(number, answer); });
}

void Engine::take(std::size_t number, const Answer& answer) {
  open_.erase(number);
  if (!written_) return;
  if (settings_.nagios) return monitor_.add(answer.report, answer.status);
  written_ = results_.add(number, answer.line, answer.status);
}

Result<void> Engine::turn() {
  polled_.clear();
  if (has_room() && !subjects_.ended()) polled_.push_back(subjects_.descriptor());
  const bool with_input = !polled_.empty();
  const int wait = sooner(sooner(results_.flush_in(), progress_.wait()), room_in());
  sm::turn(pollables_, polled_, wait);
  if (with_input && polled_.front().revents != 0) SM_TRY(subjects_.read());
  return results_.flush();
}

}  // namespace sm::bulk
