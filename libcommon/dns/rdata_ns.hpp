// NS: a name server of a zone (RFC 1035 §3.3.11).
#pragma once

#include "dns/name.hpp"
#include "dns/type.hpp"

namespace sm::dns {

struct Ns {
  static constexpr Type type = Type::ns;
  Name server;

  template <class Fields, class Self>
  static void list(Fields& fields, Self& self);
  bool operator==(const Ns&) const = default;
};

}  // namespace sm::dns
