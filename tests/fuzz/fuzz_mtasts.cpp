// What is read of a policy or a record is written again, and read as the same.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "mtasts/policy.hpp"
#include "mtasts/record.hpp"
#include "mtasts/tlsrpt.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  const auto record = sm::mtasts::parse_record(input);
  if (record && sm::mtasts::parse_record("v=STSv1; id=" + record->id)->id != record->id) std::abort();

  const auto reporting = sm::mtasts::pick_reporting({input});
  if (reporting && *reporting && (*reporting)->to.empty()) std::abort();

  const auto reading = sm::mtasts::read_policy(input);
  if (!reading.policy) return reading.findings.empty() ? std::abort(), 0 : 0;
  const auto again = sm::mtasts::read_policy(sm::mtasts::write_policy(*reading.policy));
  if (again.policy != reading.policy) std::abort();
  for (const std::string& pattern : reading.policy->mx) {
    const std::string host = pattern.starts_with("*.") ? "x" + pattern.substr(1) : pattern;
    if (!sm::mtasts::matches(*reading.policy, host)) std::abort();
  }
  return 0;
}
