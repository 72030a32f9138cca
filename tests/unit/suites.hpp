#pragma once

// Conformance data that others made. It is not part of the project: SM_SUITES, else ../shared/suites beside it.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>

namespace sm::test {

// The folder of one suite; where it is absent, nothing, and a line that tests/run.sh counts as a skip.
inline std::optional<std::filesystem::path> suite(const char* name) {
  const char* given = std::getenv("SM_SUITES");
  std::filesystem::path folder =
      given ? std::filesystem::path(given) : std::filesystem::path(SM_PROJECT_ROOT) / "../shared/suites";
  folder /= name;
  if (std::filesystem::is_directory(folder)) return folder;
  std::printf("skip: no suite %s\n", name);
  return std::nullopt;
}

}  // namespace sm::test
