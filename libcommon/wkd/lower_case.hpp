// Turning text into lower case as Unicode has it: what the draft forbids for local parts, and others do.
#pragma once

#include <string>
#include <string_view>

namespace sm::wkd {

// Latin, Greek and Cyrillic letters; all else, and what is not UTF-8, as it is. Enough to recognise a hash that was
// made this way.
std::string unicode_lower(std::string_view text);

}  // namespace sm::wkd
