// The TXT record at _smtp._tls.<domain> that says where reports of failed TLS go (RFC 8460 §3):
//
//   _smtp._tls.example.org. TXT "v=TLSRPTv1; rua=mailto:tls@example.org"
//
// Without it nobody tells a domain in mode testing what would fail in mode enforce.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sm::mtasts {

struct Reporting {
  std::vector<std::string> to;  // URIs, of mailto: and https: ; at least one
};

// What the TXT records there say together, each joined, in any order. Those that do not begin "v=TLSRPTv1;" do not
// count. nullopt: there is none. Errors: mtasts.tlsrpt (data): several, or one that can't be read.
Result<std::optional<Reporting>> pick_reporting(const std::vector<std::string>& texts);

}  // namespace sm::mtasts
