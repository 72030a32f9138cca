// z-base-32 (RFC 6189 §5.1.6): the base-32 of Web Key Directory and of our file names.
#pragma once

#include <string>
#include <string_view>

namespace sm {

// Five bits a character, high bits first, the last one padded with zero bits; no padding characters.
std::string zbase32(std::string_view bytes);

}  // namespace sm
