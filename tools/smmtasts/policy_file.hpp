// Policies and hosts as a user gives them.
#pragma once

#include <string>

#include "cli/context.hpp"
#include "dns/name.hpp"
#include "mtasts/policy.hpp"

namespace sm::smmtasts {

// The policy in FILE, "-" being stdin. Longer than max_policy: what read_policy() finds then. Errors: io.open
// (no_input), io.read (temporary).
Result<mtasts::Reading> read_policy_file(const cli::Context& context, const std::string& path);

// {"mode": …, "mx": […], "max-age": …}
json::Value to_json(const mtasts::Policy& policy);

// "mail.example.org", or with `star` "*.example.org" too, in A-labels. Errors: dns.bad-name, dns.bad-idn,
// smmtasts.host (usage).
Result<std::string> parse_pattern(std::string_view text, bool star);

}  // namespace sm::smmtasts
