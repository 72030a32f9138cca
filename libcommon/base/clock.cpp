#include "base/clock.hpp"

#include <ctime>

namespace sm {

std::int64_t SystemClock::now() const {
  return std::time(nullptr);
}

}  // namespace sm
