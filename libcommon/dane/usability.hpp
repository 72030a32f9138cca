// Which TLSA records an SMTP client can use (RFC 7672 §3.1). One that it can't use is as good as absent, but for this:
// where all are so, TLS is still mandatory (§2.2).
#pragma once

#include <string_view>

#include "dane/chain.hpp"
#include "dns/rdata_tlsa.hpp"

namespace sm::dane {

enum class Usability {
  usable,
  pkix_usage,        // usages 0 and 1, which no SMTP client has anchors for (RFC 7672 §3.1.3)
  unknown_usage,     // RFC 6698 §2.1.1
  unknown_selector,  // RFC 6698 §2.1.2
  unknown_type,      // RFC 6698 §2.1.3
  wrong_length,      // of a digest
  unreadable,        // no certificate, or no key, where one should stand as it is
};

Usability usability(const dns::Tlsa& record, const ChainJudge& judge);
// "usable", "pkix-usage" …
std::string_view name_of(Usability);

}  // namespace sm::dane
