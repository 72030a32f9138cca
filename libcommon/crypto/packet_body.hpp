// Steps through the fields of a packet's body (RFC 9580 §3).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sm {

// Precondition: it is there.
inline std::uint64_t octet_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

// Big-endian number of `size` octets at `at`, which must be there.
inline std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8 | octet_at(bytes, at + i);
  return value;
}

// `good` turns false at the end of the body, and stays so.
struct BodyCursor {
  std::string_view bytes;
  std::size_t at = 0;
  bool good = true;

  void skip(std::size_t size) {
    good = good && size <= bytes.size() - at;
    if (good) at += size;
  }
  std::uint64_t take(std::size_t size) {
    const std::size_t from = at;
    skip(size);
    return good ? number_at(bytes, from, size) : 0;
  }
  void skip_mpi() { skip((take(2) + 7) / 8); }
  void skip_sized() { skip(take(1)); }  // a curve's OID, ECDH's KDF parameters
};

}  // namespace sm
