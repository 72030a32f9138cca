// dns::Resolver by libunbound: every signature is validated in this process, from the root's trust anchor down. The
// resolvers that are asked can withhold and delay, but not lie.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "dns/resolver.hpp"
#include "dns/servers.hpp"

namespace sm::unbound {

struct Options {
  std::vector<dns::Server> servers;  // that questions are forwarded to
  std::string trust_anchor;          // a file of the root's DS or DNSKEY records: Debian's /usr/share/dns/root.key
  std::size_t window = 100;          // questions in flight
};

// libunbound works in a thread of its own; callbacks still come from process() only. Its cache lives as long as the
// Resolver. Errors: dns.no-trust-anchor, dns.unbound (both: config).
Result<std::unique_ptr<dns::Resolver>> make_resolver(const Options& options);

}  // namespace sm::unbound
