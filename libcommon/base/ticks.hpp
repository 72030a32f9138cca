// Time that only goes on, since some moment, for what waits and expires in a process that runs for long. It is passed
// in, so that a test can move it.
#pragma once

#include <chrono>
#include <functional>

namespace sm {

using Ticks = std::function<std::chrono::milliseconds()>;
// The system's, which goes on while the machine sleeps: what holds for an hour must not hold for a night.
std::chrono::milliseconds ticks_since_boot();

}  // namespace sm
