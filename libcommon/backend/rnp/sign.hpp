// What signing alone and signing inside an encrypted message share.
#pragma once

#include "backend/rnp/engine.hpp"

namespace sm::rnp {

const char* library_hash(Hash hash);
// The secret key, loaded and fit to sign: key.missing, key.unusable (key).
Result<KeyHandle> signing_handle(Engine::State& state, const Fingerprint& key);
// Why an operation that signs failed with `result`.
Unexpected signing_failure(Engine::State& state, const Fingerprint& key, rnp_result_t result);

}  // namespace sm::rnp
