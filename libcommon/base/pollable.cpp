#include "base/pollable.hpp"

#include <algorithm>

namespace sm {

int sooner(int one, int other) {
  if (one < 0 || other < 0) return std::max(one, other);
  return std::min(one, other);
}

void turn(std::span<Pollable* const> them, std::vector<pollfd>& polled, int timeout) {
  for (Pollable* const one : them) {
    one->add_descriptors(polled);
    timeout = sooner(timeout, one->timeout());
  }
  // EINTR and the like: nothing is ready, and the next turn waits for less.
  if (poll(polled.data(), polled.size(), timeout) < 0)
    for (pollfd& entry : polled) entry.revents = 0;
  for (Pollable* const one : them) one->process(polled);
}

void turn(std::initializer_list<Pollable*> them, std::vector<pollfd>& polled, int timeout) {
  turn(std::span(them.begin(), them.size()), polled, timeout);
}

void run(Pollable& one) {
  std::vector<pollfd> polled;
  for (; one.open() != 0; polled.clear()) turn({&one}, polled);
}

}  // namespace sm
