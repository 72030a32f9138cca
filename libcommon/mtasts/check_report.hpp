// What a check of a domain's MTA-STS saw, and what it makes of it: values only.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dane/check_report.hpp"
#include "json/value.hpp"
#include "mtasts/discovery.hpp"
#include "mtasts/tlsrpt.hpp"
#include "report/finding.hpp"

namespace sm::mtasts {

enum class Verdict {
  holds,      // the policy is valid, and every host keeps it
  faulty,     // an error that was seen
  no_policy,  // no record
  no_mail,    // a policy, and no host that takes mail
  untested,   // something that has to be known could not be
};
std::string_view name_of(Verdict verdict);  // "holds", "faulty", "no-policy", "no-mail", "not-tested"

// One kind of key at one address.
struct SessionReport {
  net::ProbeTarget target;
  dane::Sessions::Seen seen;
  std::optional<dane::ChainVerdict> verdict;  // of a handshake: by the authorities, for the host's name
  bool not_offered = false;                   // nothing is wrong: the server has no such key
};

struct HostReport {
  dns::Name name;
  std::optional<std::uint16_t> preference;  // of an MX record
  bool fits = false;                        // one of the policy's patterns
  std::vector<net::Address> addresses;      // in a stable order
  std::vector<SessionReport> sessions;
};

struct CheckReport {
  dns::Name name;
  std::chrono::sys_seconds time;
  RecordAnswer record;
  std::optional<PolicyAnswer> policy;  // none: it was not asked for
  // Of the policy host's certificate, and the first of the MX hosts' chains.
  std::optional<std::chrono::sys_seconds> policy_host_end;
  std::optional<std::chrono::sys_seconds> mx_end;
  std::optional<dane::CheckReport> dane;  // none: it was not asked for
  std::vector<HostReport> hosts;          // by preference, then name
  std::optional<Reporting> reporting;     // where failures are reported to (RFC 8460)
  std::vector<report::Finding> findings;
  Verdict verdict = Verdict::untested;
  bool ends_soon = false;  // a certificate, within the days asked about

  std::optional<Mode> mode() const;
};

// The contract's: 0 a policy that holds, 1 an error, 2 no policy, 75 not tested. `soon_is_no`: what holds but ends soon
// is 1.
int status_of(const CheckReport& report, bool soon_is_no);

// One line for a person, without a line end: "example.org: holds (enforce, 2 hosts)". Untrusted text in it.
std::string summary(const CheckReport& report);

// smmtasts.check/1 without its schema. What changes from night to night stands under "run".
json::Value to_json(const CheckReport& report, int status);

}  // namespace sm::mtasts
