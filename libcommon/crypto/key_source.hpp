// KeySource: the port through which a backend asks for keys, one at a time; a ring is never loaded whole.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "crypto/key.hpp"

namespace sm {

class KeySource {
 public:
  virtual ~KeySource() = default;
  // Certificates that hold the key or subkey named by `id`, a fingerprint or a 16-digit key ID in upper case: their
  // binary transferable public keys (RFC 9580 §10.1). Several can share a key ID, hence none, one or more.
  virtual Result<std::vector<std::string>> certificates(std::string_view id) = 0;
  // Binary transferable secret keys that hold it, likewise. Protected ones stay so.
  virtual Result<std::vector<Secret>> secret_keys(std::string_view id) = 0;
  // Fingerprints of the certificates whose secret key is stored; for messages that name no recipient.
  virtual Result<std::vector<Fingerprint>> secret_fingerprints() = 0;
};

// The passphrase for a secret key, asked for only when one is needed. Failure: key.locked (key) when there is no source
// for one. `purpose` is shown to a person. A Secret given is tried once; a wrong one is final.
using PassphraseSource = std::function<Result<Secret>(const Key& key, std::string_view purpose)>;

}  // namespace sm
