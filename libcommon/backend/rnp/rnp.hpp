// The ports of crypto/ports.hpp on RNP, the only user of that library. RNP runs in binary, is given only the keys that
// an operation needs, and prints nothing: what it has to say becomes an Error.
#pragma once

#include <memory>

#include "base/clock.hpp"
#include "crypto/key_source.hpp"
#include "crypto/ports.hpp"

namespace sm::rnp {

// To be called first thing in main(), before any thread and any call of the library. Shrinks Botan's pool of locked
// memory to what one process of ours needs (BOTAN_MLOCK_POOL_SIZE, unless it is set: filling the default pool is a
// third of a small filter's time), and points the stdio stream `stderr` to nowhere for the life of the process: RNP and
// assertions print to it whatever one sets. Descriptor 2 is not touched: write(2, …), std::cerr and children still
// reach it; fprintf(stderr) and perror() do not.
void prepare_process();

// One library context for any number of operations, one after the other; each key is loaded once. Not for several
// threads at once: one Engine a thread. `keys` and `clock` must outlive it.
class Engine final : public Signer, public Verifier, public Encryptor, public Decryptor {
 public:
  Engine(KeySource& keys, PassphraseSource passphrases, const Clock& clock);
  ~Engine() override;

  Result<Fingerprint> choose_key(const Fingerprint& certificate) override;
  // Besides the port's errors: key.unusable (key), a key that may not sign now.
  Result<DetachedSignature> sign(Source& data, const Fingerprint& key, Hash hash) override;
  Result<std::vector<Signature>> verify(Source& data, std::string_view signatures) override;
  Result<std::vector<Signature>> verify_message(Source& message, std::uint64_t limit) override;
  // key.missing, key.revoked, key.expired, key.unusable (key), by what makes a recipient's certificate unfit;
  // crypto.encrypt (data).
  Result<void> encrypt(Source& plain, Sink& cipher, const EncryptionRequest& request) override;
  Result<std::optional<CertificateInfo>> certificate(const Fingerprint& fingerprint) override;
  // Of a second literal packet RNP 0.16 says nothing and gives nothing: such a message comes out as its first. A form
  // that it does not know (SEIPD version 2) is crypto.unsupported (data).
  // A literal of format 'm', which it does not know either, is read where `cipher` can be had a second time.
  Result<Decryption> decrypt(const Ciphertext& cipher, Sink& plain, const DecryptionLimits& bounds) override;

  struct State;

 private:
  std::unique_ptr<State> state_;
};

// Needs no keys. Errors for a single certificate: crypto.bad-certificate (data).
class Reader final : public CertificateReader {
 public:
  explicit Reader(const Clock& clock);
  ~Reader() override;
  Result<KeyInput> read(std::string_view bytes) override;
  Result<CertificateInfo> inspect(std::string_view certificate) override;
  Result<std::string> merge(std::string_view old, std::string_view fresh) override;
  Result<std::optional<std::string>> apply_revocation(std::string_view certificate,
                                                      std::string_view revocation) override;
  Result<std::string> strip(std::string_view certificate, const std::optional<std::vector<std::string>>& keep,
                            bool minimal) override;
  Result<bool> is_certified(std::string_view fresh, const std::vector<std::string>& user_ids,
                            std::string_view old) override;
  Result<Secret> compose_secret(std::string_view certificate, std::string_view secret) override;
  Result<std::optional<Secret>> merge_secrets(std::string_view old, std::string_view fresh) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

class Generator final : public KeyGenerator {
 public:
  explicit Generator(const Clock& clock) : clock_(clock) {}
  // usage errors: key.algorithm, key.user-id, key.lifetime, key.passphrase-form; crypto.generate (bug).
  Result<GeneratedKey> generate(const KeyRequest& request) override;

 private:
  const Clock& clock_;
};

}  // namespace sm::rnp
