#include <array>
#include <cstring>

#include "backend/rnp/ffi.hpp"
#include "backend/rnp/framing.hpp"
#include "backend/rnp/inspect.hpp"
#include "backend/rnp/rnp.hpp"
#include "text/printable.hpp"

namespace sm::rnp {
namespace {

using Generation = Handle<rnp_op_generate_st, rnp_op_generate_destroy>;

struct Algorithm {
  std::string_view name;
  const char* primary;
  const char* subkey;
  std::uint32_t bits;         // RSA
  const char* primary_curve;  // ECDSA; EdDSA has only one
  const char* subkey_curve;   // ECDH
};

constexpr std::array<Algorithm, 6> algorithms = {{
    {"ed25519", "EDDSA", "ECDH", 0, nullptr, "Curve25519"},
    {"rsa3072", "RSA", "RSA", 3072, nullptr, nullptr},
    {"rsa4096", "RSA", "RSA", 4096, nullptr, nullptr},
    {"nistp256", "ECDSA", "ECDH", 0, "NIST P-256", "NIST P-256"},
    {"nistp384", "ECDSA", "ECDH", 0, "NIST P-384", "NIST P-384"},
    {"nistp521", "ECDSA", "ECDH", 0, "NIST P-521", "NIST P-521"},
}};

constexpr std::size_t max_user_id = 128;     // RNP's
constexpr std::size_t max_passphrase = 255;  // RNP's
constexpr std::uint8_t certify_and_sign = 0x03;

}  // namespace

Result<GeneratedKey> Generator::generate(const KeyRequest& request) {
  const Algorithm* algorithm = nullptr;
  for (const Algorithm& candidate : algorithms) {
    if (candidate.name == request.algorithm) algorithm = &candidate;
  }
  if (!algorithm) return fail(ErrorKind::usage, "key.algorithm", "unknown algorithm " + request.algorithm);
  if (request.user_ids.empty()) return fail(ErrorKind::usage, "key.user-id", "a key needs a user ID");
  for (const std::string& user_id : request.user_ids) {
    if (user_id.empty() || !is_utf8(user_id) || printable(user_id) != user_id) {
      return fail(ErrorKind::usage, "key.user-id", "a user ID must be text, in UTF-8 and without control characters");
    }
    if (user_id.size() > max_user_id) {
      return fail(ErrorKind::usage, "key.user-id", "a user ID may have at most 128 bytes");
    }
  }
  if (request.lifetime < 0 || request.lifetime > UINT32_MAX) {
    return fail(ErrorKind::usage, "key.lifetime", "a key can't live that long");
  }
  const std::string_view passphrase = request.passphrase.view();
  if (passphrase.size() > max_passphrase || passphrase.find('\0') != std::string_view::npos) {
    return fail(ErrorKind::usage, "key.passphrase-form", "a passphrase may have at most 255 bytes, none of them zero");
  }

  const Ffi ffi = make_ffi(clock_.now());
  const auto lifetime = static_cast<std::uint32_t>(request.lifetime);
  rnp_result_t result = RNP_SUCCESS;
  const auto then = [&](auto step, auto... arguments) {
    if (result == RNP_SUCCESS) result = step(arguments...);
  };

  Generation primary_operation;
  result = rnp_op_generate_create(out(primary_operation), ffi.get(), algorithm->primary);
  if (algorithm->bits) then(rnp_op_generate_set_bits, primary_operation.get(), algorithm->bits);
  if (algorithm->primary_curve) then(rnp_op_generate_set_curve, primary_operation.get(), algorithm->primary_curve);
  then(rnp_op_generate_set_userid, primary_operation.get(), request.user_ids.front().c_str());
  then(rnp_op_generate_set_expiration, primary_operation.get(), lifetime);
  then(rnp_op_generate_execute, primary_operation.get());
  KeyHandle primary;
  if (result == RNP_SUCCESS) result = rnp_op_generate_get_key(primary_operation.get(), out(primary));

  Generation subkey_operation;
  if (result == RNP_SUCCESS) {
    result = rnp_op_generate_subkey_create(out(subkey_operation), ffi.get(), primary.get(), algorithm->subkey);
  }
  if (algorithm->bits) then(rnp_op_generate_set_bits, subkey_operation.get(), algorithm->bits);
  if (algorithm->subkey_curve) then(rnp_op_generate_set_curve, subkey_operation.get(), algorithm->subkey_curve);
  then(rnp_op_generate_set_expiration, subkey_operation.get(), lifetime);
  then(rnp_op_generate_execute, subkey_operation.get());
  KeyHandle subkey;
  if (result == RNP_SUCCESS) result = rnp_op_generate_get_key(subkey_operation.get(), out(subkey));

  for (std::size_t i = 1; i < request.user_ids.size(); ++i) {
    // Its "expiration" is the key's, in this self-signature: 0 would make the key never expire.
    then(rnp_key_add_uid, primary.get(), request.user_ids[i].c_str(), "SHA256", lifetime, certify_and_sign, false);
  }

  const MemoryOutput revocation;
  then(rnp_key_export_revocation, primary.get(), revocation.get(), std::uint32_t{0}, "SHA256", "no", nullptr);

  if (!passphrase.empty()) {
    Secret text(passphrase.size() + 1);
    std::memcpy(text.data(), passphrase.data(), passphrase.size());
    for (const rnp_key_handle_t key : {primary.get(), subkey.get()}) {
      then(rnp_key_protect, key, text.data(), "AES256", nullptr, "SHA256", std::size_t{0});
    }
  }
  const MemoryOutput secret;
  then(rnp_key_export, primary.get(), secret.get(), RNP_KEY_EXPORT_SECRET | RNP_KEY_EXPORT_SUBKEYS);
  const MemoryOutput certificate;
  then(rnp_key_export, primary.get(), certificate.get(), RNP_KEY_EXPORT_PUBLIC | RNP_KEY_EXPORT_SUBKEYS);
  if (result == RNP_ERROR_OUT_OF_MEMORY) throw std::bad_alloc();
  if (result != RNP_SUCCESS) {
    return fail(ErrorKind::bug, "crypto.generate", std::string("can't make a key: ") + rnp_result_to_string(result));
  }

  GeneratedKey key;
  key.info = inspect_certificate(primary.get());
  key.certificate = certificate.bytes();
  key.secret = Secret(secret.bytes());
  key.revocation = revocation.bytes();
  return key;
}

}  // namespace sm::rnp
