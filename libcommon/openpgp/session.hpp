// Session: what every OpenPGP program is wired of for one command: the store that the options name, RNP on its keys and
// what is unlocked of them, and the passphrases of this run. The programs' common root of composition, and so the only
// component besides tools/ that sees both the command line and a backend.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "backend/rnp/rnp.hpp"
#include "cli/context.hpp"
#include "keystore/keystore.hpp"
#include "openpgp/unlocked_keys.hpp"
#include "pgpmime/verify.hpp"

namespace sm {

class Session {
 public:
  // Errors of store_paths() and Keystore::open(). `context` must outlive it.
  static Result<std::unique_ptr<Session>> open(cli::Context& context);
  // One of several that threads have, each its own: with passphrases from `passphrases`, which is called by all.
  static Result<std::unique_ptr<Session>> open(cli::Context& context, PassphraseSource passphrases);

  cli::Context& context;
  const std::unique_ptr<rnp::Reader> reader;  // at one address for as long as the store, which uses it
  Keystore store;
  UnlockedKeys keys;  // of the store
  rnp::Engine engine;

 private:
  Session(cli::Context& owner, std::unique_ptr<rnp::Reader> inspector, Keystore stored, PassphraseSource passphrases);
};

// How verdicts are made for this store: from its bindings, at the time of the clock.
pgpmime::VerifyPolicy verify_policy(Session& session, bool any_signer);

// The secret key that signs for a command: `--key ID`, else the one stored secret key that has a valid user ID of
// `from` (of several the one to which it is bound), else the setting default-key; of its keys the one that
// crypto/key.hpp chooses and whose secret part is at hand. key.none, key.expired, key.revoked … (key).
Result<Fingerprint> choose_signing_key(Session& session, std::string_view from);

}  // namespace sm
