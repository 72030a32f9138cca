// The port to whatever holds a server's certificates against TLSA records: what is asked, and what it says.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "dns/rdata_tlsa.hpp"

namespace sm::dane {

enum class Profile {
  smtp,       // RFC 7672 §3.1: usages 2 and 3; 0 and 1 are as good as absent
  all_usages  // RFC 7671 §5: 0 and 1 too, which end at a trust anchor of the verifier
};

struct ChainQuestion {
  std::vector<std::string> chain;  // DER, as the server sent them: its own first
  std::vector<dns::Tlsa> records;
  // The TLSA base domain (RFC 7672 §2.2.3), and the other names that the certificate may have (§3.2.2); presentation
  // form, A-labels. Any one of them is enough.
  std::string base_domain;
  std::vector<std::string> further_names;
  Profile profile = Profile::smtp;
  // The name counts with usage 3 too. Never in SMTP (RFC 7672 §3.1.1).
  bool names_with_usage_3 = false;
  std::chrono::sys_seconds now;
};

enum class ChainResult {
  match,
  unusable,       // none of the records can be used
  no_match,       // no record matches a certificate of the chain
  wrong_name,     // a record matches, and the certificate has none of the names
  expired,        // a certificate below the one that matches has expired,
  not_yet_valid,  // or is not yet valid
  untrusted,      // the chain does not hold for another reason: `reason`
};

// "match", "no-match" …
std::string_view name_of(ChainResult);

struct ChainVerdict {
  ChainResult result = ChainResult::unusable;
  // What matches, also where the result is not match because of something else.
  std::optional<std::size_t> record;  // place in ChainQuestion::records
  // Of what matches: 0 the server's certificate, 1 its issuer, and so on up the chain that was built (not the one that
  // was sent); -1: nothing.
  int depth = -1;
  // The certificate that the result is about where it is not match and not unusable; counted likewise.
  int failed_depth = -1;
  int code = 0;        // X509_V_ERR_… of OpenSSL, 0 where it has nothing to say
  std::string reason;  // its words; empty: none
  // When the first certificate of the chain that was built, up to what matched, stops being valid; of a match whose
  // dates count (RFC 7672 §3.1.2), not of one by usage 3 (§3.1.1).
  std::optional<std::chrono::sys_seconds> valid_until;
};

// What a certificate says of itself; text is as it stands there, untrusted.
struct CertificateFacts {
  std::string subject;  // RFC 2253
  std::string issuer;
  std::vector<std::string> names;  // DNS names of the subject alternative name
  std::chrono::sys_seconds not_before;
  std::chrono::sys_seconds not_after;
  std::string key;  // "RSA 2048", "EC 256" …
};

// Whoever knows certificates: backend/tls.
class ChainJudge {
 public:
  virtual ~ChainJudge() = default;

  // Errors: tls.certificate (data) for a chain that is empty or can't be read, tls.name (data) for a name that no
  // certificate can have.
  virtual Result<ChainVerdict> verify(const ChainQuestion& question) const = 0;
  // Whether the data of a record of matching type 0 is what its selector says, whole (RFC 7671 §5.2.1, RFC 6698
  // §2.1.2).
  virtual bool full_data_parses(const dns::Tlsa& record) const = 0;
  // Errors: tls.certificate (data).
  virtual Result<CertificateFacts> read(const std::string& der) const = 0;
};

}  // namespace sm::dane
