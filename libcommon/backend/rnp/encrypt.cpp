#include <algorithm>

#include "backend/rnp/engine.hpp"
#include "backend/rnp/hide_recipients.hpp"
#include "backend/rnp/sign.hpp"

namespace sm::rnp {
namespace {

using Encryption = Handle<rnp_op_encrypt_st, rnp_op_encrypt_destroy>;

Unexpected unfit(const Fingerprint& certificate, Unusable why) {
  switch (why) {
    case Unusable::revoked:
      return fail(ErrorKind::key, "key.revoked", "certificate " + certificate + " is revoked");
    case Unusable::expired:
      return fail(ErrorKind::key, "key.expired", "certificate " + certificate + " has expired");
    default:
      return fail(ErrorKind::key, "key.unusable", "certificate " + certificate + " has no key to encrypt to");
  }
}

}  // namespace

Result<void> Engine::encrypt(Source& plain, Sink& cipher, const EncryptionRequest& request) {
  State& state = *state_;
  state.begin("sign");
  std::vector<KeyHandle> recipients;
  std::vector<Fingerprint> chosen;
  std::set<std::string> hidden;
  for (const Fingerprint& fingerprint : request.recipients) {
    const CertificateInfo* info = SM_TRY(state.load_certificate_of(fingerprint));
    if (!info) return fail(ErrorKind::key, "key.missing", "no certificate " + fingerprint);
    const KeyChoice choice = encryption_key(*info, state.clock.now());
    if (!choice.key) return unfit(fingerprint, choice.why);
    if (std::ranges::find(chosen, choice.key->fingerprint) != chosen.end()) continue;
    KeyHandle handle = locate(state.ffi.get(), choice.key->fingerprint);
    if (!handle || !is_fit(handle.get(), "encrypt")) return unfit(fingerprint, Unusable::invalid);
    chosen.push_back(choice.key->fingerprint);
    if (std::ranges::find(request.hidden, fingerprint) != request.hidden.end()) hidden.insert(choice.key->key_id());
    recipients.push_back(std::move(handle));
  }
  if (recipients.empty()) return fail(ErrorKind::usage, "crypto.no-recipient", "nobody to encrypt to");
  KeyHandle signer;
  if (request.sign_with) signer = SM_TRY(signing_handle(state, *request.sign_with));

  const SourceInput input(plain, state.failure);
  HidingSink hiding(cipher, std::move(hidden));
  const SinkOutput output(hiding, state.failure);
  Encryption operation;
  rnp_result_t result = rnp_op_encrypt_create(out(operation), state.ffi.get(), input.get(), output.get());
  const auto then = [&](auto step, auto... arguments) {
    if (result == RNP_SUCCESS) result = step(operation.get(), arguments...);
  };
  then(rnp_op_encrypt_set_armor, false);
  then(rnp_op_encrypt_set_cipher, "AES256");
  then(rnp_op_encrypt_set_aead, "None");
  then(rnp_op_encrypt_set_compression, "Uncompressed", 0);
  then(rnp_op_encrypt_set_file_name, "");
  then(rnp_op_encrypt_set_file_mtime, std::uint32_t{0});
  then(rnp_op_encrypt_set_hash, library_hash(request.hash));
  for (const KeyHandle& recipient : recipients) then(rnp_op_encrypt_add_recipient, recipient.get());
  if (signer) then(rnp_op_encrypt_add_signature, signer.get(), nullptr);
  then(rnp_op_encrypt_execute);
  if (auto error = state.failure.take()) return Unexpected{std::move(*error)};
  if (result == RNP_SUCCESS) return {};
  if (result == RNP_ERROR_OUT_OF_MEMORY) throw std::bad_alloc();
  if (request.sign_with && (state.locked || result == RNP_ERROR_BAD_PASSWORD)) {
    return signing_failure(state, *request.sign_with, result);
  }
  return fail(ErrorKind::data, "crypto.encrypt", std::string("can't encrypt: ") + rnp_result_to_string(result));
}

}  // namespace sm::rnp
