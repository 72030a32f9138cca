#include "network.hpp"

#include <algorithm>

#include "backend/idn/idn.hpp"
#include "backend/tls/dns_id.hpp"
#include "resolver/options.hpp"

namespace sm::smmtasts {

Result<Network> Network::open(const cli::Context& context, std::size_t window, std::size_t exchanges) {
  Network network;
  network.opened = SM_TRY(open_resolver(context, window));
  network.web =
      SM_TRY(web::open(context, *network.opened.resolver, tls::by_dns_id, exchanges == 0 ? window : exchanges));
  // Less than --timeout, so that what was found out by then can still be said.
  if (const auto seconds = context.timeout()) {
    const std::chrono::milliseconds most(std::min<std::uint64_t>(*seconds, 3600) * 1000 * 3 / 4);
    network.most = most;
    network.dns_timeout = std::min(network.dns_timeout, most);
    network.fetch_timeout = std::min(network.fetch_timeout, most);
  }
  return network;
}

Result<dns::Name> parse_domain(std::string_view text) {
  if (text.find_first_of(":/@ ") != std::string_view::npos)
    return fail(ErrorKind::usage, "smmtasts.domain", "\"" + std::string(text) + "\" is no domain",
                "give the part of an address behind the @");
  auto name = dns::host_name(text, idn::to_ascii);
  if (name && !mtasts::policy_url(*name))
    return fail(ErrorKind::usage, "smmtasts.domain", "\"" + std::string(text) + "\" is no domain that takes mail");
  if (!name) name.error().kind = ErrorKind::usage;
  return name;
}

}  // namespace sm::smmtasts
