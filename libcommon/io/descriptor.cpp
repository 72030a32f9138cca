#include "io/descriptor.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <utility>

namespace sm {
namespace {

// Whether the call that set errno is worth making again: it was interrupted, or the descriptor is non-blocking and has
// become ready meanwhile.
bool again(int fd, short events) {
  if (errno == EINTR) return true;
  if (errno != EAGAIN && errno != EWOULDBLOCK) return false;
  pollfd ready{.fd = fd, .events = events, .revents = 0};
  return poll(&ready, 1, -1) >= 0 || errno == EINTR;
}

Unexpected cannot_open(const std::string& path, int error_number) {
  Unexpected failure = fail_errno("io.open", "can't open " + path, error_number);
  failure.error.kind = ErrorKind::no_input;
  return failure;
}

Unexpected too_long(std::size_t limit) {
  return fail(ErrorKind::data, "io.too-long", "input is longer than " + std::to_string(limit) + " bytes");
}

// One byte of room more than is allowed tells "at the limit" from "beyond it".
template <class Bytes, class Resize>
Result<Bytes> read_all_into(Source& from, std::size_t limit, Resize resize) {
  Bytes bytes;
  for (std::size_t size = 0;;) {
    if (size == bytes.size()) {
      const std::size_t most = limit < SIZE_MAX / 2 ? limit + 1 : limit;
      resize(bytes, std::min(std::max<std::size_t>(2 * size, 16 * 1024), most));
    }
    const std::size_t got = SM_TRY(from.read({bytes.data() + size, bytes.size() - size}));
    size += got;
    if (size > limit) return too_long(limit);
    if (got == 0) {
      resize(bytes, size);
      return bytes;
    }
  }
}

template <class Bytes>
Result<Bytes> read_file_with(const std::string& path, std::size_t limit, Result<Bytes> (*read)(Source&, std::size_t)) {
  const Descriptor file = SM_TRY(open_input(path));
  DescriptorSource source(file.get());
  auto bytes = read(source, limit);
  if (!bytes) bytes.error().message.insert(0, path + ": ");
  return bytes;
}

}  // namespace

Descriptor::Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) close(fd_);
}

int Descriptor::release() {
  return std::exchange(fd_, -1);
}

Result<Pipe> make_pipe(std::string_view code) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno(code, "can't make a pipe", errno);
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

Result<std::size_t> DescriptorSource::read(std::span<char> buffer) {
  while (!end_ && error_ == 0) {
    const ssize_t got = ::read(fd_, buffer.data(), buffer.size());
    if (got > 0) return static_cast<std::size_t>(got);
    if (got == 0) {
      end_ = !buffer.empty();
      break;
    }
    if (!again(fd_, POLLIN)) error_ = errno;
  }
  if (error_ != 0) return fail_errno("io.read", "can't read", error_);
  return 0;
}

Result<void> DescriptorSink::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd_, bytes.data(), bytes.size());
    if (put > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(put));
    } else if (put == 0 || !again(fd_, POLLOUT)) {
      return fail_errno("io.write", "can't write", put == 0 ? EIO : errno);
    }
  }
  return {};
}

Result<Descriptor> open_input(const std::string& path) {
  Descriptor file;
  do {
    file = Descriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  } while (!file && errno == EINTR);
  if (!file) return cannot_open(path, errno);
  struct stat status {};
  if (fstat(file.get(), &status) == 0 && S_ISDIR(status.st_mode)) return cannot_open(path, EISDIR);
  return file;
}

Result<std::size_t> read_full(Source& from, std::span<char> buffer) {
  std::size_t have = 0;
  while (have < buffer.size()) {
    const std::size_t count = SM_TRY(from.read(buffer.subspan(have)));
    if (count == 0) break;
    have += count;
  }
  return have;
}

Result<std::string> beginning(Source& from, std::size_t size) {
  std::string bytes(size, '\0');
  bytes.resize(SM_TRY(read_full(from, bytes)));
  return bytes;
}

Result<std::uint64_t> copy(Source& from, Sink& to) {
  const auto buffer = std::make_unique_for_overwrite<char[]>(io_piece);
  std::uint64_t total = 0;
  for (;;) {
    const std::size_t got = SM_TRY(from.read({buffer.get(), io_piece}));
    if (got == 0) return total;
    SM_TRY(to.write({buffer.get(), got}));
    total += got;
  }
}

Result<std::string> read_all(Source& from, std::size_t limit) {
  return read_all_into<std::string>(from, limit, [](std::string& text, std::size_t size) { text.resize(size); });
}

Result<Secret> read_all_secret(Source& from, std::size_t limit) {
  return read_all_into<Secret>(from, limit, [](Secret& secret, std::size_t size) {
    size < secret.size() ? secret.shrink(size) : secret.grow(size);
  });
}

Result<std::string> read_file(const std::string& path, std::size_t limit) {
  return read_file_with<std::string>(path, limit, read_all);
}

Result<Secret> read_file_secret(const std::string& path, std::size_t limit) {
  return read_file_with<Secret>(path, limit, read_all_secret);
}

}  // namespace sm
