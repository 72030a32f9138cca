// What a sending server needs to know of a domain's DANE before it connects to anybody (RFC 7672 §2.2): whether the MX
// RRset is secure, and which of its hosts have TLSA records that can be used.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "dane/chain.hpp"
#include "dns/resolver.hpp"

namespace sm::dane {

// Where mail goes next: a domain, whose MX hosts take it, or a host that is named itself, as a smart host is.
struct NextHop {
  dns::Name name;
  bool is_host = false;  // its MX records don't matter
  std::uint16_t port = 25;

  bool operator==(const NextHop&) const = default;
};

enum class Coverage {
  none,       // no host has TLSA records that DNSSEC vouches for
  all,        // MX secure, or none needed, and every host has usable ones
  some,       // MX secure, some hosts have usable ones, and others have not, or it is not known of them
  insecure,   // hosts have some, but the MX RRset is not secure (§2.2.1)
  unusable,   // hosts have some, and none that can be used
  temporary,  // a look-up failed, or is bogus, and no host has usable ones: nothing is known (§2.1.2)
  no_mail,    // null MX, no such domain, no address
};
std::string_view name_of(Coverage);  // "none", "all", …

struct Destination {
  Coverage coverage = Coverage::temporary;
  std::uint32_t ttl = 0;  // seconds: the smallest of all that led to this; 0 of temporary
  std::string reason;     // of temporary: a sentence, untrusted
};

// Calls back from the resolver's process(). `judge` must outlive that.
void ask_destination(dns::Resolver& resolver, const ChainJudge& judge, NextHop next_hop,
                     std::chrono::milliseconds timeout, std::function<void(Destination)> done);

}  // namespace sm::dane
