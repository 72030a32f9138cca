// The reader of RFC 3156: whatever a message claims, its parts lie inside it, and what is opened comes out whole or not
// at all.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "io/memory.hpp"
#include "pgpmime/decrypt.hpp"
#include "pgpmime/encrypted.hpp"
#include "pgpmime/structure.hpp"

namespace {

constexpr std::size_t plenty = 1 << 24;

void require(bool holds) {
  if (!holds) std::abort();
}

// Takes any packets for a signature, and any bytes for a ciphertext of themselves.
struct Credulous final : sm::Verifier, sm::Decryptor {
  sm::Result<std::vector<sm::Signature>> verify(sm::Source& data, std::string_view) override {
    SM_TRY(sm::read_all(data, plenty));
    return std::vector{sm::Signature{.state = sm::SignatureState::right}};
  }
  sm::Result<std::vector<sm::Signature>> verify_message(sm::Source& message, std::uint64_t) override {
    return verify(message, {});
  }
  sm::Result<sm::Decryption> decrypt(const sm::Ciphertext& cipher, sm::Sink& plain,
                                     const sm::DecryptionLimits&) override {
    SM_TRY(sm::copy(cipher.first, plain));
    return sm::Decryption{};
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sm::Document document = sm::Document::from_string(std::string(reinterpret_cast<const char*>(data), size));
  const auto outline = sm::mime::scan(document);
  if (!outline) return 0;
  Credulous library;
  const sm::pgpmime::VerifyPolicy policy{
      .binding = [](std::string_view) -> sm::Result<sm::Fingerprint> { return sm::Fingerprint(); }};

  const auto verdict = sm::pgpmime::verify(document, *outline, library, policy);
  if (verdict) {
    // Nothing that is bound to nobody is good, and what covers a part is partial.
    require(verdict->verdict != sm::Verdict::good);
    for (const auto& layer : verdict->layers)
      require(layer.covered.begin <= layer.covered.end && layer.covered.end <= size);
  }
  require(sm::pgpmime::is_encrypted(document, *outline).has_value());
  if (!sm::pgpmime::encrypted_parts(*outline, 0)) return 0;
  auto opened = sm::pgpmime::decrypt(document, *outline, library, {}, "/var/tmp");
  if (!opened) return 0;
  require(sm::pgpmime::verify_decrypted(*opened, document, *outline, library, policy).has_value());
  require(sm::read_all(opened->message, plenty).has_value());
  return 0;
}
