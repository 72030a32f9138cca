#include "io/document.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace sm {
namespace {

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

}  // namespace

Result<Document> Document::from_descriptor(int fd, const std::string& spool_directory) {
  struct stat status {};
  if (fstat(fd, &status) != 0) return fail_errno("io.read", "can't read", errno);
  if (S_ISREG(status.st_mode)) {
    const off_t begin = lseek(fd, 0, SEEK_CUR);
    // A file of /proc says that it is empty; reading tells.
    if (begin >= 0 && begin < status.st_size) {
      if (lseek(fd, status.st_size, SEEK_SET) < 0) return fail_errno("io.read", "can't read", errno);
      return Document(File{fd, static_cast<std::uint64_t>(begin), static_cast<std::uint64_t>(status.st_size - begin)});
    }
  }
  Spool spool(spool_directory);
  DescriptorSource source(fd);
  SM_TRY(copy(source, spool));
  SM_TRY(spool.finish());
  return Document(std::move(spool));
}

Document Document::from_spool(Spool spool) {
  return Document(std::move(spool));
}

Document Document::from_string(std::string bytes) {
  return Document(std::move(bytes));
}

std::uint64_t Document::size() const {
  return std::visit(
      Overloaded{[](const File& file) { return file.size; }, [](const Spool& spool) { return spool.size(); },
                 [](const std::string& text) { return std::uint64_t{text.size()}; }},
      storage_);
}

Result<std::size_t> Document::read_at(std::uint64_t offset, std::span<char> buffer) {
  if (offset >= size()) return 0;
  if (auto* const spool = std::get_if<Spool>(&storage_)) return spool->read_at(offset, buffer);
  if (const auto* const text = std::get_if<std::string>(&storage_)) {
    return text->copy(buffer.data(), buffer.size(), static_cast<std::size_t>(offset));
  }
  const File& file = std::get<File>(storage_);
  buffer = buffer.first(static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), file.size - offset)));
  if (buffer.empty()) return 0;
  ssize_t got = -1;
  do {
    got = pread(file.fd, buffer.data(), buffer.size(), static_cast<off_t>(file.begin + offset));
  } while (got < 0 && errno == EINTR);
  if (got < 0) return fail_errno("io.read", "can't read", errno);
  if (got == 0) return fail(ErrorKind::temporary, "io.changed", "the input became shorter while it was read");
  return static_cast<std::size_t>(got);
}

Result<std::string> Document::text(Extent extent, std::size_t limit) {
  const std::uint64_t end = std::min(extent.end, size());
  const std::uint64_t length = end > extent.begin ? end - extent.begin : 0;
  if (length > limit) {
    return fail(ErrorKind::data, "io.too-long", "a part is longer than " + std::to_string(limit) + " bytes");
  }
  std::string text(static_cast<std::size_t>(length), '\0');
  for (std::size_t done = 0; done < text.size();) {
    done += SM_TRY(read_at(extent.begin + done, {text.data() + done, text.size() - done}));
  }
  return text;
}

Result<std::size_t> Range::read(std::span<char> buffer) {
  const std::uint64_t size = rest_.end > rest_.begin ? rest_.size() : 0;
  const std::size_t got = SM_TRY(document_.read_at(
      rest_.begin, buffer.first(static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), size)))));
  rest_.begin += got;
  return got;
}

}  // namespace sm
