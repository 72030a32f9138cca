// AAAA: an IPv6 address (RFC 3596 §2.2).
#pragma once

#include <array>
#include <cstdint>

#include "dns/type.hpp"

namespace sm::dns {

struct Aaaa {
  static constexpr Type type = Type::aaaa;
  std::array<std::uint8_t, 16> address{};  // in the order of the network

  template <class Fields, class Self>
  static void list(Fields& fields, Self& self);
  bool operator==(const Aaaa&) const = default;
};

}  // namespace sm::dns
