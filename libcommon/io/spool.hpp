// Spool: bytes that have to be held until an operation has succeeded, or that must be read twice. In memory up to
// limits::spool_memory, then in an unlinked file (O_TMPFILE in $TMPDIR, else /var/tmp), enciphered there under a random key
// of this process: plaintext never reaches a disk, not even in unlinked blocks.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/primitives.hpp"
#include "io/descriptor.hpp"

namespace sm {

class Spool final : public Sink {
 public:
  // `plain` says that what comes is ciphertext already: it is then not enciphered a second time.
  enum class Content { secret, ciphertext };
  // `directory` is where the file is made if it comes to one; no default, so that the environment stays with the caller
  // (cli: spool_directory()).
  explicit Spool(std::string directory, Content content = Content::secret);

  Result<void> write(std::string_view bytes) override;
  Result<void> finish() override;

  std::uint64_t size() const { return size_; }
  // Reads at `offset`; returns the bytes read, 0 at or after the end. May be called between writes.
  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> buffer);

 private:
  Result<void> spill();
  Result<void> flush();

  std::string directory_;
  Content content_;
  std::string memory_;  // all of it, or the tail that is not in the file yet
  Descriptor file_;
  std::uint64_t stored_ = 0;  // bytes in the file
  std::uint64_t size_ = 0;
  std::unique_ptr<EphemeralCipher> cipher_;
};

}  // namespace sm
