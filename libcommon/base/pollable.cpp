#include "base/pollable.hpp"

#include <algorithm>

namespace sm {

int sooner(int one, int other) {
  if (one < 0 || other < 0) return std::max(one, other);
  return std::min(one, other);
}

void turn(std::span<Pollable* const> them, std::vector<pollfd>& polled, int timeout) {
  std::vector<std::size_t> begins;
  for (Pollable* const one : them) {
    begins.push_back(polled.size());
    one->add_descriptors(polled);
    timeout = sooner(timeout, one->timeout());
  }
  begins.push_back(polled.size());
  // EINTR and the like: nothing is ready, and the next turn waits for less.
  if (poll(polled.data(), polled.size(), timeout) < 0)
    for (pollfd& entry : polled) entry.revents = 0;
  const std::span<const pollfd> all = polled;
  for (std::size_t i = 0; i < them.size(); ++i) them[i]->process(all.subspan(begins[i], begins[i + 1] - begins[i]));
}

void turn(std::initializer_list<Pollable*> them, std::vector<pollfd>& polled, int timeout) {
  turn(std::span(them.begin(), them.size()), polled, timeout);
}

void run(Pollable& one) {
  std::vector<pollfd> polled;
  for (; one.open() != 0; polled.clear()) turn({&one}, polled);
}

}  // namespace sm
