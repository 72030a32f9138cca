#include "keystore/store_files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include "base/handle.hpp"
#include "io/atomic_file.hpp"

namespace sm::store {
namespace {

constexpr std::string_view version_text = "1\n";

Unexpected cannot_read(const std::string& path, int error_number) {
  return fail_errno("store.read", "can't read " + path, error_number);
}

Unexpected cannot_write(const std::string& path, int error_number) {
  return fail_errno("store.write", "can't write " + path, error_number);
}

bool absent(int error_number) {
  return error_number == ENOENT || error_number == ENOTDIR;
}

Result<Descriptor> open_stored(const std::string& path, int flags) {
  int fd = -1;
  do {
    // A FIFO in the place of a file must not make us wait for a writer.
    fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | flags);
  } while (fd < 0 && errno == EINTR);
  if (fd < 0 && errno == ELOOP) return fail(ErrorKind::config, "store.mode", path + " is a symbolic link");
  if (fd < 0 && !absent(errno)) return cannot_read(path, errno);
  return Descriptor(fd);
}

Result<struct stat> status_of(const std::string& path, const Descriptor& file) {
  struct stat status {};
  if (fstat(file.get(), &status) != 0) return cannot_read(path, errno);
  if (!S_ISREG(status.st_mode)) return fail(ErrorKind::config, "store.mode", path + " is not a regular file");
  if (static_cast<std::uint64_t>(status.st_size) > file_limit) {
    return fail(ErrorKind::data, "store.too-long", path + " is longer than " + std::to_string(file_limit) + " bytes");
  }
  return status;
}

// Reads until the end or until `to` is full; returns the bytes read.
Result<std::size_t> read_fully(const std::string& path, const Descriptor& file, char* to, std::size_t size) {
  std::size_t total = 0;
  while (total < size) {
    const ssize_t got = read(file.get(), to + total, size - total);
    if (got == 0) break;
    if (got > 0) {
      total += static_cast<std::size_t>(got);
    } else if (errno != EINTR) {
      return cannot_read(path, errno);
    }
  }
  return total;
}

std::string parent_of(const std::string& path) {
  const std::size_t last = path.find_last_not_of('/');
  const std::size_t slash = last == std::string::npos ? last : path.rfind('/', last);
  if (slash == std::string::npos) return last == std::string::npos ? "/" : ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

FileTime modified_of(const struct stat& status) {
  return {status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
}

FileStamp stamp_of(const struct stat& status) {
  return {modified_of(status), status.st_ino, static_cast<std::uint64_t>(status.st_size)};
}

Result<void> check_mode(const std::string& path, const struct stat& status) {
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) == 0) return {};
  return fail(ErrorKind::config, "store.mode", path + " can be written by group or others", "chmod -R go-w " + path);
}

Result<bool> check_directory(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return false;
    if (errno == ENOTDIR) return fail(ErrorKind::config, "store.mode", path + " can't exist: a file is in its way");
    return cannot_read(path, errno);
  }
  if (!S_ISDIR(status.st_mode)) return fail(ErrorKind::config, "store.mode", path + " is not a directory");
  SM_TRY(check_mode(path, status));
  return true;
}

Result<std::optional<StoredFile>> read_stored(const std::string& path) {
  const Descriptor file = SM_TRY(open_stored(path, 0));
  if (!file) return std::optional<StoredFile>();
  const struct stat status = SM_TRY(status_of(path, file));
  SM_TRY(check_mode(path, status));
  StoredFile result{std::string(static_cast<std::size_t>(status.st_size), '\0'), stamp_of(status)};
  result.bytes.resize(SM_TRY(read_fully(path, file, result.bytes.data(), result.bytes.size())));
  return std::optional(std::move(result));
}

Result<std::optional<Secret>> read_private(const std::string& path) {
  const Descriptor file = SM_TRY(open_stored(path, O_NOFOLLOW));
  if (!file) return std::optional<Secret>();
  const struct stat status = SM_TRY(status_of(path, file));
  if (status.st_uid != geteuid()) {
    return fail(ErrorKind::config, "store.owner", path + " belongs to another user");
  }
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return fail(ErrorKind::config, "store.mode", path + " is open to group or others", "chmod 600 " + path);
  }
  Secret secret(static_cast<std::size_t>(status.st_size));
  secret.shrink(SM_TRY(read_fully(path, file, secret.data(), secret.size())));
  return std::optional(std::move(secret));
}

