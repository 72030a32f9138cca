// A message's session key, for what RNP itself will not read (literal_format.hpp): it opens session keys but does not
// give them away.
#pragma once

#include <optional>
#include <string_view>

#include "base/secret.hpp"

namespace sm::rnp {

// A symmetric cipher of RFC 9580 §9.3.
struct Cipher {
  int id;
  const char* name;  // Botan's
  std::size_t key_size;
};

struct SessionKey {
  Cipher cipher;
  Secret key;
};

// The session key in the body of a version 3 session key packet (RFC 9580 §5.1.3 to §5.1.5: RSA, Elgamal, ECDH), by the
// body of a secret key packet that is not protected. None if it is not for this key, or malformed.
std::optional<SessionKey> open_session_key(std::string_view packet, std::string_view secret_key);

}  // namespace sm::rnp
