// A key of the store whose secret part is here, for the commands that change it.
#pragma once

#include <string>
#include <string_view>

#include "backend/rnp/editor.hpp"
#include "openpgp/session.hpp"

namespace sm::smkey {

struct OwnKey {
  Fingerprint fingerprint;
  std::string certificate;
  CertificateInfo info;
  Secret secret;    // as stored
  Secret unlocked;  // the same, with what smkey unlock has opened of it: to sign with, never to be stored

  rnp::OwnKey packets() const { return {certificate, unlocked.view()}; }
};

// The key that `id` names. key.missing (key): its secret part is not stored; errors of resolve().
Result<OwnKey> open_own_key(Session& session, const std::string& id);

// Its subkey of this fingerprint or 16-digit key ID. parse_id()'s errors, key.unknown-subkey (key).
Result<const Key*> find_subkey(const OwnKey& key, const std::string& id);

rnp::Editor editor(Session& session);

// Puts the changed key into the store. The certificate counts, and its file is the change: `parts`, new secret packets
// (empty: none), are written before it, where they mean nothing yet. The copy of what is public that lies with the
// secret key follows.
Result<void> store_changed_key(Session& session, const Fingerprint& fingerprint, std::string_view certificate,
                               const Secret& parts = {});

// Brings that copy up to date, for whoever keeps a backup of private/ alone.
Result<void> refresh_secret_key(Session& session, const Fingerprint& fingerprint);

// Takes what is unlocked of it out of the keyrings. That these are refused is said with --verbose only: then hardly
// anything is unlocked.
void lock_key(Session& session, const Fingerprint& fingerprint);

// smkey.user-id (usage): empty, no UTF-8, or with control characters.
Result<void> check_user_id(std::string_view user_id);

// Binds the address of a new user ID if it is free; says so on stderr if it is bound to another certificate.
Result<void> bind_user_id(Session& session, const Fingerprint& fingerprint, std::string_view user_id,
                          BindingSource source);

}  // namespace sm::smkey
