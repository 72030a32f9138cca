// Which resolvers a machine uses, and when their word on DNSSEC can be taken.
//
// A resolver that validates sets AD in its answers (RFC 4035 §3.2.3), and anybody between it and us can set it too. So
// AD is believed only where resolv.conf says trust-ad, with which the administrator vouches for the resolver and the
// way to it, and where that way does not leave the machine. Loopback alone proves nothing: forwarders that listen there
// pass on what an upstream says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "dns/resolver.hpp"

namespace sm::dns {

struct Server {
  std::string address;  // of IPv4 or IPv6, as text; an IPv6 one may have a zone ("fe80::1%eth0")
  std::uint16_t port = 53;

  bool operator==(const Server&) const = default;
};

// "127.0.0.1@53"
std::string text_of(const Server& server);
std::string text_of(const std::vector<Server>& servers);  // with ", " between them
// 127.0.0.0/8, mapped into IPv6 too, or ::1.
bool is_loopback(const Server& server);
// "ADDR" or "ADDR@PORT". Errors: dns.bad-server (usage).
Result<Server> parse_server(std::string_view text);

// What resolv.conf(5) says, as glibc reads it.
struct ResolvConf {
  std::vector<Server> servers;  // at most three; 127.0.0.1 if none is named
  bool trust_ad = false;
};

// Never fails: what is not understood is passed over.
ResolvConf parse_resolv_conf(std::string_view text);

// --dnssec
enum class DnssecMode {
  automatic,  // AD where it can be believed, else validation here
  resolver,   // the user vouches for the resolver: AD is believed
  local,      // validation here
};

// Whose word to take on `servers`, those in use. trusted_resolver and trusted_by_command: AD; validated_here: nobody's.
Trust decide_trust(DnssecMode mode, const std::vector<Server>& servers, const ResolvConf& system);

}  // namespace sm::dns
