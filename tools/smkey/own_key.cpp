#include "own_key.hpp"

#include <algorithm>

#include "keystore/resolve.hpp"
#include "mime/address.hpp"
#include "openpgp/unlocked_keys.hpp"
#include "text/printable.hpp"

namespace sm::smkey {

namespace {

bool has_controls(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// Of the store; of the secret key itself if the store has lost it.
Result<std::string> certificate_of(Session& session, const Fingerprint& fingerprint, const Secret& secret) {
  if (auto stored = SM_TRY(session.store.certificate(fingerprint))) return *std::move(stored);
  KeyInput input = SM_TRY(session.reader->read(secret.view()));
  if (input.keys.empty())
    return fail(ErrorKind::data, "store.secret-key", "the secret key " + fingerprint + " can't be read");
  return std::move(input.keys.front().certificate);
}

}  // namespace

Result<OwnKey> open_own_key(Session& session, const std::string& id) {
  OwnKey key;
  key.fingerprint = SM_TRY(resolve(session.store, id));
  auto secret = SM_TRY(session.store.secret_key(key.fingerprint));
  if (!secret)
    return fail(ErrorKind::key, "key.missing", "the secret key of " + key.fingerprint + " is not stored here");
  key.secret = std::move(*secret);
  key.certificate = SM_TRY(certificate_of(session, key.fingerprint, key.secret));
  key.info = SM_TRY(session.reader->inspect(key.certificate));
  key.unlocked = with_unlocked_packets(Secret(key.secret.view()));
  return key;
}

Result<const Key*> find_subkey(const OwnKey& key, const std::string& id) {
  const Id wanted = SM_TRY(parse_id(id));
  if (wanted.kind == IdKind::address)
    return fail(ErrorKind::usage, "id.malformed", "not a subkey: " + id, "its fingerprint, as 'smkey show' prints it");
  for (const Key& subkey : key.info.subkeys)
    if (subkey.fingerprint.ends_with(wanted.text)) return &subkey;
  return fail(ErrorKind::key, "key.unknown-subkey", key.fingerprint + " has no subkey " + id);
}

rnp::Editor editor(Session& session) {
  return {session.context.passphrases(), session.context.clock()};
}

Result<void> store_changed_key(Session& session, const Fingerprint& fingerprint, std::string_view certificate,
                               const Secret& parts) {
  const CertificateInfo info = SM_TRY(session.reader->inspect(certificate));
  if (!parts.empty()) SM_TRY(session.store.put_secret_key(fingerprint, parts));
  SM_TRY(session.store.put_certificate(info, certificate));
  return refresh_secret_key(session, fingerprint);
}

Result<void> refresh_secret_key(Session& session, const Fingerprint& fingerprint) {
  constexpr int most_rounds = 16;
  for (int round = 1;; ++round) {
    const auto secret = SM_TRY(session.store.secret_key(fingerprint));
    const auto certificate = SM_TRY(session.store.certificate(fingerprint));
    if (!secret || !certificate) return {};
    Secret composed = SM_TRY(session.reader->compose_secret(*certificate, secret->view()));
    // A secret part that the certificate does not hold is kept: it may know less than it did.
    if (auto whole = SM_TRY(session.reader->merge_secrets(composed.view(), secret->view())))
      composed = std::move(*whole);
    if (composed.view() == secret->view()) return {};
    auto replaced = session.store.replace_secret_key(fingerprint, *secret, composed);
    // The change itself is in the certificate already: another process that was faster must not make it a failure.
    if (replaced || replaced.error().code != "store.changed" || round == most_rounds) return replaced;
  }
}

void lock_key(Session& session, const Fingerprint& fingerprint) {
  const auto locked = keyring::remove(fingerprint);
  if (!locked) session.context.note(locked.error().message);
}

Result<void> check_user_id(std::string_view user_id) {
  if (user_id.empty() || !is_utf8(user_id) || has_controls(user_id))
    return fail(ErrorKind::usage, "smkey.user-id", "not a user ID: " + std::string(user_id),
                "UTF-8 without control characters: 'Alice <alice@example.org>'");
  return {};
}

Result<void> bind_user_id(Session& session, const Fingerprint& fingerprint, std::string_view user_id,
                          BindingSource source) {
  const auto address = mime::user_id_address(user_id);
  if (!address) return {};
  SM_TRY(session.store.bind(*address, fingerprint, source));
  const auto binding = SM_TRY(session.store.binding(*address));
  if (binding && binding->fingerprint != fingerprint)
    session.context.warn(*address + " stays bound to " + binding->fingerprint + "; smkey accept " + *address + " " +
                         fingerprint + " changes that");
  return {};
}

}  // namespace sm::smkey
