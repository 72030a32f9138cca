#include "backend/rnp/engine.hpp"

#include <string.h>

#include <algorithm>
#include <utility>

#include "backend/rnp/framing.hpp"
#include "backend/rnp/stand_in.hpp"
#include "text/ascii.hpp"

namespace sm::rnp {
namespace {

bool is_named(const Key& key, std::string_view id) {
  return key.fingerprint == id || key.key_id() == id;
}

// The keys that the certificate vouches for as signers, whether or not they still may.
std::vector<Key> signing_keys(const CertificateInfo& certificate) {
  std::vector<Key> keys;
  const auto add = [&](const Key& key) {
    if (key.valid && key.can_sign) keys.push_back(key);
  };
  if (!certificate.primary.valid) return keys;
  add(certificate.primary);
  std::ranges::for_each(certificate.subkeys, add);
  return keys;
}

// Whether RNP would refuse, without looking, what the key signed at some time.
bool is_bounded(const Key& key, std::int64_t now) {
  return key.revocation != Revocation::none || key.expired(now);
}

// The certificate without the subkeys that `id` does not name: RNP checks every binding signature on loading, and those
// of encryption subkeys are a fifth of a verification's time.
std::string without_other_subkeys(const PacketRun& run, std::string_view id) {
  std::string kept;
  bool keep = true;
  for (const Packet& packet : run.packets) {
    if (packet.tag == packet_public_subkey) {
      const auto body = parse_key(packet.body, false);
      keep = body && fingerprint_of_key(body->public_part).ends_with(id);
    }
    if (keep) kept += packet.raw;
  }
  return kept;
}

std::optional<KeyBody> find_body(const PacketRun& run, const Fingerprint& fingerprint) {
  for (const Packet& packet : run.packets) {
    if (packet.tag != packet_public_key && packet.tag != packet_public_subkey) continue;
    const auto body = parse_key(packet.body, false);
    if (body && fingerprint_of_key(body->public_part) == fingerprint) return body;
  }
  return std::nullopt;
}

}  // namespace

Unexpected wrong_passphrase(const Fingerprint& key) {
  return fail(ErrorKind::key, "key.passphrase",
              key.empty() ? std::string("wrong password for the message") : "wrong passphrase for key " + key);
}

Engine::State::State(KeySource& source, PassphraseSource passphrase_source, const Clock& time)
    : keys(source), passphrases(std::move(passphrase_source)), clock(time), ffi(make_ffi(time.now())) {
  rnp_ffi_set_key_provider(ffi.get(), &State::on_key_wanted, this);
  rnp_ffi_set_pass_provider(ffi.get(), &State::on_passphrase_wanted, this);
  // A signature over data with one of these is checked, and called weak by whoever judges it. Signatures over keys stay
  // as RNP has them.
  for (const char* hash : {"SHA1", "MD5"}) {
    rnp_add_security_rule(ffi.get(), RNP_FEATURE_HASH_ALG, hash, RNP_SECURITY_OVERRIDE | RNP_SECURITY_VERIFY_DATA, 0,
                          RNP_SECURITY_DEFAULT);
  }
}

void Engine::State::begin(std::string_view operation) {
  rnp_set_timestamp(ffi.get(), static_cast<std::uint64_t>(clock.now()));
  failure = {};
  signatories.clear();
  purpose = operation;
  asked.clear();
  locked.reset();
  passphrase_given = false;
  keeps_passphrase = false;
  passphrase = {};
}

void Engine::State::forget_certificates() {
  certificates.clear();
  signatories.clear();
  rnp_unload_keys(ffi.get(), RNP_KEY_UNLOAD_PUBLIC);
}

Result<const CertificateInfo*> Engine::State::load_certificate_of(const Fingerprint& primary) {
  if (const auto known = certificates.find(primary); known != certificates.end()) return &known->second;
  for (const std::string& bytes : SM_TRY(keys.certificates(primary))) {
    if (!load_certificate(ffi.get(), bytes)) continue;
    const KeyHandle key = locate(ffi.get(), primary);
    if (!key || !get_flag(rnp_key_is_primary, key.get())) continue;
    return &certificates.emplace(primary, adopt_certificate(key.get())).first->second;
  }
  return nullptr;
}

Result<void> Engine::State::load_holder_of(const Fingerprint& key) {
  const auto is_loaded = [&] {
    const KeyHandle handle = locate(ffi.get(), key);
    return handle && get_flag(rnp_key_have_public, handle.get());
  };
  if (is_loaded()) return {};
  for (const std::string& bytes : SM_TRY(keys.certificates(key))) {
    if (!load_certificate(ffi.get(), bytes) || !is_loaded()) continue;
    if (const KeyHandle primary = primary_of(ffi.get(), locate(ffi.get(), key).get())) adopt_certificate(primary.get());
    return {};
  }
  // A secret key without its certificate speaks for itself.
  for (const Secret& bytes : SM_TRY(keys.secret_keys(key))) {
    if (load_certificate(ffi.get(), bytes.view()) && is_loaded()) return {};
  }
  return {};
}

// Loads a transferable secret key and gives its keys whose secret part is there.
std::vector<Fingerprint> Engine::State::take_secret(std::string_view bytes) {
  std::vector<Fingerprint> present;
  for (const Packet& packet : leading_packets(bytes).packets) {
    if (packet.tag != packet_secret_key && packet.tag != packet_secret_subkey) continue;
    const auto body = parse_key(packet.body, true);
    if (body && !body->is_stub) present.push_back(fingerprint_of_key(body->public_part));
  }
  const bool known = std::ranges::all_of(present, [&](const auto& key) { return secrets.contains(key); });
  if (!known && !load_secret(ffi.get(), bytes)) return {};
  secrets.insert(present.begin(), present.end());
  return present;
}

Result<std::vector<Fingerprint>> Engine::State::load_secret_of(const std::string& id) {
  if (secrets.contains(id)) return std::vector{id};
  std::vector<Fingerprint> matching;
  for (const Secret& bytes : SM_TRY(keys.secret_keys(id))) {
    for (const Fingerprint& key : take_secret(bytes.view())) {
      if (key == id || (id.size() == 16 && key.ends_with(id))) matching.push_back(key);
    }
  }
  return matching;
}

Result<std::vector<Fingerprint>> Engine::State::load_whole_secret(const Fingerprint& primary) {
  std::vector<Fingerprint> all;
  for (const Secret& bytes : SM_TRY(keys.secret_keys(primary))) {
    const auto present = take_secret(bytes.view());
    all.insert(all.end(), present.begin(), present.end());
  }
  return all;
}

void Engine::State::on_key_wanted(rnp_ffi_t, void* self, const char*, const char* id, bool secret) noexcept {
  auto& state = *static_cast<State*>(self);
  // Secret keys are loaded before an operation begins; inspecting a certificate must not look for strangers that have
  // signed it.
  if (secret || !state.wants_signers) return;
  state.failure.guard([&] {
    auto loaded = state.load_signatory(id);
    return loaded ? true : state.failure.keep(std::move(loaded).error());
  });
}

// A certificate counts only if it vouches for the key as a signing key (inspect.hpp says when).
Result<void> Engine::State::load_signatory(const std::string& id) {
  if (signatories.contains(id.size() == 40 ? id.substr(24) : id)) return {};
  for (const std::string& bytes : SM_TRY(keys.certificates(id))) {
    const PacketRun run = leading_packets(bytes);
    const auto primary = run.packets.empty() ? std::nullopt : parse_key(run.packets.front().body, false);
    if (!primary) continue;
    const Fingerprint fingerprint = fingerprint_of_key(primary->public_part);
    if (!load_certificate(ffi.get(), without_other_subkeys(run, id))) continue;
    const KeyHandle handle = locate(ffi.get(), fingerprint);
    if (!handle) continue;
    const CertificateInfo info = adopt_certificate(handle.get());
    const std::vector<Key> signers = signing_keys(info);
    const bool vouches = std::ranges::any_of(signers, [&](const Key& key) { return is_named(key, id); });
    const std::int64_t now = clock.now();
    const bool bounded = is_bounded(info.primary, now) ||
                         std::ranges::any_of(signers, [&](const Key& key) { return is_bounded(key, now); });
    if (!vouches || bounded) rnp_key_remove(handle.get(), RNP_KEY_REMOVE_PUBLIC | RNP_KEY_REMOVE_SUBKEYS);
    if (!vouches) continue;
    for (const Key& key : signers) {
      if (bounded) {
        const auto body = find_body(run, key.fingerprint);
        if (!body || !load_certificate(ffi.get(), stand_in(body->public_part))) continue;
      }
      signatories.emplace(key.key_id(), Signatory{key, info});
    }
    return {};
  }
  return {};
}

bool Engine::State::on_passphrase_wanted(rnp_ffi_t, void* self, rnp_key_handle_t handle, const char*, char* buffer,
                                         std::size_t size) noexcept {
  auto& state = *static_cast<State*>(self);
  return state.failure.guard([&] {
    Fingerprint asked_for;
    Key named;
    if (handle) {
      // The accessors would look for its certificate, each time.
      const bool wanted = std::exchange(state.wants_signers, false);
      asked_for = fingerprint_of(handle);
      // A passphrase belongs to the certificate as a whole: its name is the primary key's.
      const KeyHandle primary = primary_of(state.ffi.get(), handle);
      named = inspect_key(primary ? primary.get() : handle);
      state.wants_signers = wanted;
    }
    if (!state.asked.insert(asked_for).second) return false;
    if (!state.passphrases) {
      if (!state.locked) state.locked = fail(ErrorKind::key, "key.locked", "the key is locked").error;
      return false;
    }
    auto given = state.passphrases(named, handle ? state.purpose : "message password");
    if (!given) {
      if (!state.locked) state.locked = std::move(given).error();
      return false;
    }
    state.passphrase_given = true;
    const std::string_view bytes = given->view();
    // RNP takes a C string of at most 255 bytes: another one can't be what the key was protected with by anything that
    // it reads.
    if (bytes.size() >= size || bytes.find('\0') != std::string_view::npos) return false;
    if (!bytes.empty()) memcpy(buffer, bytes.data(), bytes.size());
    buffer[bytes.size()] = '\0';
    if (handle && state.keeps_passphrase) {
      state.passphrase = Secret(bytes.size() + 1);
      bytes.copy(state.passphrase.data(), bytes.size());
    }
    return true;
  });
}

std::vector<Signature> Engine::State::collect(rnp_op_verify_t operation) {
  std::vector<Signature> signatures;
  const std::size_t count = get_count(rnp_op_verify_get_signature_count, operation);
  for (std::size_t i = 0; i < count; ++i) {
    Signature& signature = signatures.emplace_back();
    rnp_op_verify_signature_t entry = nullptr;
    if (rnp_op_verify_get_signature_at(operation, i, &entry) != RNP_SUCCESS) continue;
    const rnp_result_t status = rnp_op_verify_signature_get_status(entry);
    SignatureHandle handle;
    if (status == RNP_ERROR_SIGNATURE_UNKNOWN ||
        rnp_op_verify_signature_get_handle(entry, out(handle)) != RNP_SUCCESS) {
      continue;
    }
    signature.key_id = get_string(rnp_signature_get_keyid, handle.get());
    if (signature.key_id.empty()) {
      const std::string fingerprint = get_string(rnp_signature_get_key_fprint, handle.get());
      if (fingerprint.size() == 40) signature.key_id = fingerprint.substr(24);
    }
    signature.hash = lower(get_string(rnp_op_verify_signature_get_hash, entry));
    std::uint32_t created = 0;
    std::uint32_t lifetime = 0;
    rnp_op_verify_signature_get_times(entry, &created, &lifetime);
    signature.created = created;
    if (lifetime) signature.expires = signature.created + lifetime;
    const auto signatory = signatories.find(signature.key_id);
    if (status == RNP_ERROR_KEY_NOT_FOUND || signatory == signatories.end()) {
      signature.state = SignatureState::unknown_key;
      continue;
    }
    // "Expired" is RNP's word for a right signature that has expired or lies in the future.
    signature.state =
        status == RNP_SUCCESS || status == RNP_ERROR_SIGNATURE_EXPIRED ? SignatureState::right : SignatureState::wrong;
    signature.key = signatory->second.key;
    signature.certificate = signatory->second.certificate;
  }
  return signatures;
}

Engine::Engine(KeySource& keys, PassphraseSource passphrases, const Clock& clock)
    : state_(std::make_unique<State>(keys, std::move(passphrases), clock)) {}
Engine::~Engine() = default;

Result<std::optional<CertificateInfo>> Engine::certificate(const Fingerprint& fingerprint) {
  state_->begin("inspect");
  const CertificateInfo* info = SM_TRY(state_->load_certificate_of(fingerprint));
  return info ? std::optional(*info) : std::nullopt;
}

}  // namespace sm::rnp
