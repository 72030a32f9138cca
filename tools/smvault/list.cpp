#include <algorithm>

#include "commands.hpp"
#include "session.hpp"
#include "text/time.hpp"

namespace sm::smvault {

Result<int> list(cli::Context& context) {
  const auto session = SM_TRY(Session::open(context));
  const auto versions = SM_TRY(session->vault->versions());
  const auto here = SM_TRY(session->keys.list());
  for (auto first = versions.begin(); first != versions.end();) {
    // The newest of each key comes first.
    const auto next = std::find_if(
        first, versions.end(), [&](const vault::Version& other) { return other.fingerprint != first->fingerprint; });
    const auto count = next - first;
    const bool is_here = std::ranges::find(here, first->fingerprint) != here.end();
    const auto number = [](const auto& value) { return value ? json::Value(*value) : json::Value(); };
    SM_TRY(session->report(
        "smvault.list/1",
        json::Object{{"fingerprint", first->fingerprint},
                     {"here", is_here},
                     {"versions", count},
                     {"newest", first->modified ? json::Value(rfc3339(*first->modified)) : json::Value()},
                     {"size", number(first->size)}},
        first->fingerprint + (is_here ? "  here    " : "  absent  ") + std::to_string(count) + "  " +
            (first->modified ? local_time(*first->modified) : "-") + "  " +
            (first->size ? std::to_string(*first->size) : "-")));
    first = next;
  }
  return 0;
}

}  // namespace sm::smvault
