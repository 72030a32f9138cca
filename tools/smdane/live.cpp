#include "live.hpp"

#include <algorithm>

#include "backend/tls/material.hpp"
#include "backend/tls/probe.hpp"
#include "bulk/own_name.hpp"
#include "dane/check.hpp"
#include "dane/host_records.hpp"
#include "resolver/options.hpp"

namespace sm::smdane {
namespace {

constexpr std::size_t window = 10;

using Family = net::Address::Family;

Result<std::vector<net::Address>> addresses_of(dns::Resolver& resolver, const Service& service,
                                               std::optional<Family> family) {
  std::vector<net::Address> addresses;
  std::string reason = "it has none";
  for (const auto& [type, of] : {std::pair(dns::Type::a, Family::v4), std::pair(dns::Type::aaaa, Family::v6)}) {
    if (family && *family != of) continue;
    const dns::Answer answer = dns::look_up(resolver, {.name = service.host, .type = type});
    // An address that DNSSEC says is forged may be anybody's.
    if (answer.security == dns::Security::bogus || answer.outcome == dns::Outcome::failed) reason = answer.reason;
    if (answer.security == dns::Security::bogus) continue;
    std::ranges::copy(dane::addresses_in(answer), std::back_inserter(addresses));
  }
  addresses.resize(std::min(addresses.size(), dane::max_addresses));
  if (addresses.empty())
    return fail(ErrorKind::temporary, "smdane.live", "no address of " + service.host.text() + ": " + reason);
  return addresses;
}

struct Seen {
  net::ProbeTarget target;
  net::ProbeResult result;
};

std::vector<Seen> probe_all(const std::vector<net::Address>& addresses, const Service& service) {
  const auto probe = tls::make_probe({.helo = bulk::own_name()});
  std::vector<Seen> seen;
  for (const net::Address& address : addresses)
    for (const net::KeyType key : {net::KeyType::ecdsa, net::KeyType::rsa, net::KeyType::any})
      seen.push_back({{.address = address,
                       .port = service.port,
                       .server_name = service.host.text(),
                       .key = key,
                       .protocol = net::protocol_of(service.port)},
                      {}});
  // One at a time: some servers take it amiss otherwise.
  for (Seen& one : seen) {
    probe->ask(one.target, [&one](net::ProbeResult result) { one.result = std::move(result); });
    run(*probe);
  }
  return seen;
}

}  // namespace

Result<std::vector<std::vector<dane::Material>>> live_chains(cli::Context& context, const Service& service,
                                                             std::optional<Family> family) {
  const OpenedResolver opened = SM_TRY(open_resolver(context, window));
  const auto addresses = SM_TRY(addresses_of(*opened.resolver, service, family));
  const std::vector<Seen> seen = probe_all(addresses, service);
  std::vector<std::vector<std::string>> found;
  for (const Seen& one : seen) {
    if (one.result.outcome == net::ProbeOutcome::handshake) {
      if (std::ranges::find(found, one.result.chain) == found.end()) found.push_back(one.result.chain);
    } else if (one.target.key == net::KeyType::any) {
      // Of this or that kind of key the server need not have a certificate; of some it must.
      std::string message = service.text() + " [" + text_of(one.target.address) +
                            "] presents nothing: " + std::string(name_of(one.result.outcome));
      if (!one.result.detail.empty()) message += ": " + one.result.detail;
      context.warn(message);
    }
  }
  if (found.empty())
    return fail(ErrorKind::temporary, "smdane.live", service.text() + " presents no certificate at any address");
  std::ranges::sort(found);
  std::vector<std::vector<dane::Material>> chains;
  for (const std::vector<std::string>& chain : found) {
    chains.emplace_back();
    for (const std::string& der : chain) chains.back().push_back(SM_TRY(tls::read_material(der)));
  }
  return chains;
}

}  // namespace sm::smdane
