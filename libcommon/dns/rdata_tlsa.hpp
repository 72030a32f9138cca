// TLSA: what a TLS server's certificate or key must be (RFC 6698 §2.1).
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <tuple>

#include "dns/type.hpp"

namespace sm::dns {

struct Tlsa {
  static constexpr Type type = Type::tlsa;
  std::uint8_t usage = 0;          // 2 DANE-TA, 3 DANE-EE
  std::uint8_t selector = 0;       // 0 certificate, 1 SubjectPublicKeyInfo
  std::uint8_t matching_type = 0;  // 0 as it is, 1 SHA-256, 2 SHA-512
  std::string data;                // octets; may be of any length, none too

  template <class Fields, class Self>
  static void list(Fields& fields, Self& self);
  bool operator==(const Tlsa&) const = default;
  // Not defaulted: what clang 14 makes of that it warns of itself.
  std::strong_ordering operator<=>(const Tlsa& other) const {
    return std::tie(usage, selector, matching_type, data) <=>
           std::tie(other.usage, other.selector, other.matching_type, other.data);
  }
};

}  // namespace sm::dns
