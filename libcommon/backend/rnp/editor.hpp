// Editor: changes of a key over its life (RFC 9580 §5.2.1, §10.1), by new self-signatures. What a certificate holds is
// never taken away: newer signatures stand beside the older ones, and count.
//
// GnuPG, Sequoia and RNP choose differently among signatures of one second, between user IDs without a primary flag,
// and between a direct-key signature and those of user IDs. So each change leaves only one reading: its signatures are
// newer than all that were there, all that say the same thing say it alike, and where there are several user IDs one
// carries the flag. An operation within the second of the last one therefore waits for the next.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "crypto/key.hpp"
#include "crypto/key_source.hpp"

namespace sm::rnp {

// A key as the store has it, binary. What `certificate` says counts; of `secret` only the secret parts.
struct OwnKey {
  std::string_view certificate;
  std::string_view secret;
};

enum class SubkeyUse { sign, encrypt };

struct NewSubkey {
  Fingerprint fingerprint;
  std::string certificate;  // with the subkey
  Secret secret;            // its secret subkey packet, protected as the primary key is
};

// Errors of all: key.missing (no secret primary key here: it is elsewhere, or a stub), key.locked, key.passphrase,
// key.unusable (all: key), crypto.bad-certificate (data), key.clock (temporary: the key was changed at a time that has
// not come yet). Of those that are no revocation: key.revoked, key.expired (key; not of set_expiry()).
class Editor {
 public:
  Editor(PassphraseSource passphrases, const Clock& clock) : passphrases_(std::move(passphrases)), clock_(clock) {}

  // The key and its subkeys that are not revoked, or the subkey alone, end at `end` (seconds since the epoch; 0: never,
  // §5.2.3.13). key.lifetime (usage): before it was made, or more than 136 years after; key.unknown-subkey (key).
  Result<std::string> set_expiry(const OwnKey& key, std::int64_t end, const std::optional<Fingerprint>& subkey) const;
  // Revokes the key, or the subkey (§5.2.3.31). `message` is UTF-8 text for others to read.
  Result<std::string> revoke(const OwnKey& key, Revocation reason, std::string_view message,
                             const std::optional<Fingerprint>& subkey) const;
  // The packet that would revoke the key, alone.
  Result<std::string> revocation(const OwnKey& key, Revocation reason, std::string_view message) const;

  // With the properties that the primary user ID states (flags, expiry, preferences), which stays the primary one.
  // key.user-id-exists (usage): it is there and valid, or it was revoked, which is final.
  Result<std::string> add_user_id(const OwnKey& key, std::string_view user_id) const;
  // key.unknown-user-id: none such that is valid; key.last-user-id: it is the only one (both: key).
  Result<std::string> revoke_user_id(const OwnKey& key, std::string_view user_id) const;
  // key.unknown-user-id (key).
  Result<std::string> make_primary(const OwnKey& key, std::string_view user_id) const;

  // A subkey that ends when the key does. `algorithm` as KeyRequest has it; empty: the kind of the primary key.
  Result<NewSubkey> add_subkey(const OwnKey& key, std::string_view algorithm, SubkeyUse use) const;

  // The secret key with every part protected by what `fresh` gives alone (AES-256), stubs as they are. It is asked when
  // all parts are open. key.passphrase-form (usage): one that RNP does not take; errors of `fresh`.
  Result<Secret> change_passphrase(std::string_view secret, const std::function<Result<Secret>()>& fresh) const;

 private:
  PassphraseSource passphrases_;
  const Clock& clock_;
};

}  // namespace sm::rnp
