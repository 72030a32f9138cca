#include <doctest/doctest.h>
#include <sys/resource.h>

#include <cstdint>
#include <fstream>
#include <string>
#include <utility>

#include "base/secret.hpp"

namespace {

// The VmFlags of the mapping that begins at `address` (proc(5)).
std::string mapping_flags(const void* address) {
  std::ifstream maps("/proc/self/smaps");
  bool ours = false;
  for (std::string line; std::getline(maps, line);) {
    const std::size_t dash = line.find('-');
    if (dash < 17 && line.find(' ') > dash && line[dash - 1] != ' ') {
      const auto begin = std::stoull(line.substr(0, dash), nullptr, 16);
      const auto end = std::stoull(line.substr(dash + 1), nullptr, 16);
      const auto wanted = reinterpret_cast<std::uintptr_t>(address);
      ours = begin <= wanted && wanted < end;
    }
    if (ours && line.starts_with("VmFlags:")) return line + ' ';
  }
  return {};
}

}  // namespace

TEST_CASE("base/secret: holds its bytes and is moved, not copied") {
  sm::Secret empty;
  CHECK(empty.empty());
  CHECK(empty.view().empty());
  sm::Secret secret("correct horse");
  CHECK(secret.view() == "correct horse");
  const char* const place = secret.data();
  sm::Secret moved = std::move(secret);
  CHECK(moved.data() == place);
  CHECK(moved.view() == "correct horse");
  empty = std::move(moved);
  CHECK(empty.view() == "correct horse");
}

TEST_CASE("base/secret: what shrinks away is wiped") {
  sm::Secret secret("passphrase and a line end\n");
  const char* const rest = secret.data() + 10;
  secret.shrink(10);
  CHECK(secret.view() == "passphrase");
  CHECK(std::string(rest, 16) == std::string(16, '\0'));
}

TEST_CASE("base/secret: grows in place or moves whole pages, and what is added is zero") {
  sm::Secret secret;
  secret.append("");
  CHECK(secret.empty());
  std::string want;
  for (int i = 0; i < 20'000; ++i) {
    const std::string piece = std::to_string(i);
    secret.append(piece);
    want += piece;
  }
  CHECK(secret.view() == want);
  secret.shrink(3);
  CHECK(secret.view() == "012");
  secret.grow(want.size() + 5000);
  CHECK(secret.view() == "012" + std::string(want.size() + 4997, '\0'));
  CHECK(mapping_flags(secret.data() + secret.size() - 1).find(" dd ") != std::string::npos);
}

TEST_CASE("base/secret: more than may be locked is held all the same") {
  rlimit old{};
  getrlimit(RLIMIT_MEMLOCK, &old);
  const rlimit low{.rlim_cur = 64 * 1024, .rlim_max = old.rlim_max};
  setrlimit(RLIMIT_MEMLOCK, &low);
  sm::Secret secret("begin");
  while (secret.size() < 1'000'000) secret.append(std::string(999, 'x'));
  CHECK(secret.view().substr(0, 7) == "beginxx");
  CHECK(secret.view().back() == 'x');
  setrlimit(RLIMIT_MEMLOCK, &old);
}

TEST_CASE("base/secret: is left out of core dumps, and a new one is zero") {
  sm::Secret secret(5000);
  CHECK(secret.view() == std::string(5000, '\0'));
  const std::string flags = mapping_flags(secret.data());
  if (flags.empty()) {
    MESSAGE("skipped: no /proc/self/smaps");
    return;
  }
  CHECK(flags.find(" dd ") != std::string::npos);
}
