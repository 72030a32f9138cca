// AtomicFile: a file that appears whole or not at all: temporary file beside it, fsync, rename, fsync of the directory.
#pragma once

#include <sys/types.h>

#include <string>

#include "io/descriptor.hpp"

namespace sm {

class AtomicFile final : public Sink {
 public:
  // The temporary file is made in the directory of `path` (O_EXCL, `mode` less the umask). Without `durable` nothing is
  // synced: for caches. Error: io.create, temporary.
  static Result<AtomicFile> create(const std::string& path, mode_t mode, bool durable = true);
  AtomicFile(AtomicFile&&) noexcept;
  AtomicFile& operator=(AtomicFile&&) = delete;
  // Removes the temporary file unless commit() succeeded.
  ~AtomicFile() override;

  Result<void> write(std::string_view bytes) override;
  // Flushes to the disk; the name changes only in commit().
  Result<void> finish() override;
  // finish() must have succeeded. Replaces `path`, atomically.
  Result<void> commit();

 private:
  AtomicFile(Descriptor file, std::string temporary, std::string path, bool durable);
  Descriptor file_;
  std::string temporary_;
  std::string path_;
  bool durable_;
};

// Writes a small file in one go.
Result<void> write_file(const std::string& path, std::string_view bytes, mode_t mode, bool durable = true);

}  // namespace sm
