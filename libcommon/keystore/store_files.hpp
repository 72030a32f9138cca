// The store at the level of the system: owner and mode, reading, locks, directories. Only the keystore uses it.
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "io/descriptor.hpp"

namespace sm::store {

inline constexpr std::size_t file_limit = 32u << 20;  // bytes of one file of the store; more is store.too-long (data)

struct FileTime {
  std::int64_t seconds = 0;
  std::int64_t nanoseconds = 0;
  bool operator==(const FileTime&) const = default;
};

// Tells a file from what it was before: a rename over it changes the inode, a write in place the time.
struct FileStamp {
  FileTime modified;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  bool operator==(const FileStamp&) const = default;
};

FileTime modified_of(const struct stat& status);
FileStamp stamp_of(const struct stat& status);

// Writable by group or others: store.mode (config).
Result<void> check_mode(const std::string& path, const struct stat& status);
// The same for a directory that may be absent (then false). Something else in its place: store.mode.
Result<bool> check_directory(const std::string& path);

struct StoredFile {
  std::string bytes;
  FileStamp stamp;
};
// nullopt: not there. Errors: check_mode's; store.read (temporary); store.too-long.
Result<std::optional<StoredFile>> read_stored(const std::string& path);
// Must be a regular file, not a symbolic link, that belongs to the caller and is closed to group and others, else
// store.mode or store.owner (config).
Result<std::optional<Secret>> read_private(const std::string& path);

// Makes `path` with `mode` less the umask, and its parents with 0700 (XDG base directory specification).
Result<void> make_directories(const std::string& path, mode_t mode);
// false: it was there. Its name is on the disk afterwards.
Result<bool> make_directory(const std::string& path, mode_t mode);
Result<void> sync_directory(const std::string& path);
// false: it was not there. The removal is on the disk afterwards.
Result<bool> remove_file(const std::string& path);
// Names but "." and "..", in no order; none if the directory is absent.
Result<std::vector<std::string>> list_directory(const std::string& path);
// Whatever it is, a dangling link too.
bool file_exists(const std::string& path);

// Exclusive flock(2) on a file, made if need be; ends with the object, and with the process whatever happens to it.
class Lock {
 public:
  // Waits up to 30 seconds: then store.locked (temporary). Not allowed to: store.write (temporary).
  static Result<Lock> acquire(const std::string& path);

 private:
  explicit Lock(Descriptor file) : file_(std::move(file)) {}
  Descriptor file_;
};

// Makes the store's own directory, with the file that says its version. To be called without its lock.
Result<void> make_root(const std::string& root);
// A store of a newer version, or one whose version can't be told: store.version (config).
Result<void> check_version(const std::string& root);

}  // namespace sm::store
