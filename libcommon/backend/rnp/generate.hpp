// Making key material, for new keys and new subkeys.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace sm::rnp {

// A secret subkey packet, made at `now`: to sign, or to encrypt. `algorithm` as KeyRequest has it. Protected if
// `passphrase` (a C string with its NUL) is not empty. key.algorithm (usage), crypto.generate (bug).
Result<Secret> generate_subkey(std::string_view algorithm, bool signs, const Secret& passphrase, std::int64_t now);

}  // namespace sm::rnp
