// What a check saw and what it makes of it: values only.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dane/chain.hpp"
#include "dane/sessions.hpp"
#include "dane/usability.hpp"
#include "dns/resolver.hpp"
#include "json/value.hpp"
#include "net/smtp_probe.hpp"
#include "report/finding.hpp"

namespace sm::dane {

enum class HostVerdict {
  is_protected,  // every address proved one of the TLSA records, with every kind of key it has
  failed,        // an address does not: mismatch, no STARTTLS, TLS too old …
  unusable,      // there are TLSA records, and none can be used (RFC 7672 §2.2)
  bogus,         // DNSSEC says that the answers are forged or the zone is broken (RFC 7672 §2.1.2)
  untested,      // something that has to be known could not be
  no_dane,       // no TLSA record that DNSSEC vouches for
  no_address,    // and DNSSEC vouches for that: no mail gets there
};

enum class Verdict {
  is_protected,
  opportunistic,  // every host is, but the MX RRset is not secure: who forges it chooses the hosts (RFC 7672 §2.2.1)
  failed,
  partial,  // some hosts have no TLSA records: mail is sent there without
  unusable,
  bogus,
  untested,
  no_dane,
  null_mx,  // RFC 7505
  no_mail,  // neither MX nor address, or no such domain
};

// Where a domain's hosts come from.
enum class Source {
  none,
  mx,
  implicit,   // no MX record: the domain itself (RFC 5321 §5.1)
  null_mx,    // RFC 7505
  no_domain,  // NXDOMAIN
  given,      // the user named the host
};

std::string_view name_of(HostVerdict);  // "protected", "failed" …
std::string_view name_of(Verdict);
std::string_view name_of(Source);

// Whom the DNS was asked through, and on whose word its security stands.
struct Asked {
  dns::Backend backend = dns::Backend::fake;
  dns::Trust trust = dns::Trust::nobody;
  std::string server;
};

// Something that ends.
struct Ending {
  std::string what;  // "certificate of mx.example.org", "signature of MX example.org"
  std::chrono::sys_seconds when;
  bool is_certificate = false;  // otherwise an RRSIG
};

struct TlsaRecord {
  dns::Tlsa data;
  Usability usability = Usability::usable;
  bool matched = false;  // by a session
};

// One kind of key at one address.
struct SessionReport {
  net::ProbeTarget target;
  Sessions::Seen seen;
  std::optional<ChainVerdict> verdict;          // of a handshake
  std::optional<CertificateFacts> certificate;  // the server's own
  bool not_offered = false;                     // nothing is wrong: the server has no such key
};

struct HostReport {
  dns::Name name;
  std::optional<std::uint16_t> preference;  // of an MX record
  std::uint16_t port = 25;
  HostVerdict verdict = HostVerdict::untested;
  std::vector<net::Address> addresses;  // in a stable order
  dns::Security address_security = dns::Security::indeterminate;
  dns::Name canonical;                   // of the addresses
  std::optional<dns::Name> base_domain;  // where the TLSA records are (RFC 7672 §2.2.3)
  std::vector<TlsaRecord> records;       // in a stable order
  std::vector<SessionReport> sessions;
  std::vector<report::Finding> findings;
  std::vector<Ending> endings;
  Asked asked;  // of the first answer
};

struct CheckReport {
  std::string subject;            // the domain, or HOST:PORT
  std::chrono::sys_seconds time;  // CheckOptions::now
  dns::Name name;
  Source source = Source::none;
  dns::Security mx_security = dns::Security::indeterminate;
  std::vector<HostReport> hosts;          // by preference, then name
  std::vector<report::Finding> findings;  // of the domain; the hosts have their own
  std::vector<Ending> endings;            // likewise
  Verdict verdict = Verdict::untested;
  bool ends_soon = false;  // something ends within the days asked about
  Asked asked;             // of the first answer
};

// The contract's: 0 protected, 1 not, 2 nothing to check, 75 not tested. `opportunistic`: Verdict::opportunistic is 0
// instead of 2. `soon_is_no`: what is right but ends soon is 1.
int status_of(const CheckReport& report, bool opportunistic, bool soon_is_no);

// Of the domain and its hosts, in this order.
std::vector<report::Finding> all_findings(const CheckReport& report);
// The earliest ending of certificates, or of signatures.
std::optional<std::chrono::sys_seconds> first_ending(const CheckReport& report, bool certificates);

// One line for a person, without a line end: "example.org: protected (2 hosts, 4 addresses)". Untrusted text in it.
std::string summary(const CheckReport& report);

// smdane.check/1 without its schema. What changes from night to night stands under "run".
json::Value to_json(const CheckReport& report, int status);

}  // namespace sm::dane
