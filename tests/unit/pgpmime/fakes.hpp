// Stand-ins for the library: a "signature" names the digest of what it covers, a "ciphertext" is the plaintext behind a
// PKESK header. They show what bytes reach the ports, which is all that this component decides.
#pragma once

#include <string>
#include <vector>

#include "base/primitives.hpp"
#include "crypto/ports.hpp"
#include "io/descriptor.hpp"
#include "io/memory.hpp"
#include "text/hex.hpp"

namespace sm::fakes {

constexpr std::size_t plenty = 1 << 24;

inline std::string digest(std::string_view bytes) {
  const auto sum = sha256(bytes);
  return hex_lower({reinterpret_cast<const char*>(sum.data()), sum.size()});
}

struct FakeSigner final : Signer {
  std::string signed_bytes;
  std::string hash = "sha512";  // as if the library had raised it

  Result<Fingerprint> choose_key(const Fingerprint& certificate) override { return certificate; }
  Result<DetachedSignature> sign(Source& data, const Fingerprint&, Hash) override {
    signed_bytes = SM_TRY(read_all(data, plenty));
    return DetachedSignature{digest(signed_bytes), hash};
  }
};

struct FakeVerifier final : Verifier {
  std::string user_id = "Alice <alice@example.org>";
  Fingerprint fingerprint = std::string(40, 'A');

  Result<std::vector<Signature>> verify(Source& data, std::string_view signatures) override {
    const std::string bytes = SM_TRY(read_all(data, plenty));
    if (signatures.size() != digest("").size())
      return fail(ErrorKind::data, "crypto.bad-signature-packet", "no signature");
    Signature signature;
    signature.state = signatures == digest(bytes) ? SignatureState::right : SignatureState::wrong;
    signature.hash = "sha512";
    signature.created = 1'000;
    signature.key.fingerprint = fingerprint;
    signature.key.valid = true;
    signature.key.can_sign = true;
    signature.key.created = 500;
    signature.certificate.primary = signature.key;
    signature.certificate.user_ids = {{.text = user_id, .valid = true}};
    return std::vector{signature};
  }
  Result<std::vector<Signature>> verify_message(Source&, std::uint64_t) override {
    return fail(ErrorKind::data, "crypto.bad-signed-message", "no message");
  }
};

// A new-format PKESK packet of no length, so that what follows counts as encrypted.
constexpr std::string_view pkesk("\xc1\x00", 2);

struct FakeEncryptor final : Encryptor {
  std::string plaintext;

  Result<void> encrypt(Source& plain, Sink& cipher, const EncryptionRequest&) override {
    plaintext = SM_TRY(read_all(plain, plenty));
    SM_TRY(cipher.write(pkesk));
    return cipher.write(plaintext);
  }
  Result<std::optional<CertificateInfo>> certificate(const Fingerprint&) override {
    return std::optional<CertificateInfo>();
  }
};

struct FakeDecryptor final : Decryptor {
  std::vector<Signature> signatures;

  Result<Decryption> decrypt(const Ciphertext& cipher, Sink& plain, const DecryptionLimits&) override {
    const std::string bytes = SM_TRY(read_all(cipher.first, plenty));
    if (!bytes.starts_with(pkesk)) return fail(ErrorKind::data, "crypto.whatever", "told to nobody");
    SM_TRY(plain.write(std::string_view(bytes).substr(pkesk.size())));
    return Decryption{.signatures = signatures};
  }
};

}  // namespace sm::fakes
