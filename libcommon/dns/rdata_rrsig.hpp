// RRSIG: the signature of an RRset and how long it holds (RFC 4034 §3).
#pragma once

#include <cstdint>
#include <string>

#include "dns/name.hpp"
#include "dns/type.hpp"

namespace sm::dns {

struct Rrsig {
  static constexpr Type type = Type::rrsig;
  Type covered{};
  std::uint8_t algorithm = 0;
  std::uint8_t labels = 0;  // fewer than the owner's: expanded from a wildcard (RFC 4035 §5.3.4)
  std::uint32_t original_ttl = 0;
  std::uint32_t expiration = 0;  // seconds since the epoch modulo 2^32: compare through seconds_until()
  std::uint32_t inception = 0;
  std::uint16_t key_tag = 0;
  Name signer;
  std::string signature;

  template <class Fields, class Self>
  static void list(Fields& fields, Self& self);
  bool operator==(const Rrsig&) const = default;
};

// Seconds from `now` (since the epoch) to a time of an RRSIG, in serial number arithmetic (RFC 4034 §3.1.5): negative
// if it is past.
std::int64_t seconds_until(std::uint32_t time, std::int64_t now);

}  // namespace sm::dns
