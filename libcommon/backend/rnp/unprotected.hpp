// A secret key without its passphrase, for what RNP does not do with keys that it holds.
#pragma once

#include <cstdint>
#include <string_view>

#include "backend/rnp/ffi.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "crypto/key_source.hpp"

namespace sm::rnp {

// The packet of `key`, a key or subkey of the transferable secret key `secret_key`, not protected (whole, new or old
// format). A passphrase is asked for only if it is protected, in the name of the primary key. Errors: key.missing (it
// is not there, or a stub without a secret), key.passphrase, those of `passphrases` (all: key).
Result<Secret> unprotected_packet(std::string_view secret_key, const Fingerprint& key,
                                  const PassphraseSource& passphrases, std::int64_t now);

// What was given as a passphrase, as the C string that RNP takes; nullopt: longer than its 255 bytes, or with a NUL in
// it. No key that RNP reads can have been protected with such a one.
std::optional<Secret> passphrase_text(const Secret& passphrase);

// key.passphrase-form (usage).
Unexpected bad_passphrase_form();

// Protects the key with AES-256 and a passphrase of passphrase_text().
rnp_result_t protect(rnp_key_handle_t key, const Secret& text);

// The key's own packet as RNP holds it.
Secret secret_packet(rnp_key_handle_t key);

}  // namespace sm::rnp
