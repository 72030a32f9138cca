// Whether a domain's directory, and what it has of one address, keep to the draft, as somebody finds it who looks a
// certificate up: each rule is a finding, those that hold too.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crypto/ports.hpp"
#include "dns/resolver.hpp"
#include "net/http.hpp"
#include "report/finding.hpp"
#include "wkd/address.hpp"

namespace sm::wkd {

struct CheckOptions {
  std::optional<Method> method;               // whatever the DNS says
  bool allow_private = false;                 // private addresses are no finding
  bool ask_dns = true;                        // not through a proxy
  std::int64_t now = 0;                       // seconds since the epoch
  std::chrono::milliseconds timeout{30'000};  // for one exchange or question
};

enum class Verdict {
  good,        // warnings at most
  faulty,      // an error that was seen
  absent,      // no directory, or nothing for the address in it
  not_tested,  // the DNS or the server did not answer
};
std::string_view name_of(Verdict verdict);  // "good", "faulty", "absent", "not-tested"

struct CheckReport {
  Verdict verdict = Verdict::good;
  Method method = Method::advanced;
  std::vector<report::Finding> findings;
};

// What a check is made with. All must outlive it.
struct CheckPorts {
  dns::Resolver& resolver;
  net::HttpClient& client;
  CertificateReader& reader;
  dns::ToAscii to_ascii;
};

// Without `local` in the address: the directory alone. Never fails: what can't be asked is a finding.
CheckReport check(const CheckPorts& ports, const Address& address, const CheckOptions& options);

}  // namespace sm::wkd
