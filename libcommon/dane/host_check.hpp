// One host by the rules of RFC 7672: its addresses, its TLSA records, and whether its server proves one of them.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <vector>

#include "dane/chain.hpp"
#include "dane/check_report.hpp"
#include "dane/sessions.hpp"
#include "dns/resolver.hpp"

namespace sm::dane {

struct CheckOptions {
  // One handshake an address with whatever key the server likes, no probe of denials, no look at signatures' ends.
  bool quick = false;
  std::chrono::days ahead{14};                 // what ends within is worth a warning
  std::optional<net::Address::Family> family;  // these addresses only
  std::chrono::milliseconds dns_timeout{10'000};
  std::chrono::sys_seconds now;
};

// What it takes; all must outlive the checks.
struct CheckTools {
  dns::Resolver& resolver;
  Sessions& sessions;
  const ChainJudge& judge;
};

struct HostQuestion {
  dns::Name name;
  std::optional<std::uint16_t> preference;
  std::uint16_t port = 25;
  net::Protocol protocol = net::Protocol::smtp;
  // What a certificate of usage 2 may be for besides the base domain: the domain that mail is for (RFC 7672 §3.2.2).
  std::vector<dns::Name> further_names;
};

// Calls back from the resolver's or the probe's process(). `options` is copied.
void check_host(const CheckTools& tools, const CheckOptions& options, HostQuestion question,
                std::function<void(HostReport)> done);

// ---- shared with check.cpp

// When the signatures of what is in the answer end: for each RRset the last, of these the first.
std::optional<std::chrono::sys_seconds> signatures_end(const dns::Answer& answer, std::chrono::sys_seconds now);

}  // namespace sm::dane
