// The Autocrypt Setup Message (Level 1, "Autocrypt Setup Message"): a secret key that a mail program sends to its own
// user, so that another one of his can take it in. A multipart/mixed whose second part, application/autocrypt-setup,
// holds an armored message, encrypted with a passphrase: the Setup Code of nine groups of four digits, which the first
// program shows on its screen. In it is the armored secret key, without a passphrase of its own.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "crypto/ports.hpp"
#include "io/document.hpp"
#include "mime/outline.hpp"

namespace sm::autocrypt {

// Of the part and of what is in it, in bytes.
inline constexpr std::size_t max_setup = 256 * 1024;

struct SetupMessage {
  std::string packets;  // binary, begins with a password's packet (RFC 9580 §5.3)
  bool numeric = true;  // Passphrase-Format: numeric9x4; else the code is taken as it is
  std::string begin;    // Passphrase-Begin: the first digits, for a person to tell one code from another; untrusted
};

// Whether the header has a field Autocrypt-Setup-Message, whatever its version.
bool is_setup_message(const mime::Header& header);

// Errors (data): autocrypt.setup-version, not "v1"; autocrypt.setup-address, From and To are not one and the same
// address; autocrypt.setup-message, no such part, or something else in it.
Result<SetupMessage> read_setup_message(Document& document, const mime::Outline& outline);

// The code as the key derivation takes it, "1234-5678-…": of what a person typed, digits count, dashes and white space
// do not. Other than 36 digits: autocrypt.setup-code (key).
Result<Secret> setup_code(std::string_view typed);

struct SetupKey {
  ImportedKey key;      // with its secret part
  bool mutual = false;  // Autocrypt-Prefer-Encrypt
};

// `decryptor` gets the code by its passphrase source and looks for no keys. Errors: the decryptor's (a wrong code is
// key.passphrase); autocrypt.setup-payload (data), something else than one secret key in it.
Result<SetupKey> open_setup_message(const SetupMessage& message, Decryptor& decryptor, CertificateReader& reader);

}  // namespace sm::autocrypt
