#include "network.hpp"

#include <algorithm>

#include "backend/cares/resolver.hpp"
#include "dns/servers.hpp"
#include "io/descriptor.hpp"

namespace sm::smwkd {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds exchange_timeout{30'000};
constexpr milliseconds dns_timeout{10'000};
constexpr std::size_t max_resolv_conf = 64 * 1024;

}  // namespace

Result<Network> Network::open(const cli::Context& context) {
  Network network;
  network.web = SM_TRY(web::open(context));
  if (!network.web.resolver) {
    const auto text = read_file("/etc/resolv.conf", max_resolv_conf);
    network.system = cares::make_resolver({.servers = dns::parse_resolv_conf(text ? *text : std::string()).servers});
  }
  if (const auto method = context.value("method"))
    network.method = *method == name_of(wkd::Method::direct) ? wkd::Method::direct : wkd::Method::advanced;
  // Less than --timeout, so that what was found out by then can still be said.
  milliseconds most = exchange_timeout;
  if (const auto seconds = context.timeout())
    most = std::min(most, milliseconds(std::min<std::uint64_t>(*seconds, 3600) * 1000 * 3 / 4));
  network.timeout = most;
  network.time_to_ask = std::min(most, dns_timeout);
  return network;
}

bool Network::is_proxied(std::string_view domain) const {
  return web.proxy && (web.proxy->serves(host_of(wkd::Method::advanced, domain)) || web.proxy->serves(domain));
}

Result<wkd::Discovery> Network::discover(std::string_view domain) const {
  if (method) return wkd::Discovery{.method = *method, .addresses = {}};
  if (is_proxied(domain)) return wkd::Discovery{};
  return wkd::discover(resolver(), domain, time_to_ask);
}

}  // namespace sm::smwkd
