// CAA: which authorities may issue certificates for a domain (RFC 8659 §4.1).
#pragma once

#include <cstdint>
#include <string>

#include "dns/type.hpp"

namespace sm::dns {

struct Caa {
  static constexpr Type type = Type::caa;
  std::uint8_t flags = 0;  // 128: critical
  std::string tag;         // "issue"; ASCII letters and digits, at least one
  std::string value;       // any octets

  template <class Fields, class Self>
  static void list(Fields& fields, Self& self);
  bool operator==(const Caa&) const = default;
};

}  // namespace sm::dns
