#include "resolver/open.hpp"

#include <utility>

#include "backend/cares/resolver.hpp"
#include "backend/unbound/resolver.hpp"
#include "io/descriptor.hpp"

namespace sm {
namespace {

constexpr std::size_t max_resolv_conf = 64 * 1024;  // octets

}  // namespace

Result<OpenedResolver> open_resolver(const ResolverOptions& options) {
  const auto text = read_file(options.resolv_conf, max_resolv_conf);
  const dns::ResolvConf system = dns::parse_resolv_conf(text ? *text : std::string());
  OpenedResolver opened{.servers = system.servers};
  if (options.resolver) opened.servers = {SM_TRY(dns::parse_server(*options.resolver))};
  opened.trust = dns::decide_trust(options.dnssec, opened.servers, system);
  if (opened.trust == dns::Trust::validated_here)
    opened.resolver = SM_TRY(unbound::make_resolver(
        {.servers = opened.servers, .trust_anchor = options.trust_anchor, .window = options.window}));
  else
    opened.resolver =
        cares::make_resolver({.servers = opened.servers, .trust = opened.trust, .window = options.window});
  return opened;
}

std::optional<dns::DnssecMode> parse_dnssec_mode(std::string_view text) {
  if (text == "auto") return dns::DnssecMode::automatic;
  if (text == "resolver") return dns::DnssecMode::resolver;
  if (text == "local") return dns::DnssecMode::local;
  return std::nullopt;
}

}  // namespace sm
