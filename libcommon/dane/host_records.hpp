// What the DNS says of one host before anybody connects to it (RFC 7672 §2.2): its addresses, and whether TLSA records
// count for it, and which.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "dns/resolver.hpp"
#include "net/address.hpp"

namespace sm::dane {

// What an answer is good for.
enum class Standing { secure, insecure, bogus, unknown };
Standing standing_of(const dns::Answer& answer);
// "bogus" or "no answer (timeout)", for a finding; whose detail is what the answer gives as its reason.
std::string why(const dns::Answer& answer);

// What A and AAAA records there are; what can't be read is left out.
std::vector<net::Address> addresses_in(const dns::Answer& answer);

struct HostQuery {
  dns::Name name;
  std::uint16_t port = 25;
  std::optional<net::Address::Family> family;  // of the addresses; none: both
  bool signatures = false;                     // dns::Query::signatures, of all
  std::chrono::milliseconds timeout{10'000};   // of each
};

// All answers, in the order in which they were asked for; each step was taken only if the one before it allows it.
struct HostRecords {
  enum class End {
    tlsa,        // there are TLSA records that DNSSEC vouches for: the last of `tlsa`, of host `base_domain`
    no_tlsa,     // there are none
    insecure,    // DNSSEC does not vouch for the addresses: DANE does not apply, and was not asked for (§2.2.2)
    no_address,  // nor need it
    bogus,       // an answer is; nothing of this host is to be used (§2.1.2)
    unknown,     // an answer that was needed did not come, nor was it denied
  };
  End end = End::unknown;
  std::vector<dns::Answer> addresses;  // A, AAAA; one that is unknown does not matter if the other is not
  bool secure = false;                 // so all known answers in `addresses`
  dns::Name canonical;                 // the end of the addresses' aliases
  std::optional<dns::Answer> alias;    // CNAME of the host, whose addresses are not secure
  std::vector<dns::Answer> tlsa;       // of one candidate after the other (§2.2.3)
  dns::Name base_domain;               // of End::tlsa

  // What is at fault of End::bogus and End::unknown; nullptr of the others.
  const dns::Answer* fault() const;
  // The smallest of all that led here, in seconds; 0 of End::bogus and End::unknown.
  std::uint32_t ttl() const;
};

// Calls back from the resolver's process().
void ask_host_records(dns::Resolver& resolver, HostQuery query, std::function<void(HostRecords)> done);

}  // namespace sm::dane
