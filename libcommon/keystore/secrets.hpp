// The folder private/. Only the keystore uses it; keystore.hpp says what the operations mean.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "crypto/ports.hpp"

namespace sm::store {

class Secrets {
 public:
  explicit Secrets(std::string root) : root_(std::move(root)) {}

  // Open to group or others: store.mode. That it is another user's matters only to who asks for a secret key.
  Result<void> check() const;
  // store.owner (config) if the folder is another user's.
  Result<std::optional<Secret>> get(const Fingerprint& fingerprint) const;
  Result<std::vector<Fingerprint>> list() const;

  enum class Stored { created, merged, unchanged };
  Result<Stored> put(const Fingerprint& fingerprint, const Secret& secret, CertificateReader& reader);
  Result<void> replace(const Fingerprint& fingerprint, const Secret& old, const Secret& fresh);
  Result<void> put_revocation(const Fingerprint& fingerprint, std::string_view revocation);
  Result<void> remove(const Fingerprint& fingerprint);

 private:
  std::string directory() const { return root_ + "/private"; }
  std::string path_of(const Fingerprint& fingerprint, std::string_view suffix) const;
  // Whether it exists; then it is the caller's and closed to others.
  Result<bool> is_ours() const;
  Result<void> make() const;

  std::string root_;
};

}  // namespace sm::store
