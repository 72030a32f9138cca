// What the operations of an Engine share: the context, the keys in it, and the callbacks through which RNP asks for
// more.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "backend/rnp/ffi.hpp"
#include "backend/rnp/inspect.hpp"
#include "backend/rnp/rnp.hpp"

namespace sm::rnp {

// A key that may have made a signature, by its key ID.
struct Signatory {
  Key key;
  CertificateInfo certificate;
};

struct Engine::State {
  State(KeySource& source, PassphraseSource passphrase_source, const Clock& time);
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  KeySource& keys;
  PassphraseSource passphrases;
  const Clock& clock;
  Ffi ffi;

  // Certificates that are loaded, by the fingerprint of the primary key.
  std::map<Fingerprint, CertificateInfo> certificates;
  // Keys and subkeys whose secret packets are loaded.
  std::set<Fingerprint> secrets;
  // Keys that a passphrase has opened for a message. One that is asked for a second time stays unlocked in memory, as
  // long as the Engine lives: to derive its key again costs a hundred times what a small message does.
  std::set<Fingerprint> opened;

  // ---- of the running operation
  Failure failure;
  bool wants_signers = false;
  std::map<std::string, Signatory> signatories;
  std::string_view purpose;
  std::set<Fingerprint> asked;  // keys whose passphrase was asked for; "" is a message's password
  std::optional<Error> locked;  // the first answer of the PassphraseSource that was none
  bool passphrase_given = false;
  bool keeps_passphrase = false;
  Secret passphrase;  // the last one that was given for a key while keeps_passphrase, with a NUL behind it

  void begin(std::string_view operation);
  // Before an operation that checks signatures: certificates are then presented anew, as load_signatory() does, and
  // forgotten at its end.
  void forget_certificates();
  // Loads the certificate that has this signing key, if there is one, and fills `signatories`.
  Result<void> load_signatory(const std::string& id);

  // Loads it if the KeySource holds it under this primary fingerprint.
  Result<const CertificateInfo*> load_certificate_of(const Fingerprint& primary);
  // Loads the certificate that holds this key or subkey, unless it is there.
  Result<void> load_holder_of(const Fingerprint& key);
  // Loads the secret key that holds `id` (fingerprint or key ID) and gives its fingerprints that match; none if there
  // is no such key, or its secret part is elsewhere.
  Result<std::vector<Fingerprint>> load_secret_of(const std::string& id);
  // Loads a secret key, by its primary fingerprint, and gives all that it holds.
  Result<std::vector<Fingerprint>> load_whole_secret(const Fingerprint& primary);

  // The signatures of a finished verification, in RNP's order.
  std::vector<Signature> collect(rnp_op_verify_t operation);

 private:
  static void on_key_wanted(rnp_ffi_t, void* self, const char* type, const char* id, bool secret) noexcept;
  std::vector<Fingerprint> take_secret(std::string_view bytes);
  static bool on_passphrase_wanted(rnp_ffi_t, void* self, rnp_key_handle_t key, const char*, char* buffer,
                                   std::size_t size) noexcept;
};

// The error of a passphrase that did not open the key, or message if `key` is empty.
Unexpected wrong_passphrase(const Fingerprint& key);

}  // namespace sm::rnp
