// Times and durations as users write and read them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sm {

// RFC 3339 in UTC: 2026-11-21T22:30:00Z. Seconds since the epoch.
std::string rfc3339(std::int64_t seconds);
// The same instant in the zone of TZ, with its offset: 2026-11-21 23:30:00 +0100.
std::string local_time(std::int64_t seconds);

// The date of an HTTP field (RFC 9110 §5.6.7) in the one form that is still written: "Sun, 06 Nov 1994 08:49:37 GMT".
// nullopt: not of this form.
std::optional<std::int64_t> parse_http_date(std::string_view text);

// How long a key lives: "90d", "18mo", "2y", a date "2030-01-31" (end of that day, UTC) or "never". A month is 30 days
// and a year 365 as in gpg. `now` in seconds since the epoch. The value is seconds from `now`; 0 is never. nullopt: not
// of this form (a bare "m" is refused), or past.
std::optional<std::int64_t> parse_lifetime(std::string_view text, std::int64_t now);

// "30s", "15min", "8h", "7d" in seconds; a bare number is refused, except where `bare_seconds`. nullopt: not of this
// form.
std::optional<std::int64_t> parse_duration(std::string_view text, bool bare_seconds = false);

// "10M", "1G", "512K", "1048576" (powers of 1024) in bytes.
std::optional<std::uint64_t> parse_size(std::string_view text);

}  // namespace sm
