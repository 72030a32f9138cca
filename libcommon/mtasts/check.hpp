// Every rule of RFC 8461 against the live world, as a sender finds it: the record, the policy by HTTPS, the MX hosts
// against its patterns, and STARTTLS at each of their addresses with a certificate that an authority vouches for. Each
// rule is a finding, with its clause. And what stands beside: DANE, which counts before MTA-STS (§2), and where
// failures are reported to (RFC 8460).
//
// As in dane/check.hpp, what could not be seen is not judged: not tested is neither kept nor broken.
#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include "dane/chain.hpp"
#include "dane/pkix.hpp"
#include "dane/sessions.hpp"
#include "dns/resolver.hpp"
#include "mtasts/cache.hpp"
#include "mtasts/check_report.hpp"
#include "net/http.hpp"

namespace sm::mtasts {

struct CheckOptions {
  std::chrono::days ahead{14};                 // certificates that end within are worth a warning
  std::optional<net::Address::Family> family;  // MX hosts' addresses of this family only
  bool allow_private = false;                  // private addresses are connected to
  std::chrono::milliseconds dns_timeout{10'000};
  std::chrono::milliseconds fetch_timeout{mtasts::fetch_timeout};
  std::chrono::sys_seconds now;
};

// What it takes; all must outlive the checks.
struct CheckTools {
  dns::Resolver& resolver;
  net::HttpClient& client;  // matches certificates by DNS-ID alone
  dane::Sessions& sessions;
  const dane::ChainJudge& dane;
  const dane::PkixJudge& pkix;
  Cache* cache = nullptr;  // is read, to say what has changed; nullptr: there is none
};

using CheckDone = std::function<void(CheckReport)>;

// Calls back from the process() of one of the ports. Many may be open at a time. `options` is copied.
void check_domain(const CheckTools& tools, const CheckOptions& options, dns::Name domain, CheckDone done);

}  // namespace sm::mtasts
