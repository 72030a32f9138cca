// A secret key that signs keys and user IDs: RNP signs data, and of self-signatures only those that it composes itself.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "crypto/key.hpp"

namespace Botan {
class Private_Key;
}

namespace sm::rnp {

class SigningKey {
 public:
  // `packet`: a secret key packet that is not protected (unprotected_packet()). RSA, DSA, ECDSA and EdDSA (RFC 9580
  // §9.1: 1, 3, 17, 19, 22). key.unusable (key): another algorithm, or numbers that don't make a key.
  static Result<SigningKey> open(std::string_view packet);
  SigningKey(SigningKey&&) noexcept;
  SigningKey& operator=(SigningKey&&) noexcept;
  ~SigningKey();

  const Fingerprint& fingerprint() const { return fingerprint_; }
  // The body of its public key packet.
  const std::string& public_part() const { return public_part_; }
  int algorithm() const { return algorithm_; }  // RFC 9580 §9.1
  int hash() const { return hash_; }            // §9.5; as long as the key is strong, at least SHA-256

  // What ends a version 4 signature packet over `data` by this key and hash (RFC 9580 §5.2.3): the left 16 bits of the
  // digest, and the algorithm's numbers.
  std::string sign(std::string_view data) const;

 private:
  SigningKey();
  std::unique_ptr<Botan::Private_Key> key_;
  Fingerprint fingerprint_;
  std::string public_part_;
  int algorithm_ = 0;
  int hash_ = 0;
};

}  // namespace sm::rnp
