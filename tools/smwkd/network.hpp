// What asks the network for a command, and by which method.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "cli/context.hpp"
#include "web/web.hpp"
#include "wkd/discovery.hpp"

namespace sm::smwkd {

struct Network {
  // Errors of web::open().
  static Result<Network> open(const cli::Context& context);

  // The method that --method names, otherwise the one that the DNS says. Through a proxy the DNS is not asked, and the
  // method is the advanced one: the proxy can't tell that a name does not exist. Errors: wkd.dns.
  Result<wkd::Discovery> discover(std::string_view domain) const;
  // Whether a proxy is asked for the domain, or for its sub-domain.
  bool is_proxied(std::string_view domain) const;

  web::Web web;
  std::unique_ptr<dns::Resolver> system;    // of resolv.conf, if none is named
  std::optional<wkd::Method> method;        // --method
  std::chrono::milliseconds timeout{};      // for one exchange
  std::chrono::milliseconds time_to_ask{};  // for one question to the DNS

  dns::Resolver& resolver() const { return web.resolver ? *web.resolver : *system; }
};

}  // namespace sm::smwkd
