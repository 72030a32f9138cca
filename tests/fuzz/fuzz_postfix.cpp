// A key of Postfix, up to the first line end, is read again as it is written; a policy behind it is never told with an
// empty match, an address, or more than fits into a reply.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "mtasts/delivery.hpp"
#include "mtasts/next_hop.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  const auto as_it_is = [](std::string_view name) -> sm::Result<std::string> { return std::string(name); };
  const std::size_t end = std::min(input.find('\n'), size);
  const auto next_hop = sm::mtasts::next_hop(input.substr(0, end), as_it_is);
  if (next_hop && sm::mtasts::next_hop(sm::mtasts::key_of(*next_hop), as_it_is) != next_hop) std::abort();

  sm::mtasts::Standing standing{.domain = "example.org"};
  standing.policy = sm::mtasts::read_policy(input.substr(std::min(end + 1, size))).policy;
  for (const auto form : {sm::mtasts::PostfixForm::before_3_10, sm::mtasts::PostfixForm::from_3_10}) {
    const auto told =
        sm::mtasts::decide({.coverage = sm::dane::Coverage::none, .ttl = 60, .reason = {}}, standing, form);
    const bool any = told.kind == sm::mtasts::Delivery::Kind::policy;
    if (any == told.value.empty() || told.value.size() > 99'000) std::abort();
    if (!any) continue;
    if (!told.value.starts_with("secure match=") || told.value.find_first_of("\r\n\t") != std::string::npos)
      std::abort();
    const std::string match = told.value.substr(13, told.value.find(" servername=hostname") - 13);
    for (std::size_t from = 0; from <= match.size();) {
      const std::size_t to = std::min(match.find(':', from), match.size());
      if (to == from || sm::mtasts::is_ipv4_like(match.substr(from, to - from))) std::abort();
      from = to + 1;
    }
  }
  return 0;
}
