// The options of the network (smtools(7), THE NETWORK) as a client: what every program shares that asks a server.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "backend/curl/client.hpp"
#include "cli/context.hpp"
#include "dns/resolver.hpp"
#include "net/http.hpp"
#include "net/proxy.hpp"

namespace sm::web {

struct Web {
  std::unique_ptr<dns::Resolver> resolver;  // of --resolver; none: the system looks names up
  std::unique_ptr<net::HttpClient> client;  // uses it
  std::optional<net::Proxy> proxy;          // that the client goes through: then nothing is to be asked of the DNS
};

// By the options of a command with Command::network. Errors: net.cafile (no_input), dns.bad-server (usage),
// net.bad-proxy (usage; config for the environment's).
Result<Web> open(const cli::Context& context);
// The same for a command with Command::dns too, whose resolver is there already, and must outlive the client; Web has
// none of its own then. `rule`, `window`: of curl::Settings. Errors: net.cafile, net.bad-proxy.
Result<Web> open(const cli::Context& context, dns::Resolver& resolver, curl::CertificateRule rule = nullptr,
                 std::size_t window = 50);

// What a user typed, international hosts too. Errors: net.bad-url, dns.bad-idn (usage).
Result<net::Url> parse_url(std::string_view text);

}  // namespace sm::web
