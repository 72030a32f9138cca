// MX: a host that takes a domain's mail (RFC 1035 §3.3.9; the null MX "0 ." is RFC 7505's).
#pragma once

#include <cstdint>

#include "dns/name.hpp"
#include "dns/type.hpp"

namespace sm::dns {

struct Mx {
  static constexpr Type type = Type::mx;
  std::uint16_t preference = 0;  // the lowest is tried first
  Name exchange;

  template <class Fields, class Self>
  static void list(Fields& fields, Self& self);
  bool operator==(const Mx&) const = default;
};

}  // namespace sm::dns
