#include "base/primitives.hpp"

#include <botan/hash.h>
#include <botan/stream_cipher.h>

namespace sm {
namespace {

std::uint8_t* octets(char* bytes) {
  return reinterpret_cast<std::uint8_t*>(bytes);
}
const std::uint8_t* octets(const char* bytes) {
  return reinterpret_cast<const std::uint8_t*>(bytes);
}

template <std::size_t Size>
std::array<unsigned char, Size> digest(const char* name, std::string_view bytes) {
  const auto hash = Botan::HashFunction::create_or_throw(name);
  hash->update(octets(bytes.data()), bytes.size());
  std::array<unsigned char, Size> result;
  hash->final(result.data());
  return result;
}

}  // namespace

std::array<unsigned char, 20> sha1(std::string_view bytes) {
  return digest<20>("SHA-1", bytes);
}
std::array<unsigned char, 32> sha256(std::string_view bytes) {
  return digest<32>("SHA-256", bytes);
}

struct Sha1::State {
  std::unique_ptr<Botan::HashFunction> hash = Botan::HashFunction::create_or_throw("SHA-1");
};

Sha1::Sha1() : state_(std::make_unique<State>()) {}
Sha1::Sha1(Sha1&&) noexcept = default;
Sha1& Sha1::operator=(Sha1&&) noexcept = default;
Sha1::~Sha1() = default;

std::array<unsigned char, 20> Sha1::digest(std::string_view bytes) {
  state_->hash->update(octets(bytes.data()), bytes.size());
  std::array<unsigned char, 20> result;
  state_->hash->final(result.data());
  return result;
}

struct EphemeralCipher::State {
  std::unique_ptr<Botan::StreamCipher> cipher = Botan::StreamCipher::create_or_throw("CTR-BE(AES-256)");
  std::uint64_t position = 0;
};

EphemeralCipher::EphemeralCipher() : state_(std::make_unique<State>()) {
  Botan::secure_vector<std::uint8_t> key(32);
  random_bytes({reinterpret_cast<char*>(key.data()), key.size()});
  state_->cipher->set_key(key);
  const std::array<std::uint8_t, 16> zero{};
  state_->cipher->set_iv(zero.data(), zero.size());
}

EphemeralCipher::EphemeralCipher(EphemeralCipher&&) noexcept = default;
EphemeralCipher& EphemeralCipher::operator=(EphemeralCipher&&) noexcept = default;
EphemeralCipher::~EphemeralCipher() = default;

void EphemeralCipher::apply(std::uint64_t position, std::span<char> bytes) {
  // A seek throws away key stream that was made ahead: reading or writing in order must not pay for it.
  if (position != state_->position) state_->cipher->seek(position);
  state_->cipher->cipher1(octets(bytes.data()), bytes.size());
  state_->position = position + bytes.size();
}

}  // namespace sm
