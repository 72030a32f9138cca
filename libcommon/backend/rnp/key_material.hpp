// The numbers in key and signature packets (RFC 9580 §3.2, §5.5.5), for Botan: what session_key.cpp and signing_key.cpp
// share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sm::rnp {

const std::uint8_t* octets(std::string_view bytes);
// As Botan has it: number<Botan::BigInt>(…).
template <class Number>
Number number(std::string_view bytes) {
  return {octets(bytes), bytes.size()};
}

// Takes fields from the front of a packet's body; empty ones once it is too short.
struct Fields {
  std::string_view rest;
  bool good = true;

  std::string_view take(std::size_t size);
  std::size_t octet();
  std::string_view mpi();    // without its length
  std::string_view sized();  // behind one octet of length: a curve's object identifier, ECDH's parameters
};

// An object identifier as RFC 9580 §9.2 writes it, the octets of its encoding, in dotted form; empty if it is none.
std::string dotted(std::string_view encoded);

// Botan's name of a hash algorithm of RFC 9580 §9.5 that is still used; nullptr for any other.
const char* botan_hash(int id);

inline constexpr std::size_t material_start = 6;  // of a version 4 key: behind version, time and algorithm

}  // namespace sm::rnp
