// TLSA: what a TLS server's certificate or key must be (RFC 6698 §2.1).
#pragma once

#include <compare>
#include <cstdint>
#include <string>

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
  auto operator<=>(const Tlsa&) const = default;
};

}  // namespace sm::dns
