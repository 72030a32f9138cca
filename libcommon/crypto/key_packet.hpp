// Key packets (RFC 9580 §5.5), version 4: where their public part ends, and how the secret one is protected.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "crypto/key.hpp"

namespace sm {

// A key packet's body (any of the four tags).
struct KeyBody {
  int algorithm = 0;
  std::string_view public_part;  // the body of the public key packet
  std::string_view secret_part;  // what follows it in a secret key packet
  bool is_protected = false;     // needs a passphrase
  bool is_sealed = false;        // and shows, once it is opened, whether somebody else changed it
  bool is_stub = false;          // GnuPG's "gnu-dummy" or a card: no secret here
};
// nullopt: another version, an algorithm that RNP does not know either, or cut short.
std::optional<KeyBody> parse_key(std::string_view body, bool secret);
// §5.5.4.2
Fingerprint fingerprint_of_key(std::string_view public_part);

// What the secret parts of a sequence of packets, binary, need to be used.
struct SecretParts {
  Fingerprint primary;                   // of the first transferable secret key; empty if there is none
  std::size_t keys = 0;                  // how many of those there are
  std::vector<Fingerprint> unprotected;  // keys and subkeys whose secret part is there for whoever reads it
  // Protected, but with a sum of 16 bits or none (§5.5.3): who can change the file learns of the key from what it signs
  // or decrypts then.
  std::vector<Fingerprint> unsealed;
};
// Errors: crypto.bad-packet; crypto.unsupported for a secret key packet of which it can't be told (both data).
Result<SecretParts> secret_parts(std::string_view packets);

}  // namespace sm
