#include "keystore/secrets.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "io/atomic_file.hpp"
#include "keystore/binding.hpp"
#include "keystore/store_files.hpp"

namespace sm::store {
namespace {

constexpr std::string_view key_suffix = ".pgp";
constexpr std::string_view revocation_suffix = ".rev";

Result<void> check_closed(const std::string& path, const struct stat& status) {
  if (!S_ISDIR(status.st_mode)) return fail(ErrorKind::config, "store.mode", path + " is not a directory");
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) == 0) return {};
  return fail(ErrorKind::config, "store.mode", path + " is open to group or others", "chmod 700 " + path);
}

}  // namespace

std::string Secrets::path_of(const Fingerprint& fingerprint, std::string_view suffix) const {
  return (directory() + '/' + fingerprint).append(suffix);
}

Result<void> Secrets::check() const {
  struct stat status {};
  if (lstat(directory().c_str(), &status) != 0 || status.st_uid != geteuid()) return {};
  return check_closed(directory(), status);
}

Result<bool> Secrets::is_ours() const {
  const std::string path = directory();
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return false;
    return fail_errno("store.read", "can't read " + path, errno);
  }
  if (status.st_uid != geteuid()) {
    return fail(ErrorKind::config, "store.owner", path + " belongs to another user",
                "secret keys are used by their owner only");
  }
  SM_TRY(check_closed(path, status));
  return true;
}

Result<std::optional<Secret>> Secrets::get(const Fingerprint& fingerprint) const {
  if (!SM_TRY(is_ours())) return std::optional<Secret>();
  return read_private(path_of(fingerprint, key_suffix));
}

Result<std::vector<Fingerprint>> Secrets::list() const {
  std::vector<Fingerprint> fingerprints;
  if (!SM_TRY(is_ours())) return fingerprints;
  for (const std::string& name : SM_TRY(list_directory(directory()))) {
    if (!name.ends_with(key_suffix)) continue;
    const std::string_view stem = std::string_view(name).substr(0, name.size() - key_suffix.size());
    if (is_fingerprint(stem)) fingerprints.emplace_back(stem);
  }
  std::ranges::sort(fingerprints);
  return fingerprints;
}

Result<void> Secrets::make() const {
  if (SM_TRY(is_ours())) return {};
  SM_TRY(make_directory(directory(), S_IRWXU));
  SM_TRY(is_ours());
  return {};
}

Result<Secrets::Stored> Secrets::put(const Fingerprint& fingerprint, const Secret& secret, CertificateReader& reader) {
  SM_TRY(make_root(root_));
  const Lock lock = SM_TRY(Lock::acquire(root_ + "/lock"));
  SM_TRY(make());
  const std::string path = path_of(fingerprint, key_suffix);
  const auto old = SM_TRY(read_private(path));
  if (!old) {
    SM_TRY(write_file(path, secret.view(), S_IRUSR | S_IWUSR));
    return Stored::created;
  }
  if (old->view() == secret.view()) return Stored::unchanged;
  const auto merged = SM_TRY(reader.merge_secrets(old->view(), secret.view()));
  if (!merged) return Stored::unchanged;
  SM_TRY(write_file(path, merged->view(), S_IRUSR | S_IWUSR));
  return Stored::merged;
}

Result<void> Secrets::replace(const Fingerprint& fingerprint, const Secret& old, const Secret& fresh) {
  const Lock lock = SM_TRY(Lock::acquire(root_ + "/lock"));
  const std::string path = path_of(fingerprint, key_suffix);
  const auto present = SM_TRY(get(fingerprint));
  if (!present || present->view() != old.view())
    return fail(ErrorKind::temporary, "store.changed", "another process has changed the secret key " + fingerprint,
                "try again");
  return write_file(path, fresh.view(), S_IRUSR | S_IWUSR);
}

Result<void> Secrets::put_revocation(const Fingerprint& fingerprint, std::string_view revocation) {
  SM_TRY(make_root(root_));
  const Lock lock = SM_TRY(Lock::acquire(root_ + "/lock"));
  SM_TRY(make());
  return write_file(path_of(fingerprint, revocation_suffix), revocation, S_IRUSR | S_IWUSR);
}

Result<void> Secrets::remove(const Fingerprint& fingerprint) {
  if (!SM_TRY(is_ours())) return {};
  const Lock lock = SM_TRY(Lock::acquire(root_ + "/lock"));
  // The key last: as long as it is there, the deletion can be done again.
  SM_TRY(remove_file(path_of(fingerprint, revocation_suffix)));
  SM_TRY(remove_file(path_of(fingerprint, key_suffix)));
  // What a crash left between the two names of a replacement is a secret key too.
  for (const std::string& name : SM_TRY(list_directory(directory()))) {
    if (name.starts_with(".smtools-")) SM_TRY(remove_file(directory() + '/' + name));
  }
  return {};
}

}  // namespace sm::store
