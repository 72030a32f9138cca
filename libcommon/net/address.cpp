#include "net/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace sm::net {
namespace {

struct Prefix {
  Address address;
  std::size_t bits = 0;
};

std::size_t width(Address::Family family) {
  return family == Address::Family::v4 ? 32 : 128;
}

std::optional<Prefix> parse_prefix(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto address = parse_address(text.substr(0, slash));
  const std::string_view digits = text.substr(slash + 1);
  std::size_t bits = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (!address || error != std::errc() || end != digits.data() + digits.size() || bits > width(address->family))
    return std::nullopt;
  return Prefix{*address, bits};
}

bool contains(const Prefix& prefix, const Address& address) {
  if (prefix.address.family != address.family) return false;
  for (std::size_t bit = 0; bit < prefix.bits; ++bit) {
    const auto mask = static_cast<std::uint8_t>(0x80 >> bit % 8);
    if ((prefix.address.octets[bit / 8] & mask) != (address.octets[bit / 8] & mask)) return false;
  }
  return true;
}

// Not globally reachable, by the registries "IPv4 Special-Purpose Address Space" and "IPv6 Special-Purpose Address
// Space"; of IPv6 everything outside 2000::/3 besides.
constexpr std::string_view special_v4[] = {"0.0.0.0/8",      "10.0.0.0/8",     "100.64.0.0/10", "127.0.0.0/8",
                                           "169.254.0.0/16", "172.16.0.0/12",  "192.0.0.0/24",  "192.0.2.0/24",
                                           "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
                                           "203.0.113.0/24", "224.0.0.0/4",    "240.0.0.0/4"};
constexpr std::string_view special_v6[] = {"2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16"};
// Where the IPv4 address stands, in octets from the front.
struct Embedded {
  std::string_view prefix;
  std::size_t at;
};
constexpr Embedded embedded_v4[] = {{"::ffff:0:0/96", 12}, {"64:ff9b::/96", 12}, {"2002::/16", 2}};

}  // namespace

Address make_address(const std::array<std::uint8_t, 4>& octets) {
  Address address;
  std::ranges::copy(octets, address.octets.begin());
  return address;
}

Address make_address(const std::array<std::uint8_t, 16>& octets) {
  return {.family = Address::Family::v6, .octets = octets};
}

std::optional<Address> parse_address(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string copy(text);
  Address address;
  if (inet_pton(AF_INET, copy.c_str(), address.octets.data()) == 1) return address;
  address.family = Address::Family::v6;
  if (inet_pton(AF_INET6, copy.c_str(), address.octets.data()) == 1) return address;
  return std::nullopt;
}

std::string text_of(const Address& address) {
  char text[INET6_ADDRSTRLEN];
  const int family = address.family == Address::Family::v4 ? AF_INET : AF_INET6;
  inet_ntop(family, address.octets.data(), text, sizeof text);
  return text;
}

bool is_within(const Address& address, std::string_view prefix) {
  const auto parsed = parse_prefix(prefix);
  return parsed && contains(*parsed, address);
}

bool is_public(const Address& address) {
  const auto in = [&](std::string_view prefix) { return is_within(address, prefix); };
  if (address.family == Address::Family::v4) return std::ranges::none_of(special_v4, in);
  for (const Embedded& embedded : embedded_v4) {
    if (!in(embedded.prefix)) continue;
    Address inner;
    std::copy_n(address.octets.begin() + static_cast<std::ptrdiff_t>(embedded.at), 4, inner.octets.begin());
    return is_public(inner);
  }
  return in("2000::/3") && std::ranges::none_of(special_v6, in);
}

}  // namespace sm::net
