// The versions that lie on a server.
#pragma once

#include <optional>
#include <vector>

#include "base/limits.hpp"
#include "base/secret.hpp"
#include "vault/version.hpp"
#include "webdav/collection.hpp"

namespace sm::vault {

inline constexpr std::size_t max_version = limits::network_certificate;  // bytes

class Vault {
 public:
  explicit Vault(webdav::Collection collection) : collection_(std::move(collection)) {}

  const net::Url& url() const { return collection_.url(); }

  // Errors of all: those of webdav::Collection.

  // By fingerprint, of each the newest first. Other files are passed over.
  Result<std::vector<Version>> versions();
  // Its bytes, checked. nullopt: it is not there any more. Errors: those of check_version(); vault.damaged also for one
  // that is too long.
  Result<std::optional<Secret>> fetch(const Version& version);
  // Puts `bytes`, which check_key() has passed, unless they lie there already; `listed` is what lay there. Either way
  // they were read back, unless somebody merged them meanwhile. false: they lay there. Errors: vault.too-long (data),
  // vault.not-kept (data), if the server gives something else than it was given.
  Result<bool> store(const Version& version, std::string_view bytes, const std::vector<Version>& listed);
  // Whether it was there.
  Result<bool> remove(const Version& version);

 private:
  webdav::Collection collection_;
};

}  // namespace sm::vault
