// The Resolver of a program: which servers, whose word on DNSSEC, hence which backend.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "dns/resolver.hpp"
#include "dns/servers.hpp"

namespace sm {

struct ResolverOptions {
  std::optional<std::string> resolver;                  // --resolver ADDR[@PORT]; none: those of resolv.conf
  dns::DnssecMode dnssec = dns::DnssecMode::automatic;  // --dnssec
  std::size_t window = 100;                             // questions in flight
  std::string resolv_conf = "/etc/resolv.conf";         // one that is not there says nothing
  std::string trust_anchor = "/usr/share/dns/root.key";
};

struct OpenedResolver {
  std::unique_ptr<dns::Resolver> resolver;
  std::vector<dns::Server> servers;
  dns::Trust trust{};
};

// Errors: dns.bad-server (usage); dns.no-trust-anchor, dns.unbound (config).
Result<OpenedResolver> open_resolver(const ResolverOptions& options);

// "auto", "resolver" and "local", the choices of --dnssec.
std::optional<dns::DnssecMode> parse_dnssec_mode(std::string_view text);

}  // namespace sm
