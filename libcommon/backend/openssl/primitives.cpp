#include "base/primitives.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <new>
#include <stdexcept>

#include "base/handle.hpp"
#include "base/secret.hpp"

namespace sm {
namespace {

unsigned char* octets(char* bytes) {
  return reinterpret_cast<unsigned char*>(bytes);
}

// None of these calls fails for what it is given, unless memory is short or the library is not whole.
void must(int done) {
  if (done != 1) throw std::runtime_error("libcrypto fails");
}

template <std::size_t Size>
std::array<unsigned char, Size> digest(const EVP_MD* hash, std::string_view bytes) {
  std::array<unsigned char, Size> result;
  must(EVP_Digest(bytes.data(), bytes.size(), result.data(), nullptr, hash, nullptr));
  return result;
}

}  // namespace

std::array<unsigned char, 20> sha1(std::string_view bytes) {
  return digest<20>(EVP_sha1(), bytes);
}
std::array<unsigned char, 32> sha256(std::string_view bytes) {
  return digest<32>(EVP_sha256(), bytes);
}

struct Sha1::State {
  Handle<EVP_MD_CTX, EVP_MD_CTX_free> context{EVP_MD_CTX_new()};
};

Sha1::Sha1() : state_(std::make_unique<State>()) {
  if (!state_->context) throw std::bad_alloc();
}
Sha1::Sha1(Sha1&&) noexcept = default;
Sha1& Sha1::operator=(Sha1&&) noexcept = default;
Sha1::~Sha1() = default;

std::array<unsigned char, 20> Sha1::digest(std::string_view bytes) {
  std::array<unsigned char, 20> result;
  must(EVP_DigestInit_ex2(state_->context.get(), EVP_sha1(), nullptr));
  must(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()));
  must(EVP_DigestFinal_ex(state_->context.get(), result.data(), nullptr));
  return result;
}

struct EphemeralCipher::State {
  static constexpr std::size_t block = 16;  // bytes

  Handle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free> context{EVP_CIPHER_CTX_new()};
  std::uint64_t position = 0;

  // Enciphers or deciphers what stands at `position`; moves on.
  void run(std::span<char> bytes) {
    constexpr std::size_t piece = 1u << 30;  // the library counts in int
    position += bytes.size();
    while (!bytes.empty()) {
      const std::span<char> now = bytes.first(std::min(bytes.size(), piece));
      int written = 0;
      must(EVP_EncryptUpdate(context.get(), octets(now.data()), &written, octets(now.data()),
                             static_cast<int>(now.size())));
      bytes = bytes.subspan(now.size());
    }
  }

  void seek(std::uint64_t to) {
    // The initial counter block is zero, so that the block's number is the counter, big-endian.
    std::array<unsigned char, block> counter{};
    std::uint64_t number = to / block;
    for (std::size_t i = block; number != 0; number >>= 8) counter[--i] = static_cast<unsigned char>(number & 0xff);
    must(EVP_EncryptInit_ex2(context.get(), nullptr, nullptr, counter.data(), nullptr));
    position = to - to % block;
    std::array<char, block> skipped{};
    run(std::span(skipped).first(to % block));
  }
};

EphemeralCipher::EphemeralCipher() : state_(std::make_unique<State>()) {
  Secret key(32);
  random_bytes({key.data(), key.size()});
  const std::array<unsigned char, State::block> zero{};
  if (!state_->context) throw std::bad_alloc();
  must(EVP_EncryptInit_ex2(state_->context.get(), EVP_aes_256_ctr(), octets(key.data()), zero.data(), nullptr));
}

EphemeralCipher::EphemeralCipher(EphemeralCipher&&) noexcept = default;
EphemeralCipher& EphemeralCipher::operator=(EphemeralCipher&&) noexcept = default;
EphemeralCipher::~EphemeralCipher() = default;

void EphemeralCipher::apply(std::uint64_t position, std::span<char> bytes) {
  if (position != state_->position) state_->seek(position);
  state_->run(bytes);
}

}  // namespace sm
