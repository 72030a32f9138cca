// The port to whatever holds a server's certificates against the authorities that everybody trusts (RFC 5280, RFC
// 6125): beside ChainJudge, which asks what a domain itself says of them.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "dane/chain.hpp"

namespace sm::dane {

struct PkixQuestion {
  std::vector<std::string> chain;  // DER, as the server sent them: its own first
  // A DNS-ID (RFC 6125 §6.4): one of the DNS names in the subjectAltName must be this, or have a star for its leftmost
  // label. A common name never counts.
  std::string host;
  std::chrono::sys_seconds now;
};

class PkixJudge {
 public:
  virtual ~PkixJudge() = default;

  // ChainResult::match, wrong_name, expired, not_yet_valid or untrusted; valid_until is of the whole chain that was
  // built, if it holds. Errors: tls.certificate (data) for a chain that is empty or can't be read, tls.name (data) for
  // a name that no certificate can have.
  virtual Result<ChainVerdict> verify(const PkixQuestion& question) const = 0;
};

}  // namespace sm::dane
