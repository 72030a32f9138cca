// CNAME: the name that an alias stands for (RFC 1035 §3.3.1).
#pragma once

#include "dns/name.hpp"
#include "dns/type.hpp"

namespace sm::dns {

struct Cname {
  static constexpr Type type = Type::cname;
  Name target;

  template <class Fields, class Self>
  static void list(Fields& fields, Self& self);
  bool operator==(const Cname&) const = default;
};

}  // namespace sm::dns