Result<void> make_directories(const std::string& path, mode_t mode) {
  if (mkdir(path.c_str(), mode) == 0) return sync_directory(parent_of(path));
  if (errno == ENOENT) {
    const std::string parent = parent_of(path);
    if (parent == path) return cannot_write(path, ENOENT);
    SM_TRY(make_directories(parent, S_IRWXU));
    if (mkdir(path.c_str(), mode) == 0) return sync_directory(parent);
  }
  if (errno != EEXIST) return cannot_write(path, errno);
  return {};
}

Result<bool> make_directory(const std::string& path, mode_t mode) {
  if (mkdir(path.c_str(), mode) != 0) {
    if (errno == EEXIST) return false;
    return cannot_write(path, errno);
  }
  SM_TRY(sync_directory(parent_of(path)));
  return true;
}

Result<void> sync_directory(const std::string& path) {
  const Descriptor directory(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // A directory that may be written but not read can't be synced, and some file systems have nothing to sync (EINVAL).
  if (directory && fsync(directory.get()) != 0 && errno != EINVAL) return cannot_write(path, errno);
  return {};
}

Result<bool> remove_file(const std::string& path) {
  if (unlink(path.c_str()) != 0) {
    if (absent(errno)) return false;
    return cannot_write(path, errno);
  }
  SM_TRY(sync_directory(parent_of(path)));
  return true;
}

Result<std::vector<std::string>> list_directory(const std::string& path) {
  const Handle<DIR, closedir> directory(opendir(path.c_str()));
  std::vector<std::string> names;
  if (!directory) {
    if (absent(errno)) return names;
    return cannot_read(path, errno);
  }
  for (;;) {
    errno = 0;
    const dirent* entry = readdir(directory.get());
    if (!entry) break;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) return cannot_read(path, errno);
  return names;
}

bool file_exists(const std::string& path) {
  struct stat status {};
  return lstat(path.c_str(), &status) == 0;
}

Result<Lock> Lock::acquire(const std::string& path) {
  constexpr int most_waits = 6000;  // of at most 5 ms: 30 seconds
  timespec wait{.tv_sec = 0, .tv_nsec = 100'000};
  for (int waits = 0; waits < most_waits;) {
    Descriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW, 0644));
    // A file that somebody else made need not be writable to be locked.
    if (!file && errno == EACCES) file = Descriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW));
    if (!file && errno == EINTR) continue;
    if (!file) return cannot_write(path, errno);
    if (flock(file.get(), LOCK_EX | LOCK_NB) == 0) {
      struct stat held {};
      struct stat present {};
      // Removed or replaced while we waited: the lock that counts is another file's.
      if (fstat(file.get(), &held) == 0 && stat(path.c_str(), &present) == 0 && held.st_ino == present.st_ino &&
          held.st_dev == present.st_dev) {
        return Lock(std::move(file));
      }
    } else if (errno != EWOULDBLOCK && errno != EINTR) {
      return cannot_write(path, errno);
    }
    nanosleep(&wait, nullptr);
    wait.tv_nsec = std::min(wait.tv_nsec * 2, 5'000'000L);
    ++waits;
  }
  return fail(ErrorKind::temporary, "store.locked", path + " is locked by another process");
}

Result<void> make_root(const std::string& root) {
  const std::string version = root + "/version";
  if (file_exists(version)) return {};
  SM_TRY(make_directories(root, 0755));
  const Lock lock = SM_TRY(Lock::acquire(root + "/lock"));
  if (file_exists(version)) return {};
  return write_file(version, version_text, 0644);
}

Result<void> check_version(const std::string& root) {
  const auto version = SM_TRY(read_stored(root + "/version"));
  if (!version || version->bytes == version_text) return {};
  return fail(ErrorKind::config, "store.version",
              "the store " + root + " is of a version that this program doesn't know",
              "use the newer program that made it");
}

}  // namespace sm::store
