#include "vault/vault.hpp"

#include <algorithm>

namespace sm::vault {

Result<std::vector<Version>> Vault::versions() {
  std::vector<Version> versions;
  for (const webdav::Entry& entry : SM_TRY(collection_.list())) {
    auto version = parse_name(entry.name);
    if (!version) continue;
    version->size = entry.size;
    version->modified = entry.modified;
    versions.push_back(*std::move(version));
  }
  std::ranges::sort(versions, [](const Version& a, const Version& b) {
    if (a.fingerprint != b.fingerprint) return a.fingerprint < b.fingerprint;
    if (a.modified != b.modified) return a.modified > b.modified;  // without a time: last
    return a.digest < b.digest;
  });
  // A listing may name a file twice.
  versions.erase(std::unique(versions.begin(), versions.end()), versions.end());
  return versions;
}

Result<std::optional<Secret>> Vault::fetch(const Version& version) {
  auto bytes = collection_.get(version.name(), max_version);
  if (!bytes) {
    if (bytes.error().code != "net.too-long" && bytes.error().code != "io.too-long") return bytes;
    return fail(ErrorKind::data, "vault.damaged", "it is longer than a version can be");
  }
  if (*bytes) SM_TRY(check_version(version, (*bytes)->view()));
  return bytes;
}

Result<bool> Vault::store(const Version& version, std::string_view bytes, const std::vector<Version>& listed) {
  if (bytes.size() > max_version) {
    return fail(ErrorKind::data, "vault.too-long",
                "the key " + version.fingerprint + " with its certificate has more than " +
                    std::to_string(max_version) + " bytes");
  }
  const auto lies_there = [&]() -> Result<bool> {
    const auto found = fetch(version);
    if (found) return found->has_value();
    if (found.error().code != "vault.damaged") return Unexpected{found.error()};
    return false;
  };
  if (std::ranges::find(listed, version) != listed.end() && SM_TRY(lies_there())) return false;
  SM_TRY(collection_.put(version.name(), bytes));
  if (auto kept = fetch(version); !kept) {
    if (kept.error().code != "vault.damaged") return Unexpected{std::move(kept).error()};
    return fail(ErrorKind::data, "vault.not-kept",
                collection_.url().text() + ": the server does not give back what it was given: " + version.name());
  }
  return true;
}

Result<bool> Vault::remove(const Version& version) {
  return collection_.remove(version.name());
}

}  // namespace sm::vault
