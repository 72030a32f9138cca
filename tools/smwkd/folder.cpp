#include "folder.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <optional>
#include <vector>

#include "base/handle.hpp"
#include "io/descriptor.hpp"
#include "wkd/address.hpp"

namespace sm::smwkd {
namespace {

constexpr const char* current = "hu";
constexpr const char* next = ".smwkd-next";  // what is being made; after the exchange, what was
constexpr const char* policy = "policy";
constexpr mode_t file_mode = 0644;
constexpr mode_t folder_mode = 0755;

Unexpected failed(const std::string& what) {
  return fail_errno("publish.write", what, errno);
}

Result<Descriptor> open_folder(int at, const char* name, const std::string& shown) {
  Descriptor folder(openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (folder) return folder;
  if (errno == ENOTDIR || errno == ELOOP)
    return fail(ErrorKind::usage, "publish.folder", shown + " is something else than a folder");
  return failed("can't open " + shown);
}

Result<void> make_folders(const std::string& path) {
  for (std::size_t end = 0; end != std::string::npos;) {
    end = path.find('/', end + 1);
    const std::string part = path.substr(0, end);
    if (mkdir(part.c_str(), folder_mode) == 0) {
      if (chmod(part.c_str(), folder_mode) != 0) return failed("can't set the mode of " + part);
    } else if (errno != EEXIST) {
      return failed("can't make " + part);
    }
  }
  return {};
}

Result<std::vector<std::string>> names_in(const Descriptor& folder) {
  // A descriptor of its own: closedir() takes it, and the place in the folder is shared with its copies.
  const int copy = openat(folder.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const Handle<DIR, closedir> listing(copy < 0 ? nullptr : fdopendir(copy));
  if (!listing) return failed("can't list a folder");
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* const entry = readdir(listing.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  if (errno != 0) return failed("can't list a folder");
  return names;
}

bool is_file(const Descriptor& folder, const std::string& name) {
  struct stat status {};
  return fstatat(folder.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode);
}

// Ours to remove: a file, or a link, with the name of one.
bool is_ours(const Descriptor& folder, const std::string& name) {
  struct stat status {};
  return wkd::is_hash(name) && fstatat(folder.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
         (S_ISREG(status.st_mode) || S_ISLNK(status.st_mode));
}

// Whether it is there, as it would be written.
bool is_same(const Descriptor& folder, const std::string& name, const std::string& bytes) {
  const Descriptor file(openat(folder.get(), name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat status {};
  if (!file || fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode) || (status.st_mode & 07777) != file_mode ||
      static_cast<std::size_t>(status.st_size) != bytes.size())
    return false;
  DescriptorSource source(file.get());
  const auto read = read_all(source, bytes.size());
  return read && *read == bytes;
}

Result<void> write_new(const Descriptor& folder, const std::string& name, const std::string& bytes) {
  const Descriptor file(openat(folder.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, file_mode));
  if (!file) return failed("can't write " + name);
  SM_TRY(DescriptorSink(file.get()).write(bytes));
  if (fchmod(file.get(), file_mode) != 0) return failed("can't set the mode of " + name);
  return {};
}

class Publication {
 public:
  Publication(std::string path, const std::map<std::string, std::string>& files)
      : path_(std::move(path)), files_(files) {}

  Result<Changes> run() {
    SM_TRY(make_folders(path_));
    folder_ = SM_TRY(open_folder(AT_FDCWD, path_.c_str(), path_));
    if (flock(folder_.get(), LOCK_EX | LOCK_NB) != 0)
      return fail(ErrorKind::temporary, "publish.busy", "somebody else publishes to " + path_);
    SM_TRY(clear_next());  // what one who was killed has left
    const bool there = faccessat(folder_.get(), current, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
    if (there) old_ = SM_TRY(open_folder(folder_.get(), current, path_ + "/hu"));
    SM_TRY(compare());
    const bool has_policy = faccessat(folder_.get(), policy, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
    struct stat present {};
    if (there && fstat(old_->get(), &present) == 0 && (present.st_mode & 07777) != folder_mode &&
        fchmod(old_->get(), folder_mode) != 0)
      return failed("can't set the mode of " + path_ + "/hu");
    if (there && has_policy && !changes_.any()) return changes_;
    if (!has_policy) SM_TRY(write_new(folder_, policy, {}));
    SM_TRY(make_next());
    if (syncfs(folder_.get()) != 0) return failed("can't write " + path_ + " to the disk");
    SM_TRY(exchange(there));
    if (fsync(folder_.get()) != 0) return failed("can't write " + path_ + " to the disk");
    SM_TRY(clear_next());
    return changes_;
  }

 private:
  Result<void> compare() {
    if (old_) names_ = SM_TRY(names_in(*old_));
    for (const std::string& name : names_)
      if (!files_.contains(name) && is_ours(*old_, name)) ++changes_.removed;
    for (const auto& [name, bytes] : files_) {
      struct stat status {};
      if (!old_ || fstatat(old_->get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
        ++changes_.added;
      else if (!S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode))
        return fail(ErrorKind::usage, "publish.folder",
                    path_ + "/hu/" + name + " is something else than a file, and stands where one has to be");
      else if (is_same(*old_, name, bytes))
        ++changes_.unchanged;
      else
        ++changes_.changed;
    }
    return {};
  }

  // A link where nothing changes.
  Result<void> make_next() {
    if (mkdirat(folder_.get(), next, 0700) != 0) return failed("can't make a folder in " + path_);
    const Descriptor fresh = SM_TRY(open_folder(folder_.get(), next, path_));
    const auto link = [&](const std::string& name) {
      return linkat(old_->get(), name.c_str(), fresh.get(), name.c_str(), 0) == 0;
    };
    for (const auto& [name, bytes] : files_) {
      if (old_ && is_same(*old_, name, bytes) && link(name)) continue;
      SM_TRY(write_new(fresh, name, bytes));
    }
    for (const std::string& name : names_) {
      if (is_ours(*old_, name) || !is_file(*old_, name)) continue;
      if (!link(name)) return failed("can't keep " + name);
    }
    if (fchmod(fresh.get(), folder_mode) != 0) return failed("can't set the mode of " + path_ + "/hu");
    return {};
  }

  Result<void> exchange(bool there) {
    const unsigned flags = there ? RENAME_EXCHANGE : 0;
    if (renameat2(folder_.get(), next, folder_.get(), current, flags) == 0) return {};
    if (errno != EINVAL && errno != ENOSYS) return failed("can't put " + path_ + "/hu in its place");
    static_cast<void>(clear_next());
    return fail(ErrorKind::usage, "publish.folder", "the filesystem of " + path_ + " can't exchange two folders",
                "publish to a local one, and copy it");
  }

  // Takes away `next`: our files go, and what is not ours moves to the present folder.
  Result<void> clear_next() {
    const Descriptor rest(openat(folder_.get(), next, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    if (!rest) return {};
    const Descriptor present(openat(folder_.get(), current, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    for (const std::string& name : SM_TRY(names_in(rest))) {
      if (!is_ours(rest, name)) {
        const bool moved =
            present && renameat2(rest.get(), name.c_str(), present.get(), name.c_str(), RENAME_NOREPLACE) == 0;
        if (moved) continue;
        if (!present || !is_same_file(rest, present, name)) return failed("can't keep " + name);
      }
      if (unlinkat(rest.get(), name.c_str(), 0) != 0) return failed("can't remove " + name);
    }
    if (unlinkat(folder_.get(), next, AT_REMOVEDIR) != 0) return failed("can't remove a folder in " + path_);
    return {};
  }

  static bool is_same_file(const Descriptor& one, const Descriptor& other, const std::string& name) {
    struct stat a {};
    struct stat b {};
    return fstatat(one.get(), name.c_str(), &a, AT_SYMLINK_NOFOLLOW) == 0 &&
           fstatat(other.get(), name.c_str(), &b, AT_SYMLINK_NOFOLLOW) == 0 && a.st_ino == b.st_ino &&
           a.st_dev == b.st_dev;
  }

  const std::string path_;
  const std::map<std::string, std::string>& files_;
  Descriptor folder_;
  std::optional<Descriptor> old_;
  std::vector<std::string> names_;  // in it
  Changes changes_;
};

}  // namespace

Result<Changes> publish_folder(const std::string& path, const std::map<std::string, std::string>& files) {
  return Publication(path, files).run();
}

}  // namespace sm::smwkd
