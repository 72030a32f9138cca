// Keystore: certificates (shared with other programs in pgp.cert.d, draft-nwjw-openpgp-cert-d), secret keys, bindings
// of addresses to certificates (trust on first use), and an index that makes one look-up cost the same in a store of
// one and of ten thousand. Files, so that a shell can see it and a read-only user can read it. Nothing is created
// before something has to be written.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "crypto/key_source.hpp"
#include "crypto/ports.hpp"
#include "crypto/verdict.hpp"
#include "keystore/binding.hpp"
#include "keystore/paths.hpp"

namespace sm {

enum class Change { created, updated, unchanged };

class Keystore final : public KeySource {
 public:
  // Looks at owner and mode: what is writable by group or others, or a private/ of the caller's that is open to them,
  // is store.mode (config); a store of a newer version (root/version) is store.version (config). A private/ that
  // belongs to somebody else hinders only those who ask for a secret key: store.owner (config). A store that does not
  // exist is empty. `address_of` finds the address in a user ID. `reader` and `clock` must outlive it.
  static Result<Keystore> open(const StorePaths& paths, CertificateReader& reader, const Clock& clock,
                               UserIdAddress address_of);
  Keystore(Keystore&&) noexcept;
  Keystore& operator=(Keystore&&) noexcept;
  ~Keystore() override;

  // ---- KeySource
  Result<std::vector<std::string>> certificates(std::string_view id) override;
  Result<std::vector<Secret>> secret_keys(std::string_view id) override;
  Result<std::vector<Fingerprint>> secret_fingerprints() override;

  // ---- certificates
  // Binary; nullopt if there is none.
  Result<std::optional<std::string>> certificate(const Fingerprint& fingerprint);
  // Whether its file is there.
  Result<bool> has_certificate(const Fingerprint& fingerprint);
  // Merges into what is there, under the lock of pgp.cert.d, and indexes it. On the disk afterwards. If what is there
  // can't be read: store.certificate (data), and it stays as it is.
  Result<Change> put_certificate(const CertificateInfo& info, std::string_view certificate);
  // Nothing happens if there is none.
  Result<void> delete_certificate(const Fingerprint& fingerprint);
  // All fingerprints, sorted.
  Result<std::vector<Fingerprint>> list_certificates();

  // ---- secret keys
  Result<std::optional<Secret>> secret_key(const Fingerprint& fingerprint);
  // 0600, atomically: as given, or merged into what is there (CertificateReader::merge_secrets() and its errors).
  Result<Change> put_secret_key(const Fingerprint& fingerprint, const Secret& secret);
  // `fresh` in the place of `old`, which secret_key() gave. If it is something else by now: store.changed (temporary).
  Result<void> replace_secret_key(const Fingerprint& fingerprint, const Secret& old, const Secret& fresh);
  Result<void> put_revocation(const Fingerprint& fingerprint, std::string_view revocation);
  // The secret key and its revocation certificate, what there is of them.
  Result<void> delete_secret_key(const Fingerprint& fingerprint);

  // ---- bindings; `address` is normalised already
  // nullopt: never bound. Unreadable or malformed: store.binding (temporary), never "first use".
  Result<std::optional<Binding>> binding(std::string_view address);
  Result<std::vector<Binding>> list_bindings();
  // Binds a free address; created, or unchanged when it is bound already, to whatever.
  Result<Change> bind(std::string_view address, const Fingerprint& fingerprint, BindingSource source);
  // What search or refresh found for a bound address: records a conflict if it is another certificate, at most 100 of
  // them.
  Result<void> record_conflict(std::string_view address, const Fingerprint& fingerprint, BindingSource source);
  // Binds it to this certificate whatever it was bound to, even if that can't be read, and settles conflicts. It counts
  // as first seen when the binding or the conflict was.
  Result<void> accept(std::string_view address, const Fingerprint& fingerprint);
  // Whether the owner of `old` has named `fresh` his successor for this address: a valid user ID of the address in
  // `fresh` is certified by it (CertificateReader::is_certified()). false if one of them is not in the store.
  Result<bool> is_successor(std::string_view address, const Fingerprint& fresh, const Fingerprint& old);
  // false: it was not bound.
  Result<bool> forget(std::string_view address);

  // ---- look-up
  // Certificates with a valid self-signed user ID of this address, by the index; sorted. Looks at what other programs
  // added.
  Result<std::vector<Fingerprint>> claimants(std::string_view address);
  // Certificates that hold this key or subkey (fingerprint or 16-digit key ID, upper case), by the index; sorted. The
  // same look-up as certificates(): only if the index knows none does it look at what other programs added.
  Result<std::vector<Fingerprint>> holders(std::string_view id);
  // Throws index/ away and makes it again; touches nothing else. One inspection a certificate.
  Result<void> reindex();

 private:
  struct State;
  explicit Keystore(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sm
