// What one device exchanges with a vault, one key at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "vault/vault.hpp"

namespace sm::vault {

// The keys of this device.
class Keys {
 public:
  virtual ~Keys() = default;
  // The secret key, binary, with all that belongs to its certificate: the same bytes whenever it is in the same state.
  // nullopt: none is stored.
  virtual Result<std::optional<Secret>> read(const Fingerprint& fingerprint) = 0;
  // Merges a state of this key into the one that is stored, without losing anything of either. `bind`: addresses of its
  // user IDs that are bound to nothing are bound to it. Errors: store.secret-conflict (key), if the two are protected
  // differently; then nothing was changed.
  virtual Result<void> merge(const Fingerprint& fingerprint, std::string_view bytes, bool bind) = 0;
};

// Errors: vault.no-key (key): there is no such secret key here; vault.unprotected, and those of Keys and Vault. true: a
// version was added; false: it lay there.
Result<bool> push(Vault& vault, Keys& keys, const Fingerprint& fingerprint, const std::vector<Version>& listed);

struct Pulled {
  enum class Here { none, created, updated, unchanged };  // none: the key is not here, before or after
  Here here = Here::none;
  std::size_t merged = 0;   // versions that went into what is here
  bool added = false;       // a version with what came of it, to the vault
  std::size_t removed = 0;  // versions that are no longer needed, from it
  // Versions that stay there and were not taken: vault.damaged, vault.unprotected, store.secret-conflict, and what else
  // Keys finds fault with (of kind data or key).
  struct Refusal {
    Version version;
    Error error;
  };
  std::vector<Refusal> refused;
};
// `listed`: what lies in the vault, of any key. `bind`: also the addresses of a key that is not here yet. Errors:
// vault.busy (temporary), if other devices keep removing what was to be fetched; those of Keys and Vault that are not a
// single version's.
Result<Pulled> pull(Vault& vault, Keys& keys, const Fingerprint& fingerprint, std::vector<Version> listed, bool bind);

}  // namespace sm::vault
