#include "bulk/results.hpp"

#include <algorithm>

namespace sm::bulk {
namespace {

// A reader sees a line after at most this; more often would be a system call for each.
constexpr std::chrono::milliseconds flush_interval{50};

}  // namespace

Result<void> Results::add(std::size_t number, std::string line, int status) {
  status_ = cli::combined_status(status_, status);
  if (!sorted_) {
    waiting_ = true;
    return context_.print(line);
  }
  early_.emplace(number, std::move(line));
  while (!early_.empty() && early_.begin()->first == next_) {
    SM_TRY(context_.print(early_.begin()->second));
    early_.erase(early_.begin());
    ++next_;
    waiting_ = true;
  }
  return {};
}

int Results::flush_in() const {
  if (!waiting_) return -1;
  const auto left = flushed_ + flush_interval - std::chrono::steady_clock::now();
  return static_cast<int>(std::max<std::int64_t>(std::chrono::ceil<std::chrono::milliseconds>(left).count(), 0));
}

Result<void> Results::flush() {
  if (flush_in() != 0) return {};
  waiting_ = false;
  flushed_ = std::chrono::steady_clock::now();
  return context_.flush();
}

}  // namespace sm::bulk
