// SOA: the start of a zone (RFC 1035 §3.3.13); its minimum bounds how long a denial is cached (RFC 2308 §4).
#pragma once

#include <cstdint>

#include "dns/name.hpp"
#include "dns/type.hpp"

namespace sm::dns {

struct Soa {
  static constexpr Type type = Type::soa;
  Name primary;
  Name mailbox;
  std::uint32_t serial = 0;
  std::uint32_t refresh = 0;  // seconds, as all below
  std::uint32_t retry = 0;
  std::uint32_t expire = 0;
  std::uint32_t minimum = 0;

  template <class Fields, class Self>
  static void list(Fields& fields, Self& self);
  bool operator==(const Soa&) const = default;
};

}  // namespace sm::dns
