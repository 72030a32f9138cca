// Digests, a stream cipher and random bytes as plain functions. All but the last are declared here and defined in
// backend/botan or backend/openssl; each program links exactly one of the two, the library that it has loaded anyway.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace sm {

// 20 and 32 bytes (FIPS 180-4).
std::array<unsigned char, 20> sha1(std::string_view bytes);
std::array<unsigned char, 32> sha256(std::string_view bytes);

// sha1() of many short texts, one after the other: what it takes to begin is made once.
class Sha1 {
 public:
  Sha1();
  Sha1(Sha1&&) noexcept;
  Sha1& operator=(Sha1&&) noexcept;
  ~Sha1();
  std::array<unsigned char, 20> digest(std::string_view bytes);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Fills `bytes` with random bytes from the kernel (getrandom(2)).
void random_bytes(std::span<char> bytes);

// AES-256 in counter mode (NIST SP 800-38A), IV zero, under a random key that exists only in this object: what it
// enciphers, nobody but this object can read. The position is given with each call, so reads may come in any order.
class EphemeralCipher {
 public:
  EphemeralCipher();
  EphemeralCipher(EphemeralCipher&&) noexcept;
  EphemeralCipher& operator=(EphemeralCipher&&) noexcept;
  ~EphemeralCipher();
  // Enciphers or deciphers (the same operation) `bytes` in place; they stand at `position` of the stream.
  void apply(std::uint64_t position, std::span<char> bytes);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sm
