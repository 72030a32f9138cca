#include "dns/authority.hpp"

#include <algorithm>

namespace sm::dns {
namespace {

template <class Address>
void take_addresses(const Answer& answer, NameServer& server) {
  if (answer.outcome == Outcome::failed) server.reason = answer.reason;
  for (const Address& one : answer.data<Address>()) server.addresses.push_back(text_of(Rdata(one)));
}

}  // namespace

Authority find_authority(Resolver& resolver, const Name& name) {
  Authority authority{.zone = name, .servers = {}, .reason = {}};
  while (true) {
    const Answer answer = look_up(resolver, {.name = authority.zone, .type = Type::ns});
    if (answer.outcome == Outcome::failed) {
      authority.reason = answer.reason;
      return authority;
    }
    // An alias has no servers of its own.
    if (answer.outcome == Outcome::data && answer.canonical() == authority.zone) {
      for (const Ns& ns : answer.data<Ns>())
        authority.servers.push_back({.name = ns.server, .addresses = {}, .reason = {}});
      break;
    }
    if (authority.zone.is_root()) {
      authority.reason = "no zone has name servers";
      return authority;
    }
    authority.zone = authority.zone.parent();
  }
  std::ranges::sort(authority.servers, {}, &NameServer::name);
  for (NameServer& server : authority.servers) {
    resolver.ask({.name = server.name, .type = Type::a},
                 [&server](const Answer& answer) { take_addresses<A>(answer, server); });
    resolver.ask({.name = server.name, .type = Type::aaaa},
                 [&server](const Answer& answer) { take_addresses<Aaaa>(answer, server); });
  }
  run(resolver);
  for (NameServer& server : authority.servers) {
    std::ranges::sort(server.addresses, {},
                      [](const std::string& one) { return std::pair(one.find(':') != std::string::npos, one); });
    if (server.addresses.empty() && server.reason.empty()) server.reason = "it has no address";
  }
  return authority;
}

}  // namespace sm::dns
