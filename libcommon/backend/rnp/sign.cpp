#include "backend/rnp/sign.hpp"
#include "backend/rnp/engine.hpp"
#include "backend/rnp/framing.hpp"
#include "text/ascii.hpp"

namespace sm::rnp {
namespace {

using Signing = Handle<rnp_op_sign_st, rnp_op_sign_destroy>;

// By RFC 9580 §9.5, for what RNP can make.
const char* hash_name(int algorithm) {
  switch (algorithm) {
    case 8:
      return "sha256";
    case 9:
      return "sha384";
    case 10:
      return "sha512";
    default:
      return "";
  }
}

}  // namespace

const char* library_hash(Hash hash) {
  switch (hash) {
    case Hash::sha384:
      return "SHA384";
    case Hash::sha512:
      return "SHA512";
    default:
      return "SHA256";
  }
}

Result<KeyHandle> signing_handle(Engine::State& state, const Fingerprint& key) {
  if (SM_TRY(state.load_secret_of(key)).empty()) {
    return fail(ErrorKind::key, "key.missing", "no secret key " + key);
  }
  SM_TRY(state.load_holder_of(key));
  KeyHandle handle = locate(state.ffi.get(), key);
  if (!handle || !is_fit(handle.get(), "sign")) {
    return fail(ErrorKind::key, "key.unusable", "key " + key + " may not sign now");
  }
  return handle;
}

Result<Fingerprint> Engine::choose_key(const Fingerprint& certificate) {
  const CertificateInfo* info = SM_TRY(state_->load_certificate_of(certificate));
  const std::vector<Fingerprint> present = SM_TRY(state_->load_whole_secret(certificate));
  if (!info || present.empty()) return fail(ErrorKind::key, "key.missing", "no secret key of " + certificate);
  const KeyChoice choice = signing_key(*info, state_->clock.now(), present);
  if (choice.key) return choice.key->fingerprint;
  switch (choice.why) {
    case Unusable::revoked:
      return fail(ErrorKind::key, "key.revoked", certificate + " is revoked");
    case Unusable::expired:
      return fail(ErrorKind::key, "key.expired", certificate + " is expired");
    case Unusable::invalid:
      return fail(ErrorKind::key, "key.unusable", certificate + " has no valid self-signature");
    default:
      return fail(ErrorKind::key, "key.missing", certificate + " has no secret key here that signs");
  }
}

Result<DetachedSignature> Engine::sign(Source& data, const Fingerprint& key, Hash hash) {
  State& state = *state_;
  state.begin("sign");
  const KeyHandle handle = SM_TRY(signing_handle(state, key));
  const SourceInput input(data, state.failure);
  const MemoryOutput output;
  Signing operation;
  rnp_result_t result = rnp_op_sign_detached_create(out(operation), state.ffi.get(), input.get(), output.get());
  if (result == RNP_SUCCESS) result = rnp_op_sign_set_armor(operation.get(), false);
  if (result == RNP_SUCCESS) result = rnp_op_sign_set_hash(operation.get(), library_hash(hash));
  if (result == RNP_SUCCESS) result = rnp_op_sign_add_signature(operation.get(), handle.get(), nullptr);
  if (result == RNP_SUCCESS) result = rnp_op_sign_execute(operation.get());
  if (auto error = state.failure.take()) return Unexpected{std::move(*error)};
  if (result != RNP_SUCCESS) return signing_failure(state, key, result);

  DetachedSignature signature;
  signature.packets = output.bytes();
  const PacketRun run = leading_packets(signature.packets);
  const auto made = run.packets.size() == 1 ? parse_signature(run.packets.front().body) : std::nullopt;
  if (!made) return fail(ErrorKind::bug, "crypto.sign", "the library made no signature");
  // Which RNP raises for a large key without a word.
  signature.hash = hash_name(made->hash);
  return signature;
}

Unexpected signing_failure(Engine::State& state, const Fingerprint& key, rnp_result_t result) {
  if (state.locked) return Unexpected{*state.locked};
  if (result == RNP_ERROR_BAD_PASSWORD) return wrong_passphrase(key);
  if (result == RNP_ERROR_OUT_OF_MEMORY) throw std::bad_alloc();
  return fail(ErrorKind::key, "key.unusable", "key " + key + " can't sign: " + rnp_result_to_string(result));
}

}  // namespace sm::rnp
