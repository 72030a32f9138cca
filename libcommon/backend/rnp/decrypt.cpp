#include <algorithm>
#include <map>

#include "backend/rnp/engine.hpp"
#include "backend/rnp/framing.hpp"
#include "backend/rnp/literal_format.hpp"
#include "backend/rnp/message.hpp"
#include "backend/rnp/session_key.hpp"
#include "backend/rnp/unprotected.hpp"
#include "backend/rnp/verify.hpp"

namespace sm::rnp {
namespace {

constexpr std::size_t max_attempts = 4096;  // session key packets times keys

// What comes out of a decryption, until there is too much of it: absolutely, or for what went in.
class BoundedSink final : public Sink {
 public:
  BoundedSink(Sink& to, const Message& message, std::uint64_t limit) : to_(to), message_(message), limit_(limit) {}
  Result<void> write(std::string_view bytes) override {
    written_ += bytes.size();
    if (is_too_much(written_, message_.consumed(), limit_)) return damaged_as("crypto.too-long");
    return to_.write(bytes);
  }
  Result<void> finish() override { return to_.finish(); }
  std::uint64_t written() const { return written_; }

 private:
  Sink& to_;
  const Message& message_;
  std::uint64_t limit_;
  std::uint64_t written_ = 0;
};

class CountingSink final : public Sink {
 public:
  Result<void> write(std::string_view bytes) override {
    count_ += bytes.size();
    return {};
  }
  Result<void> finish() override { return {}; }
  std::uint64_t count() const { return count_; }

 private:
  std::uint64_t count_ = 0;
};

// RNP takes a session key packet at its word about the algorithm and would read the key as one of that kind.
bool fits(rnp_key_handle_t key, int algorithm) {
  const std::string own = get_string(rnp_key_get_alg, key);
  switch (algorithm) {
    case 1:
    case 2:
      return own == "RSA";
    case 16:
    case 20:
      return own == "ELGAMAL";
    case 18:
      return own == "ECDH";
    default:
      return false;
  }
}

// The attempts to open a message, in their order.
struct Attempts {
  std::vector<RecipientPacket> open;        // by keys without a passphrase
  std::vector<RecipientPacket> locked;      // by keys with one
  std::map<std::string, Fingerprint> keys;  // by key ID

