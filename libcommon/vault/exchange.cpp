#include "vault/exchange.hpp"

#include <algorithm>

namespace sm::vault {
namespace {

constexpr int most_listings = 8;  // in one pull, while others merge what it is about to fetch

std::vector<Version> of_key(const std::vector<Version>& versions, const Fingerprint& fingerprint) {
  std::vector<Version> found;
  std::ranges::copy_if(versions, std::back_inserter(found),
                       [&](const Version& version) { return version.fingerprint == fingerprint; });
  return found;
}

bool contains(const std::vector<Version>& versions, const Version& version) {
  return std::ranges::find(versions, version) != versions.end();
}

// What concerns one version, and leaves others as they are.
bool is_of_version(const Error& error) {
  return error.code == "vault.damaged" || error.code == "vault.unprotected" || error.kind == ErrorKind::key ||
         error.code.starts_with("crypto.");
}

}  // namespace

Result<bool> push(Vault& vault, Keys& keys, const Fingerprint& fingerprint, const std::vector<Version>& listed) {
  const auto bytes = SM_TRY(keys.read(fingerprint));
  if (!bytes) return fail(ErrorKind::key, "vault.no-key", "there is no secret key " + fingerprint + " here");
  SM_TRY(check_key(fingerprint, bytes->view()));
  return vault.store(version_of(fingerprint, bytes->view()), bytes->view(), listed);
}

Result<Pulled> pull(Vault& vault, Keys& keys, const Fingerprint& fingerprint, std::vector<Version> listed, bool bind) {
  Pulled pulled;
  const auto before = SM_TRY(keys.read(fingerprint));
  std::vector<Version> merged;
  std::vector<Version> refused;

  // Takes what lies there and was not looked at yet; false if something was gone before it came.
  const auto take = [&]() -> Result<bool> {
    bool whole = true;
    for (const Version& version : of_key(listed, fingerprint)) {
      if (contains(merged, version) || contains(refused, version)) continue;
      const auto take_one = [&]() -> Result<bool> {
        const auto bytes = SM_TRY(vault.fetch(version));
        if (!bytes) return false;
        SM_TRY(keys.merge(fingerprint, bytes->view(), before || bind));
        return true;
      };
      auto taken = take_one();
      if (!taken) {
        if (!is_of_version(taken.error())) return taken;
        refused.push_back(version);
        pulled.refused.push_back({version, std::move(taken).error()});
      } else if (*taken) {
        merged.push_back(version);
      } else {
        whole = false;
      }
    }
    return whole;
  };
  int listings = 1;
  while (!SM_TRY(take())) {
    // Another device has merged it into a version that is not in our listing.
    if (++listings > most_listings)
      return fail(ErrorKind::temporary, "vault.busy", "other devices keep changing the key " + fingerprint);
    listed = SM_TRY(vault.versions());
  }

  pulled.merged = merged.size();
  if (before) pulled.here = Pulled::Here::unchanged;
  if (merged.empty()) return pulled;
  const auto after = SM_TRY(keys.read(fingerprint));
  if (!after) return fail(ErrorKind::key, "vault.no-key", "the secret key " + fingerprint + " is gone from here");
  if (!before) {
    pulled.here = Pulled::Here::created;
  } else if (before->view() != after->view()) {
    pulled.here = Pulled::Here::updated;
  }

  const Version outcome = version_of(fingerprint, after->view());
  if (!contains(merged, outcome)) {
    SM_TRY(check_key(fingerprint, after->view()));
    pulled.added = SM_TRY(vault.store(outcome, after->view(), listed));
  }
  for (const Version& version : merged) {
    if (version != outcome && SM_TRY(vault.remove(version))) ++pulled.removed;
  }
  return pulled;
}

}  // namespace sm::vault
