// Transferable secret keys (RFC 9580 §10.2) put together from a certificate, which says what counts, and secret parts.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace sm::rnp {

// All of `pieces`, one behind the other.
Secret concatenated(const std::vector<std::string_view>& pieces);

// The certificate with the secret packets of `secret` in the places of the public ones: user IDs by text, subkeys by
// fingerprint, signatures by body, so that the same state is the same bytes. A key whose secret part is not there
// becomes a stub (GnuPG's "gnu-dummy", doc/DETAILS); secret parts of other keys are left out. `secret` may be any
// sequence of packets. crypto.bad-certificate (data).
Result<Secret> transferable_secret_key(std::string_view certificate, std::string_view secret);

// `old` with the secret parts that only `fresh` has, which are of the same primary key; nullopt: it has all of them. A
// stub counts as nothing. store.secret-conflict (key): one key has two different secret packets, as after a change of
// the passphrase.
Result<std::optional<Secret>> merged_secret_keys(std::string_view old, std::string_view fresh);

}  // namespace sm::rnp
