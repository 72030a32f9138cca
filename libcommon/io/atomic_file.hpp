// AtomicFile: a file that appears whole or not at all. While it is written it has no name (O_TMPFILE, linkat(2)), so
// that a kill at any moment leaves nothing behind; fsync, then the name, then fsync of the directory. A name that
// exists cannot be linked over: the file gets a name beside it (".smtools-" and 16 digits, or the file's own name) for
// the moment until the rename. Where there is no O_TMPFILE or no /proc (NFS, FAT) it bears that name from the
// beginning, and temporary() says so.
#pragma once

#include <sys/types.h>

#include <string>

#include "io/descriptor.hpp"

namespace sm {

class AtomicFile final : public Sink {
 public:
  // `one`: no other process writes `path` meanwhile. The name beside it is then always the same, so that what a writer
  // left who was killed goes with the next.
  enum class Writers { many, one };
  // The temporary file is made in the directory of `path` (`mode` less the umask). Without `durable` nothing is
  // synced: for caches. Error: io.create, temporary; usage if `path` exists and is no regular file (a device, a
  // directory), which must not be replaced.
  static Result<AtomicFile> create(const std::string& path, mode_t mode, bool durable = true,
                                   Writers writers = Writers::many);
  AtomicFile(AtomicFile&&) noexcept;
  AtomicFile& operator=(AtomicFile&&) = delete;
  // Removes the temporary file unless commit() succeeded.
  ~AtomicFile() override;

  // No buffer: give it large pieces. Error: io.write.
  Result<void> write(std::string_view bytes) override;
  // Flushes to the disk; the name changes only in commit(). Error: io.write.
  Result<void> finish() override;
  // finish() must have succeeded. Replaces `path`, atomically. Error: io.create (temporary).
  Result<void> commit();
  // The name that has to be removed if the program is killed; empty if there is none. Valid, and the same, until
  // commit().
  const std::string& temporary() const { return temporary_; }

 private:
  AtomicFile(Descriptor file, std::string temporary, std::string path, bool durable, Writers writers);
  Unexpected failed(std::string_view code, int error_number) const;
  Result<void> give_name();
  Descriptor file_;
  std::string temporary_;
  std::string path_;
  bool durable_;
  Writers writers_;
};

// Writes a small file in one go, as the only one who writes it: under a lock.
Result<void> write_file(const std::string& path, std::string_view bytes, mode_t mode, bool durable = true);

}  // namespace sm
