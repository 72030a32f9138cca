#include "base/ticks.hpp"

#include <ctime>

namespace sm {

std::chrono::milliseconds ticks_since_boot() {
  timespec time{};
  clock_gettime(CLOCK_BOOTTIME, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::milliseconds(time.tv_nsec / 1'000'000);
}

}  // namespace sm
