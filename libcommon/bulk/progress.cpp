#include "bulk/progress.hpp"

#include <unistd.h>

#include <string>
#include <utility>

namespace sm::bulk {
namespace {

constexpr std::chrono::milliseconds interval{500};

void say(const std::string& text) {
  if (write(STDERR_FILENO, text.data(), text.size()) < 0) return;
}

}  // namespace

Progress::Progress(bool wanted) : wanted_(wanted && isatty(STDERR_FILENO) == 1) {}

void Progress::show(std::size_t done, std::size_t open) {
  if (!wanted_ || std::chrono::steady_clock::now() < next_) return;
  next_ = std::chrono::steady_clock::now() + interval;
  shown_ = true;
  say("\r\x1b[K" + std::to_string(done) + " checked, " + std::to_string(open) + " open");
}

int Progress::wait() const {
  return wanted_ ? static_cast<int>(interval.count()) : -1;
}

void Progress::erase() {
  if (std::exchange(shown_, false)) say("\r\x1b[K");
}

}  // namespace sm::bulk
