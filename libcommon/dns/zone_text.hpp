// Zone text, the "master file" of RFC 1035 §5: entries of owner, TTL, class, type and data, with $ORIGIN and $TTL
// (RFC 2308 §4). $INCLUDE is refused. TTLs are plain seconds.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "dns/record.hpp"

namespace sm::dns {

inline constexpr std::size_t max_zone_text = 16 << 20;  // octets
inline constexpr std::size_t max_zone_records = 100'000;

// Records of class IN, in the order of the text. Relative names are completed with `origin` until $ORIGIN says other;
// a record without a TTL takes $TTL's, else that of the record before, else 0. Errors: dns.zone-syntax (data), with the
// line.
Result<std::vector<Record>> parse_zone_text(std::string_view text, const Name& origin = {});

// One record a line: absolute owner, TTL, IN, type, data; line feed.
std::string zone_text(const Record& record);

}  // namespace sm::dns
