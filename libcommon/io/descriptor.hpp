// File descriptors: ownership, and Source and Sink over them. EINTR is retried and a descriptor that somebody made
// non-blocking is waited for; every other failure is temporary (75).
#pragma once

#include <cstdint>
#include <string>

#include "base/secret.hpp"
#include "io/stream.hpp"

namespace sm {

// Owns a descriptor; -1 is none.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  int get() const { return fd_; }
  int release();
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

struct Pipe {
  Descriptor read;
  Descriptor write;
};
// Both ends close-on-exec. Error: `code` (temporary).
Result<Pipe> make_pipe(std::string_view code);

// How much is read or written at a time by what has a buffer.
inline constexpr std::size_t io_piece = 64 * 1024;

// Reads a descriptor that it does not own, from its present position. Code io.read.
class DescriptorSource final : public Source {
 public:
  explicit DescriptorSource(int fd) : fd_(fd) {}
  Result<std::size_t> read(std::span<char> buffer) override;

 private:
  int fd_;
  int error_ = 0;     // errno of the failure that ended it
  bool end_ = false;  // a terminal would begin anew after ^D
};

// Writes to a descriptor that it does not own. No buffer: give it large pieces. Code io.write, also for a reader that
// is gone (EPIPE; SIGPIPE has to be ignored).
class DescriptorSink final : public Sink {
 public:
  explicit DescriptorSink(int fd) : fd_(fd) {}
  Result<void> write(std::string_view bytes) override;
  Result<void> finish() override { return {}; }

 private:
  int fd_;
};

// A file opened for reading (O_CLOEXEC). A failure, or a directory, is no_input, code io.open, and names the path.
Result<Descriptor> open_input(const std::string& path);

// The whole file, at most `limit` bytes: more is io.too-long (data). open_input's errors.
Result<std::string> read_file(const std::string& path, std::size_t limit);

// Fills `buffer`, less only at the end; returns how much there is.
Result<std::size_t> read_full(Source& from, std::span<char> buffer);

// The first `size` bytes, fewer only at the end.
Result<std::string> beginning(Source& from, std::size_t size);

// Copies until the end; returns the number of bytes. Does not call finish.
Result<std::uint64_t> copy(Source& from, Sink& to);

// All that remains, at most `limit` bytes (io.too-long, data).
Result<std::string> read_all(Source& from, std::size_t limit);

// The last two for what may hold a secret: no copy of it is anywhere else.
Result<Secret> read_all_secret(Source& from, std::size_t limit);
Result<Secret> read_file_secret(const std::string& path, std::size_t limit);

}  // namespace sm
