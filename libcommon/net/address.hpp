// Internet addresses, and which of them lead to the public Internet.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sm::net {

struct Address {
  enum class Family { v4, v6 };
  Family family = Family::v4;
  std::array<std::uint8_t, 16> octets{};  // in the order of the network; of IPv4 the first four

  bool operator==(const Address&) const = default;
};

// Of the octets that a record A or AAAA holds.
Address make_address(const std::array<std::uint8_t, 4>& octets);
Address make_address(const std::array<std::uint8_t, 16>& octets);

// "192.0.2.1", "2001:db8::1", without brackets and zone; nothing that only some programs take for an address, such as
// "127.1".
std::optional<Address> parse_address(std::string_view text);
std::string text_of(const Address& address);

// Whether it is one that the Internet routes (RFC 6890 and the IANA registries of special-purpose addresses): not
// loopback, private, shared, link-local, multicast, reserved, or for documentation. An IPv6 address with an IPv4 one in
// it (mapped, 6to4, the well-known NAT64 prefix) is as public as that.
bool is_public(const Address& address);

// "10.0.0.0/8", "fd00::/8": whether `address` is in it; false if it is no such prefix.
bool is_within(const Address& address, std::string_view prefix);

}  // namespace sm::net
