// Clock: the port through which the time of day comes, so that a test can set it.
#pragma once

#include <cstdint>

namespace sm {

class Clock {
 public:
  virtual ~Clock() = default;
  // Seconds since 1970-01-01T00:00:00Z.
  virtual std::int64_t now() const = 0;
};

class SystemClock final : public Clock {
 public:
  std::int64_t now() const override;
};

}  // namespace sm
