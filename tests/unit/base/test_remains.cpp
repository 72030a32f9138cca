#include "base/remains.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace {

// Of a child that has called forbid_dumps().
int status_after(int (*then)()) {
  const pid_t child = fork();
  if (child == 0) {
    sm::forbid_dumps();
    _exit(then());
  }
  int status = -1;
  waitpid(child, &status, 0);
  return status;
}

}  // namespace

TEST_CASE("base/remains: no core dump, whatever is allowed") {
  CHECK(prctl(PR_GET_DUMPABLE) == 1);
  CHECK(status_after([] { return prctl(PR_GET_DUMPABLE); }) == 0);
  const int status = status_after([] {
    const rlimit all{.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
    setrlimit(RLIMIT_CORE, &all);
    signal(SIGABRT, SIG_DFL);
    abort();
    return 0;
  });
  CHECK(WIFSIGNALED(status));
  CHECK(!WCOREDUMP(status));
}

TEST_CASE("base/remains: what is run from here is not concerned") {
  // An ordinary user's: root may read all.
  const int status = status_after([] {
    if (geteuid() == 0 && setresuid(54321, 54321, 54321) != 0) return 1;
    sm::forbid_dumps();
    if (access(("/proc/" + std::to_string(getpid()) + "/mem").c_str(), R_OK) == 0) return 2;
    execl("/bin/sh", "sh", "-c", "test -r /proc/$$/mem", nullptr);
    return 3;
  });
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

namespace {

constexpr std::string_view mark = "what nobody else may read, and which is long enough to be found";

std::size_t marks_in(std::uintptr_t begin, std::size_t size) {
  std::size_t found = 0;
  const volatile char* const bytes = reinterpret_cast<const char*>(begin);
  for (std::size_t at = 0; at + 16 <= size; ++at) {
    std::size_t same = 0;
    while (same < 16 && bytes[at + same] == mark[same + 8]) ++same;
    if (same == 16) ++found;
  }
  return found;
}

[[gnu::noinline]] void use_stack() {
  volatile char area[16 * 1024];
  for (std::size_t i = 0; i < sizeof area; ++i) area[i] = mark[i % mark.size()];
}

[[gnu::noinline]] std::size_t marks_below() {
  const auto frame = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  return marks_in(frame - 24 * 1024, 20 * 1024);
}

}  // namespace

TEST_CASE("base/remains: what is given back to the heap is wiped") {
  if (!sm::wipes_heap()) return;
  // Small pieces, those of a thread's cache among them, and large ones; by free(), delete and realloc().
  for (const std::size_t size : {100, 1000, 30'000}) {
    CAPTURE(size);
    // The heap goes on above, so that it isn't given back to the kernel.
    auto text = std::make_unique<std::string>(size, ' ');
    const std::unique_ptr<std::string> above = std::make_unique<std::string>(size, ' ');
    for (std::size_t i = 0; i < size; ++i) (*text)[i] = mark[i % mark.size()];
    const auto place = reinterpret_cast<std::uintptr_t>(text->data());
    CHECK(marks_in(place, size) > 0);
    text.reset();
    CHECK(marks_in(place, size) == 0);

    char* const memory = static_cast<char*>(malloc(size));
    const std::unique_ptr<char, decltype(&free)> fence(static_cast<char*>(malloc(size)), free);
    for (std::size_t i = 0; i < size; ++i) memory[i] = mark[i % mark.size()];
    const auto old = reinterpret_cast<std::uintptr_t>(memory);
    char* const moved = static_cast<char*>(realloc(memory, 40 * size));
    CHECK(marks_in(reinterpret_cast<std::uintptr_t>(moved), size) > 0);
    CHECK(marks_in(old, size) == 0);
    free(moved);
  }
}

TEST_CASE("base/remains: what calls left on the stack is wiped") {
  if (!sm::wipes_heap()) return;  // a sanitizer guards the stack, too
  use_stack();
  CHECK(marks_below() > 0);
  sm::wipe_stack();
  CHECK(marks_below() == 0);
}
