#include <algorithm>
#include <array>
#include <functional>
#include <new>

#include "backend/rnp/ffi.hpp"
#include "backend/rnp/framing.hpp"
#include "backend/rnp/generate.hpp"
#include "backend/rnp/judge.hpp"
#include "backend/rnp/rnp.hpp"
#include "backend/rnp/secret_key.hpp"
#include "backend/rnp/self_signature.hpp"
#include "backend/rnp/signing_key.hpp"
#include "backend/rnp/unprotected.hpp"
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

constexpr std::size_t max_user_id = 128;  // RNP's

Result<const Algorithm*> find_algorithm(std::string_view name) {
  for (const Algorithm& candidate : algorithms) {
    if (candidate.name == name) return &candidate;
  }
  return fail(ErrorKind::usage, "key.algorithm", "unknown algorithm " + std::string(name));
}

Unexpected cannot_make(rnp_result_t result) {
  if (result == RNP_ERROR_OUT_OF_MEMORY) throw std::bad_alloc();
  return fail(ErrorKind::bug, "crypto.generate", std::string("can't make a key: ") + rnp_result_to_string(result));
}

// RNP's new certificate with these user IDs. It leaves open which of several is the primary one, puts preferences into
// the first alone, and writes no features (RFC 9580 §5.2.3.32), without which some think that integrity protection is
// not wanted.
Result<std::string> with_user_ids(std::string_view made, const SigningKey& signer,
                                  const std::vector<std::string>& user_ids, std::int64_t now) {
  Certificate certificate = SM_TRY(Certificate::parse(made));
  auto& components = certificate.components;
  const auto first = std::ranges::find(components, static_cast<int>(packet_user_id), &Component::tag);
  auto self = first != components.end() && !first->signatures.empty()
                  ? SignatureTemplate::of(first->signatures.front().body)
                  : std::nullopt;
  if (!self) return bad_certificate();
  self->set(features, "\x01");
  self->set(primary_user_id, "\x01");
  std::vector<Component> made_anew;
  for (const std::string& user_id : user_ids) {
    std::string body = self->signed_by(signer, now, identity_context(signer.public_part(), packet_user_id, user_id));
    auto info = parse_signature(body);
    made_anew.push_back({packet_user_id, user_id, {{std::move(body), std::move(info)}}});
    self->remove(primary_user_id);
  }
  components.insert(components.erase(first), made_anew.begin(), made_anew.end());
  return certificate.bytes();
}

}  // namespace

Result<GeneratedKey> Generator::generate(const KeyRequest& request) {
  const Algorithm* algorithm = SM_TRY(find_algorithm(request.algorithm));
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
  const auto passphrase = passphrase_text(request.passphrase);
  if (!passphrase) return bad_passphrase_form();

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

  const MemoryOutput revocation;
  then(rnp_key_export_revocation, primary.get(), revocation.get(), std::uint32_t{0}, "SHA256", "no", nullptr);

  const MemoryOutput certificate;
  then(rnp_key_export, primary.get(), certificate.get(), RNP_KEY_EXPORT_PUBLIC | RNP_KEY_EXPORT_SUBKEYS);
  if (result != RNP_SUCCESS) return cannot_make(result);

  GeneratedKey key;
  key.revocation = revocation.bytes();
  const SigningKey signer = SM_TRY(SigningKey::open(secret_packet(primary.get()).view()));
  key.certificate = SM_TRY(with_user_ids(certificate.bytes(), signer, request.user_ids, clock_.now()));
  if (!request.passphrase.empty()) {
    for (const rnp_key_handle_t part : {primary.get(), subkey.get()}) then(protect, part, std::cref(*passphrase));
  }
  if (result != RNP_SUCCESS) return cannot_make(result);
  const Secret primary_packet = secret_packet(primary.get());
  const Secret subkey_packet = secret_packet(subkey.get());
  const Secret both = concatenated({primary_packet.view(), subkey_packet.view()});
  key.secret = SM_TRY(transferable_secret_key(key.certificate, both.view()));
  Judge judge(clock_);
  auto info = judge.load(key.certificate, signer.fingerprint());
  if (!info || info->user_ids.size() != request.user_ids.size())
    return fail(ErrorKind::bug, "crypto.generate", "can't make a key: it does not say what it should");
  key.info = *std::move(info);
  return key;
}

Result<Secret> generate_subkey(std::string_view name, bool signs, const Secret& passphrase, std::int64_t now) {
  const Algorithm* algorithm = SM_TRY(find_algorithm(name));
  const Ffi ffi = make_ffi(now);
  // RNP makes a subkey for a primary key only. This one is thrown away: who binds the subkey is the caller's to choose.
  Generation primary_operation;
  rnp_result_t result = rnp_op_generate_create(out(primary_operation), ffi.get(), "EDDSA");
  const auto then = [&](auto step, auto... arguments) {
    if (result == RNP_SUCCESS) result = step(arguments...);
  };
  then(rnp_op_generate_set_userid, primary_operation.get(), "-");
  then(rnp_op_generate_execute, primary_operation.get());
  KeyHandle primary;
  if (result == RNP_SUCCESS) result = rnp_op_generate_get_key(primary_operation.get(), out(primary));
  Generation operation;
  if (result == RNP_SUCCESS) {
    result = rnp_op_generate_subkey_create(out(operation), ffi.get(), primary.get(),
                                           signs ? algorithm->primary : algorithm->subkey);
  }
  const char* curve = signs ? algorithm->primary_curve : algorithm->subkey_curve;
  if (algorithm->bits) then(rnp_op_generate_set_bits, operation.get(), algorithm->bits);
  if (curve) then(rnp_op_generate_set_curve, operation.get(), curve);
  then(rnp_op_generate_add_usage, operation.get(), signs ? "sign" : "encrypt");
  then(rnp_op_generate_execute, operation.get());
  KeyHandle subkey;
  if (result == RNP_SUCCESS) result = rnp_op_generate_get_key(operation.get(), out(subkey));
  if (!passphrase.empty()) then(protect, subkey.get(), std::cref(passphrase));
  if (result != RNP_SUCCESS) return cannot_make(result);
  return secret_packet(subkey.get());
}

}  // namespace sm::rnp
