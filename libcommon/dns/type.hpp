// Types, classes and response codes (IANA's registry of DNS parameters).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sm::dns {

// Any 16-bit value may stand in it; those without a name here are written TYPEn (RFC 3597 §5).
enum class Type : std::uint16_t {
  a = 1,
  ns = 2,
  cname = 5,
  soa = 6,
  mx = 15,
  txt = 16,
  aaaa = 28,
  dname = 39,
  opt = 41,
  ds = 43,
  rrsig = 46,
  dnskey = 48,
  tlsa = 52,
  caa = 257,
};

// "TLSA", "TYPE65280".
std::string text_of(Type type);
// Either form, any case.
std::optional<Type> parse_type(std::string_view text);

inline constexpr std::uint16_t class_in = 1;

// With OPT's upper bits (RFC 6891 §6.1.3): 12 bits.
enum class Rcode : std::uint16_t {
  noerror = 0,
  formerr = 1,
  servfail = 2,
  nxdomain = 3,
  notimp = 4,
  refused = 5,
};

// "NOERROR", "RCODE23".
std::string text_of(Rcode rcode);

// Extended errors (RFC 8914 §4): "DNSSEC Bogus" for 6; empty for a code that is not in the registry of 2022.
std::string_view extended_error_name(std::uint16_t code);
// Whether a validator says by it that a signature or a proof is missing or wrong (RFC 8914 §4.7 to §4.13, §4.28).
bool is_dnssec_error(std::uint16_t code);
// Whether a resolver says by it that it could not ask whom it had to (RFC 8914 §4.15, §4.23, §4.24).
bool is_outage(std::uint16_t code);

}  // namespace sm::dns
