#include "text/time.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <initializer_list>
#include <limits>

#include "text/ascii.hpp"

namespace sm {
namespace {

constexpr std::int64_t minute = 60;
constexpr std::int64_t hour = 60 * minute;
constexpr std::int64_t day = 24 * hour;

// Four digits of a year hold no more (RFC 3339 §1): 0000-01-01T00:00:00Z to 9999-12-31T23:59:59Z, less a day on both
// sides for the offset of a zone.
std::int64_t in_four_digits(std::int64_t seconds) {
  return std::clamp<std::int64_t>(seconds, -62167219200 + day, 253402300799 - day);
}

std::string date_and_time(const std::tm& t, char separator) {
  char text[64];
  const int length = std::snprintf(text, sizeof text, "%04d-%02d-%02d%c%02d:%02d:%02d", t.tm_year + 1900, t.tm_mon + 1,
                                   t.tm_mday, separator, t.tm_hour, t.tm_min, t.tm_sec);
  return {text, static_cast<std::size_t>(length)};
}

// Digits only: no sign, no white space. nullopt if there is none or if they overflow.
std::optional<std::uint64_t> number(std::string_view digits) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

// A number and a unit's name; nullopt if it is not of that form or more than `highest`.
std::optional<std::uint64_t> quantity(std::string_view text, std::initializer_list<Unit> units, std::uint64_t highest) {
  const auto* const end = std::ranges::find_if_not(text, is_digit);
  const auto digits = static_cast<std::size_t>(end - text.begin());
  const auto value = number(text.substr(0, digits));
  if (!value) return std::nullopt;
  for (const Unit& unit : units) {
    if (text.substr(digits) != unit.name) continue;
    if (*value > highest / unit.factor) return std::nullopt;
    return *value * unit.factor;
  }
  return std::nullopt;
}

// 23:59:59 UTC of "2030-01-31".
std::optional<std::int64_t> end_of_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto y = number(text.substr(0, 4));
  const auto m = number(text.substr(5, 2));
  const auto d = number(text.substr(8, 2));
  if (!y || !m || !d) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*y)),
                                         std::chrono::month(static_cast<unsigned>(*m)),
                                         std::chrono::day(static_cast<unsigned>(*d))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count() * day + day - 1;
}

}  // namespace

std::string rfc3339(std::int64_t seconds) {
  const std::time_t time = in_four_digits(seconds);
  std::tm t{};
  gmtime_r(&time, &t);
  return date_and_time(t, 'T') + 'Z';
}

std::string local_time(std::int64_t seconds) {
  const std::time_t time = in_four_digits(seconds);
  std::tm t{};
  tzset();  // which localtime_r need not do
  localtime_r(&time, &t);
  const long minutes = std::abs(t.tm_gmtoff) / minute;
  char offset[32];
  const int length =
      std::snprintf(offset, sizeof offset, " %c%02ld%02ld", t.tm_gmtoff < 0 ? '-' : '+', minutes / 60, minutes % 60);
  return date_and_time(t, ' ').append(offset, static_cast<std::size_t>(length));
}

std::optional<std::int64_t> parse_http_date(std::string_view text) {
  constexpr std::string_view form = "Sun, 06 Nov 1994 08:49:37 GMT";
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() != form.size() || text.substr(3, 2) != ", " || !text.ends_with(" GMT")) return std::nullopt;
  for (std::size_t i = 5; i < form.size(); ++i)
    if (is_digit(form[i]) != is_digit(text[i]) || (!is_digit(form[i]) && !is_alpha(form[i]) && form[i] != text[i]))
      return std::nullopt;
  const auto at = [&](std::size_t place, std::size_t size) { return *number(text.substr(place, size)); };
  const std::size_t month = months.find(text.substr(8, 3));
  if (month == std::string_view::npos || month % 3 != 0) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(at(12, 4))),
                                         std::chrono::month(static_cast<unsigned>(month / 3 + 1)),
                                         std::chrono::day(static_cast<unsigned>(at(5, 2)))};
  const auto [h, m, s] = std::array{at(17, 2), at(20, 2), at(23, 2)};
  if (!date.ok() || h > 23 || m > 59 || s > 60) return std::nullopt;  // 60: a leap second
  return std::chrono::sys_days(date).time_since_epoch().count() * day + static_cast<std::int64_t>(h) * hour +
         static_cast<std::int64_t>(m) * minute + static_cast<std::int64_t>(s);
}

std::optional<std::int64_t> parse_lifetime(std::string_view text, std::int64_t now) {
  if (text == "never") return 0;
  // RFC 4880 §5.2.3.6: a key's expiration is 32 bits of seconds, and 0 would be never.
  constexpr std::uint64_t highest = std::numeric_limits<std::uint32_t>::max();
  if (const auto end = end_of_day(text)) {
    if (*end <= now || static_cast<std::uint64_t>(*end - now) > highest) return std::nullopt;
    return *end - now;
  }
  const auto value = quantity(text, {{"d", day}, {"w", 7 * day}, {"mo", 30 * day}, {"y", 365 * day}}, highest);
  if (!value || *value == 0) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

std::optional<std::int64_t> parse_duration(std::string_view text, bool bare_seconds) {
  constexpr std::uint64_t highest = std::numeric_limits<std::int32_t>::max();
  auto value = quantity(text, {{"s", 1}, {"min", minute}, {"h", hour}, {"d", day}}, highest);
  if (!value && bare_seconds) value = quantity(text, {{"", 1}}, highest);
  if (!value) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  constexpr std::uint64_t kibi = 1024;
  return quantity(text,
                  {{"", 1},
                   {"K", kibi},
                   {"k", kibi},
                   {"M", kibi * kibi},
                   {"m", kibi * kibi},
                   {"G", kibi * kibi * kibi},
                   {"g", kibi * kibi * kibi}},
                  std::numeric_limits<std::uint64_t>::max());
}

}  // namespace sm
