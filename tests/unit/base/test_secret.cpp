#include <doctest/doctest.h>

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
