#include "base/pollable.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace {

// Has `left` turns to work, which need no descriptor; notes what it was shown.
class Worker final : public sm::Pollable {
 public:
  explicit Worker(std::size_t left) : left_(left) {}
  std::size_t open() const override { return left_; }
  void add_descriptors(std::vector<pollfd>& polled) override {
    polled.push_back({.fd = descriptor, .events = POLLIN, .revents = 0});
  }
  int timeout() const override { return left_ == 0 ? -1 : 0; }
  void process(std::span<const pollfd> polled) override {
    seen = polled.size();
    ready = std::ranges::any_of(polled, [](const pollfd& entry) { return entry.revents != 0; });
    if (left_ != 0) --left_;
  }
  int descriptor = -1;
  std::size_t seen = 0;
  bool ready = false;

 private:
  std::size_t left_;
};

}  // namespace

TEST_CASE("base/pollable: what never comes is later than all else") {
  CHECK(sm::sooner(-1, -1) == -1);
  CHECK(sm::sooner(-1, 0) == 0);
  CHECK(sm::sooner(5, -1) == 5);
  CHECK(sm::sooner(5, 3) == 3);
}

TEST_CASE("base/pollable: a turn has all work, and shows the caller its own entries") {
  std::array<int, 2> ends{};
  REQUIRE(pipe(ends.data()) == 0);
  REQUIRE(write(ends[1], "x", 1) == 1);
  Worker one(1);
  Worker other(2);
  std::vector<pollfd> polled{{.fd = ends[0], .events = POLLIN, .revents = 0}};
  sm::turn({&one, &other}, polled);
  CHECK(polled.front().revents == POLLIN);
  CHECK(one.seen == 1);
  CHECK(other.seen == 1);
  CHECK(one.open() == 0);
  CHECK(other.open() == 1);
  // Nothing allows less than the caller's own time: it ends.
  Worker idle(0);
  polled.clear();
  sm::turn({&idle}, polled, 1);
  CHECK(idle.seen == 1);
  close(ends[0]);
  close(ends[1]);
}

// The number of a descriptor that one has closed may be that of what another opens in its callback.
TEST_CASE("base/pollable: nobody is shown what was ready for another") {
  std::array<int, 2> ends{};
  REQUIRE(pipe(ends.data()) == 0);
  REQUIRE(write(ends[1], "x", 1) == 1);
  Worker one(1);
  Worker other(1);
  one.descriptor = ends[0];
  std::vector<pollfd> polled;
  sm::turn({&other, &one}, polled);
  CHECK(one.ready);
  CHECK_FALSE(other.ready);
  sm::turn({&one, &other}, polled);
  CHECK_FALSE(other.ready);
  close(ends[0]);
  close(ends[1]);
}

TEST_CASE("base/pollable: run() ends when nothing is open") {
  Worker three(3);
  sm::run(three);
  CHECK(three.open() == 0);
  CHECK(three.seen == 1);  // entries do not pile up
}
