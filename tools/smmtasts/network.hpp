// What the commands ask the world through: one resolver for all names, and a client that matches certificates as RFC
// 8461 §3.3 wants it.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

#include "cli/context.hpp"
#include "mtasts/discovery.hpp"
#include "resolver/open.hpp"
#include "web/web.hpp"

namespace sm::smmtasts {

struct Network {
  OpenedResolver opened;
  web::Web web;
  std::chrono::milliseconds dns_timeout{10'000};
  std::chrono::milliseconds fetch_timeout{mtasts::fetch_timeout};
  std::optional<std::chrono::milliseconds> most;  // for any step, by --timeout

  // `window`: questions to the DNS at a time; `exchanges`: with policy hosts, as many without it. Errors: those of
  // open_resolver() and web::open().
  static Result<Network> open(const cli::Context& context, std::size_t window, std::size_t exchanges = 0);

  dns::Resolver& resolver() const { return *opened.resolver; }
  net::HttpClient& client() const { return *web.client; }
};

// What a user gave as a domain, international ones too. Errors: smmtasts.domain, dns.bad-name, dns.bad-idn (usage).
Result<dns::Name> parse_domain(std::string_view text);

}  // namespace sm::smmtasts
