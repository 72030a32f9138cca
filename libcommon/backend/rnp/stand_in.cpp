#include "backend/rnp/stand_in.hpp"

#include <string>

#include "backend/rnp/framing.hpp"
#include "base/primitives.hpp"
#include "text/hex.hpp"

namespace sm::rnp {
namespace {

using std::string_literals::operator""s;  // NOLINT(misc-unused-using-decls): it is used

constexpr std::size_t modulus_size = 128;

std::string with_length(std::string_view body) {
  std::string text(1, static_cast<char>(body.size() >> 8 & 0xff));
  text += static_cast<char>(body.size() & 0xff);
  return text.append(body);
}

// 1024 bits, without leading zeros.
std::string mpi(std::string_view number) {
  return "\x04\x00"s.append(number);
}

}  // namespace

std::string stand_in(std::string_view public_part) {
  // RSA with the public exponent 1: what has been signed is its own signature, so that the binding needs no secret. It
  // vouches for nothing: nobody but the operation that it was made for sees it.
  const std::string primary = "\x04\x00\x00\x00\x01\x01"s + mpi(std::string(modulus_size, '\xff')) + "\x00\x01\x01"s;
  const std::string issuer = hex_decode(fingerprint_of_key(primary)).value().substr(12);

  // A subkey binding (RFC 9580 §5.2.1.8) by RSA with SHA-256, created at 1; its hashed part, then what is hashed
  // (§5.2.4).
  const std::string hashed = "\x04\x18\x01\x08"s + with_length("\x05\x02\x00\x00\x00\x01"s);
  const auto digest = sha256("\x99" + with_length(primary) + "\x99" + with_length(public_part) + hashed +
                             "\x04\xff\x00\x00"s + with_length(hashed).substr(0, 2));
  const std::string_view hash(reinterpret_cast<const char*>(digest.data()), digest.size());

  // EMSA-PKCS1-v1_5 (RFC 8017 §9.2) without the first octet, which is zero; the next one has one bit.
  const std::string prefix = "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"s;
  std::string encoded =
      "\x01"s + std::string(modulus_size - 3 - prefix.size() - hash.size(), '\xff') + "\x00"s + prefix;
  encoded.append(hash);

  std::string signature = hashed + with_length("\x09\x10"s + issuer);
  signature.append(hash.substr(0, 2));
  const std::size_t bits = 8 * (encoded.size() - 1) + 1;
  signature += static_cast<char>(bits >> 8);
  signature += static_cast<char>(bits & 0xff);
  signature += encoded;
  return make_packet(packet_public_key, primary) + make_packet(packet_public_subkey, public_part) +
         make_packet(packet_signature, signature);
}

}  // namespace sm::rnp