  void add(rnp_ffi_t ffi, const RecipientPacket& packet, const Fingerprint& fingerprint) {
    const KeyHandle key = locate(ffi, fingerprint);
    if (!key || !fits(key.get(), packet.algorithm) || open.size() + locked.size() == max_attempts) return;
    RecipientPacket attempt = packet;
    attempt.key_id = fingerprint.substr(24);
    keys.emplace(attempt.key_id, fingerprint);
    (get_flag(rnp_key_is_protected, key.get()) ? locked : open).push_back(std::move(attempt));
  }
  std::vector<RecipientPacket> in_order() const {
    std::vector<RecipientPacket> all = open;
    all.insert(all.end(), locked.begin(), locked.end());
    return all;
  }
};

constexpr std::string_view hidden = "0000000000000000";

Result<std::vector<RecipientPacket>> plan(Engine::State& state, const Message& message,
                                          std::map<std::string, Fingerprint>& keys) {
  Attempts named;
  for (const RecipientPacket& packet : message.recipients()) {
    if (packet.key_id == hidden) continue;
    for (const Fingerprint& key : SM_TRY(state.load_secret_of(packet.key_id))) named.add(state.ffi.get(), packet, key);
  }
  std::vector<RecipientPacket> order = named.in_order();
  keys = std::move(named.keys);
  if (std::ranges::none_of(message.recipients(), [](const auto& packet) { return packet.key_id == hidden; }))
    return order;

  std::vector<Fingerprint> ours;
  for (const Fingerprint& certificate : SM_TRY(state.keys.secret_fingerprints())) {
    const auto held = SM_TRY(state.load_whole_secret(certificate));
    ours.insert(ours.end(), held.begin(), held.end());
  }
  Attempts guessed;
  for (const RecipientPacket& packet : message.recipients()) {
    if (packet.key_id != hidden) continue;
    for (const Fingerprint& key : ours) guessed.add(state.ffi.get(), packet, key);
  }
  const auto more = guessed.in_order();
  order.insert(order.end(), more.begin(), more.end());
  keys.merge(guessed.keys);
  return order;
}

// The session key of the message for `key`, by the passphrase that has just opened it for RNP.
Result<std::optional<SessionKey>> session_key_for(Engine::State& state, const std::vector<RecipientPacket>& attempts,
                                                  const Fingerprint& key) {
  const std::string_view text = state.passphrase.view();
  const auto passphrase = [&](const Key&, std::string_view) -> Result<Secret> {
    return Secret(text.substr(0, text.empty() ? 0 : text.size() - 1));
  };
  for (const Secret& bytes : SM_TRY(state.keys.secret_keys(key))) {
    const auto packet = unprotected_packet(bytes.view(), key, passphrase, state.clock.now());
    if (!packet) continue;
    const PacketRun run = leading_packets(packet->view());
    for (const RecipientPacket& attempt : attempts) {
      if (attempt.key_id != key.substr(24)) continue;
      if (auto opened = open_session_key(attempt.body, run.packets.front().body)) return opened;
    }
  }
  return std::optional<SessionKey>();
}

Unexpected missing_key() {
  return fail(ErrorKind::key, "key.missing", "no secret key for this message");
}

// A message that RNP opened and found malformed, if it is so only because of its literal's format: its signatures.
Result<std::vector<Signature>> decrypt_mime(Engine::State& state, Source& cipher,
                                            const std::vector<RecipientPacket>& attempts, const Fingerprint& key,
                                            Sink& plain, const DecryptionLimits& bounds) {
  auto session_key = SM_TRY(session_key_for(state, attempts, key));
  state.passphrase = {};
  if (!session_key) return damaged();
  Message message(cipher);
  SM_TRY(message.open());
  message.set_recipients({});
  MimeLiteral packets(message, std::move(*session_key));
  BoundedSink bounded(plain, message, bounds.output);
  const SourceInput input(packets, state.failure);
  const SinkOutput output(bounded, state.failure);
  Verification operation;
  rnp_result_t status = rnp_op_verify_create(out(operation), state.ffi.get(), input.get(), output.get());
  if (status == RNP_SUCCESS) status = execute(state, operation.get());
  if (auto error = state.failure.take()) return Unexpected{std::move(*error)};
  // That none of the signatures is valid is for others to judge.
  if (status != RNP_SUCCESS && status != RNP_ERROR_SIGNATURE_INVALID) return damaged();
  SM_TRY(packets.expect_end(bounded.written()));
  SM_TRY(message.expect_end());
  return state.collect(operation.get());
}

}  // namespace

Result<Decryption> Engine::decrypt(const Ciphertext& cipher, Sink& plain, const DecryptionLimits& bounds) {
  State& state = *state_;
  state.begin("decrypt");
  state.forget_certificates();
  Message message(cipher.first);
  SM_TRY(message.open());
  std::map<std::string, Fingerprint> keys;
  const std::vector<RecipientPacket> order = SM_TRY(plan(state, message, keys));
  if (order.empty() && !message.takes_password()) {
    return missing_key();
  }
  message.set_recipients(order);

  BoundedSink bounded(plain, message, bounds.output);
  const SourceInput input(message, state.failure);
  const SinkOutput output(bounded, state.failure);
  Verification operation;
  rnp_result_t status = rnp_op_verify_create(out(operation), state.ffi.get(), input.get(), output.get());
  if (status == RNP_SUCCESS) status = rnp_op_verify_set_flags(operation.get(), RNP_VERIFY_IGNORE_SIGS_ON_DECRYPT);
  state.keeps_passphrase = cipher.again != nullptr;
  if (status == RNP_SUCCESS) status = execute(state, operation.get());
  state.keeps_passphrase = false;
  auto error = state.failure.take();

  char* mode = nullptr;
  bool valid = false;
  rnp_op_verify_get_protection_info(operation.get(), &mode, nullptr, &valid);
  const std::string protection = mode ? mode : "";
  rnp_buffer_destroy(mode);
  rnp_recipient_handle_t used = nullptr;
  rnp_op_verify_get_used_recipient(operation.get(), &used);
  rnp_symenc_handle_t used_password = nullptr;
  rnp_op_verify_get_used_symenc(operation.get(), &used_password);
  const std::string used_id = used ? get_string(rnp_recipient_get_keyid, used) : std::string();

  Result<Decryption> result = [&]() -> Result<Decryption> {
    if (error) return Unexpected{std::move(*error)};
    if (status != RNP_SUCCESS && !used && !used_password) {
      // It was not opened.
      if (state.locked) return Unexpected{*state.locked};
      // RNP has no code of its own for a wrong password: BAD_PASSWORD, or NOT_SUPPORTED when what came out was no
      // session key.
      if (state.passphrase_given && (status == RNP_ERROR_BAD_PASSWORD || message.takes_password())) {
        return wrong_passphrase(message.takes_password() ? Fingerprint() : *state.asked.begin());
      }
      // Where it names no key of ours, none of them being the right one is no damage.
      const bool named = std::ranges::any_of(message.recipients(), [&](const RecipientPacket& packet) {
        return packet.key_id != hidden && keys.contains(packet.key_id);
      });
      if (!named && !message.takes_password()) return missing_key();
      return damaged();
    }
    Decryption decryption;
    const auto key = keys.find(used_id);
    if (key != keys.end()) decryption.key = key->second;
    for (const RecipientPacket& packet : message.recipients()) decryption.recipients.push_back(packet.key_id);
    if (status == RNP_ERROR_BAD_FORMAT && key != keys.end() && bounded.written() == 0 && cipher.again) {
      const auto again = cipher.again();
      decryption.signatures = SM_TRY(decrypt_mime(state, *again, order, key->second, plain, bounds));
      return decryption;
    }
    if (protection == "cfb-mdc" && !valid && key != keys.end() && bounded.written() > 0 && cipher.again) {
      // RNP looks at the modification detection code only when a read of 32 KiB comes out short: of what is a multiple
      // of that, the integrity is proved here, and what it gave is then known to be whole.
      const auto again = cipher.again();
      CountingSink second;
      decryption.signatures = SM_TRY(decrypt_mime(state, *again, order, key->second, second, bounds));
      if (second.count() != bounded.written()) return damaged();
      return decryption;
    }
    if (status != RNP_SUCCESS || !valid || protection == "none" || protection == "cfb") return damaged();
    SM_TRY(message.expect_end());
    decryption.signatures = state.collect(operation.get());
    return decryption;
  }();
  if (result && !result->key.empty() && !state.passphrase.empty() && !state.opened.insert(result->key).second) {
    const KeyHandle key = locate(state.ffi.get(), result->key);
    if (key) rnp_key_unlock(key.get(), state.passphrase.data());
  }
  state.passphrase = {};
  state.forget_certificates();
  return result;
}

}  // namespace sm::rnp
