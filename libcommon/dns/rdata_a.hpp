// A: an IPv4 address (RFC 1035 §3.4.1).
#pragma once

#include <array>
#include <cstdint>

#include "dns/type.hpp"

namespace sm::dns {

struct A {
  static constexpr Type type = Type::a;
  std::array<std::uint8_t, 4> address{};  // in the order of the network

  template <class Fields, class Self>
  static void list(Fields& fields, Self& self);
  bool operator==(const A&) const = default;
};

}  // namespace sm::dns
