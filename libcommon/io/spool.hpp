// Spool: bytes that have to be held until an operation has succeeded, or that must be read twice. In memory up to
// limits::spool_memory, then in an unlinked file (O_TMPFILE in the caller's directory: $TMPDIR, else /var/tmp),
// enciphered there under a random key of this process: plaintext never reaches a disk, not even in unlinked blocks.
// Memory that held secret content is wiped when it is given back.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/primitives.hpp"
#include "io/descriptor.hpp"

namespace sm {

// A file in `directory` without a name, for reading and writing. Error: io.spool (temporary).
Result<Descriptor> unlinked_file(const std::string& directory);

class Spool final : public Sink {
 public:
  // `ciphertext` says that what comes is enciphered already: it is then not enciphered a second time, nor wiped.
  enum class Content { secret, ciphertext };
  // `directory` is where the file is made if it comes to one; no default, so that the environment stays with the caller
  // (cli: spool_directory()).
  explicit Spool(std::string directory, Content content = Content::secret);
  Spool(Spool&&) noexcept = default;
  Spool& operator=(Spool&&) = delete;
  ~Spool() override;

  // Error: io.spool, temporary (no space, no such directory). What was written before can still be read.
  Result<void> write(std::string_view bytes) override;
  // Nothing is passed on: what is not in the file is read from memory.
  Result<void> finish() override { return {}; }

  std::uint64_t size() const { return size_; }
  // Reads at `offset`; returns the bytes read, 0 at or after the end. May be called between writes. Error: io.spool.
  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> buffer);

 private:
  Result<void> spill();
  Result<void> store_front();

  // The bytes from stored_ on, in pieces of io_piece: never moved, so that no copy is left behind. While there is no
  // file that is all of them; then it is one piece, which is enciphered where it lies when it is full.
  std::vector<std::unique_ptr<char[]>> memory_;
  std::string directory_;
  Content content_;
  Descriptor file_;
  std::uint64_t stored_ = 0;  // bytes in the file, whole pieces
  std::uint64_t size_ = 0;
  std::unique_ptr<EphemeralCipher> cipher_;
};

}  // namespace sm
