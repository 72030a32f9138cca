// UnlockedKeys: the keys of a store, with what `smkey unlock` has put into the kernel's keyring in place of what needs
// a passphrase. The store decides: what it does not hold, or holds as a stub, is not made up for by a keyring.
#pragma once

#include <vector>

#include "backend/keyring/keyring.hpp"
#include "crypto/key_source.hpp"

namespace sm {

class UnlockedKeys final : public KeySource {
 public:
  // `store` must outlive it.
  explicit UnlockedKeys(KeySource& store) : store_(store) {}
  Result<std::vector<std::string>> certificates(std::string_view id) override { return store_.certificates(id); }
  Result<std::vector<Secret>> secret_keys(std::string_view id) override;
  Result<std::vector<Fingerprint>> secret_fingerprints() override { return store_.secret_fingerprints(); }

 private:
  KeySource& store_;
};

// A binary transferable secret key whose protected packets are replaced by the unlocked ones that the keyrings have.
// Never to be written anywhere.
Secret with_unlocked_packets(Secret secret_key);

// What a certificate is unlocked with: the packets, without their protection, of the keys in `secret_key` that a filter
// may need at `now`: the one that signs, and all that decrypt, expired and revoked ones too, for old mail. Those
// without a passphrase are left out, so that it may be none. A primary key that does neither stays locked: it could
// change the certificate. Errors: key.missing (key) if `secret_key` has no such key; those of
// rnp::unprotected_packet().
Result<std::vector<keyring::Entry>> packets_to_unlock(const CertificateInfo& certificate, std::string_view secret_key,
                                                      const PassphraseSource& passphrases, std::int64_t now);

}  // namespace sm
