// Which servers are the authority for a name: those that its zone names, each with its addresses.
#pragma once

#include <string>
#include <vector>

#include "dns/resolver.hpp"

namespace sm::dns {

struct NameServer {
  Name name;
  std::vector<std::string> addresses;  // of IPv4, then of IPv6; none: `reason`
  std::string reason;                  // may hold untrusted text
};

struct Authority {
  Name zone;
  std::vector<NameServer> servers;  // by name; none: `reason`
  std::string reason;
};

// Asks `resolver`, and waits for it: NS from `name` upwards until there are some, then their A and AAAA. `name` must
// not be an alias, but the canonical name at its end.
Authority find_authority(Resolver& resolver, const Name& name);

}  // namespace sm::dns
