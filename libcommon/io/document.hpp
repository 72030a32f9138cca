// Document: a message that can be read at any place and more than once: a seekable descriptor as it is, anything else
// through a Spool.
#pragma once

#include <memory>
#include <variant>

#include "io/spool.hpp"

namespace sm {

// Half-open, in bytes of its Document.
struct Extent {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t size() const { return end - begin; }
  bool operator==(const Extent&) const = default;
};

class Document {
 public:
  // From the present position of `fd` to its end. A regular file is read in place (pread; a later change of the file is
  // seen) and left at its end, as if it had been read; anything else is read to its end into a Spool in
  // `spool_directory`.
  static Result<Document> from_descriptor(int fd, const std::string& spool_directory);
  // Takes what was spooled.
  static Document from_spool(Spool spool);
  // Holds a copy in memory; for tests and small things.
  static Document from_string(std::string bytes);

  std::uint64_t size() const;
  Extent all() const { return {0, size()}; }
  // Reads at `offset`; returns the bytes read, 0 at or after the end. A file that shrank meanwhile reads as an error
  // (io.changed, temporary), never as a shorter message.
  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> buffer);
  // The bytes of `extent`, at most `limit` of them (io.too-long, data).
  Result<std::string> text(Extent extent, std::size_t limit);

 private:
  struct File {
    int fd;
    std::uint64_t begin;
    std::uint64_t size;
  };
  explicit Document(std::variant<File, Spool, std::string> storage) : storage_(std::move(storage)) {}
  std::variant<File, Spool, std::string> storage_;
};

// The bytes of an extent as a Source, any number of times. The Document must outlive it.
class Range final : public Source {
 public:
  Range(Document& document, Extent extent) : document_(document), rest_(extent) {}
  Result<std::size_t> read(std::span<char> buffer) override;

 private:
  Document& document_;
  Extent rest_;
};

}  // namespace sm
