// Internationalised domain names (RFC 5891) by libidn2.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sm::idn {

// A name in UTF-8 to A-labels: "bücher.example" is xn--bcher-kva.example. Mapped as UTS #46 says, non-transitional:
// case is folded, "ß" stays a letter of its own. ASCII comes back in lower case. Errors: dns.bad-idn (data).
Result<std::string> to_ascii(std::string_view name);

// A-labels to UTF-8, for showing; a name that is none, or can't be shown that way, comes back as it is.
std::string to_unicode(std::string_view name);

}  // namespace sm::idn
