#include "dns/type.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "text/ascii.hpp"

namespace sm::dns {
namespace {

constexpr std::array<std::pair<Type, std::string_view>, 14> types{{
    {Type::a, "A"},
    {Type::ns, "NS"},
    {Type::cname, "CNAME"},
    {Type::soa, "SOA"},
    {Type::mx, "MX"},
    {Type::txt, "TXT"},
    {Type::aaaa, "AAAA"},
    {Type::dname, "DNAME"},
    {Type::opt, "OPT"},
    {Type::ds, "DS"},
    {Type::rrsig, "RRSIG"},
    {Type::dnskey, "DNSKEY"},
    {Type::tlsa, "TLSA"},
    {Type::caa, "CAA"},
}};

constexpr std::array<std::string_view, 6> rcodes{"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"};

constexpr std::array<std::string_view, 30> extended_errors{
    "other error",
    "unsupported DNSKEY algorithm",
    "unsupported DS digest type",
    "stale answer",
    "forged answer",
    "DNSSEC indeterminate",
    "DNSSEC bogus",
    "signature expired",
    "signature not yet valid",
    "DNSKEY missing",
    "RRSIGs missing",
    "no zone key bit set",
    "NSEC missing",
    "cached error",
    "not ready",
    "blocked",
    "censored",
    "filtered",
    "prohibited",
    "stale NXDOMAIN answer",
    "not authoritative",
    "not supported",
    "no reachable authority",
    "network error",
    "invalid data",
    "signature expired before valid",
    "too early",
    "unsupported NSEC3 iterations value",
    "unable to conform to policy",
    "synthesized",
};

}  // namespace

std::string text_of(Type type) {
  const auto* found = std::ranges::find(types, type, &std::pair<Type, std::string_view>::first);
  if (found != types.end()) return std::string(found->second);
  return "TYPE" + std::to_string(static_cast<unsigned>(type));
}

std::optional<Type> parse_type(std::string_view text) {
  for (const auto& [type, name] : types)
    if (equal_ignoring_case(text, name)) return type;
  if (!starts_with_ignoring_case(text, "TYPE") || text.size() > 9) return std::nullopt;
  const std::string_view digits = text.substr(4);
  unsigned value = 0;
  for (const char c : digits) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  if (digits.empty() || value > 0xFFFF) return std::nullopt;
  return static_cast<Type>(value);
}

std::string text_of(Rcode rcode) {
  const auto value = static_cast<std::size_t>(rcode);
  return value < rcodes.size() ? std::string(rcodes[value]) : "RCODE" + std::to_string(value);
}

std::string_view extended_error_name(std::uint16_t code) {
  return code < extended_errors.size() ? extended_errors[code] : std::string_view();
}

bool is_dnssec_error(std::uint16_t code) {
  return (code >= 6 && code <= 12) || code == 25 || code == 27;
}

bool is_outage(std::uint16_t code) {
  return code == 14 || code == 22 || code == 23;
}

}  // namespace sm::dns
