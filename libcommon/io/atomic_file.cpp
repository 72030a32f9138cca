#include "io/atomic_file.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "base/primitives.hpp"

namespace sm {
namespace {

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return path.substr(0, slash == 0 ? 1 : slash);
}

std::string name_beside(const std::string& path, AtomicFile::Writers writers) {
  std::string name = directory_of(path) + "/.smtools-";
  if (writers == AtomicFile::Writers::one) return name += path.substr(path.rfind('/') + 1);
  std::array<char, 8> random;
  random_bytes(random);
  for (const char byte : random) {
    name += "0123456789abcdef"[static_cast<unsigned char>(byte) >> 4];
    name += "0123456789abcdef"[byte & 15];
  }
  return name;
}

std::string name_in_proc(int fd) {
  return "/proc/self/fd/" + std::to_string(fd);
}

Unexpected failure_of(const std::string& path, std::string_view code, int error_number) {
  return fail_errno(code, "can't write " + path, error_number);
}

}  // namespace

AtomicFile::AtomicFile(Descriptor file, std::string temporary, std::string path, bool durable, Writers writers)
    : file_(std::move(file)),
      temporary_(std::move(temporary)),
      path_(std::move(path)),
      durable_(durable),
      writers_(writers) {}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : file_(std::move(other.file_)),
      temporary_(std::exchange(other.temporary_, {})),
      path_(std::move(other.path_)),
      durable_(other.durable_),
      writers_(other.writers_) {}

AtomicFile::~AtomicFile() {
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

Unexpected AtomicFile::failed(std::string_view code, int error_number) const {
  return failure_of(path_, code, error_number);
}

Result<AtomicFile> AtomicFile::create(const std::string& path, mode_t mode, bool durable, Writers writers) {
  struct stat status {};
  if (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    return fail(ErrorKind::usage, "io.create", path + " is not a regular file");
  }
  Descriptor file(open(directory_of(path).c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, mode));
  if (file && access(name_in_proc(file.get()).c_str(), F_OK) == 0)
    return AtomicFile(std::move(file), {}, path, durable, writers);
  for (;;) {
    std::string name = name_beside(path, writers);
    if (writers == Writers::one) unlink(name.c_str());
    file = Descriptor(open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
    if (file) return AtomicFile(std::move(file), std::move(name), path, durable, writers);
    if (errno != EEXIST && errno != EINTR) return failure_of(path, "io.create", errno);
  }
}

Result<void> AtomicFile::write(std::string_view bytes) {
  auto written = DescriptorSink(file_.get()).write(bytes);
  if (!written) written.error().message.insert(0, path_ + ": ");
  return written;
}

Result<void> AtomicFile::finish() {
  if (durable_ && fsync(file_.get()) != 0) return failed("io.write", errno);
  return {};
}

// Gives a file without a name `path` if that is free, else a temporary name.
Result<void> AtomicFile::give_name() {
  const std::string from = name_in_proc(file_.get());
  const auto link_to = [&](const std::string& name) {
    return linkat(AT_FDCWD, from.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0;
  };
  if (link_to(path_)) return {};
  while (errno == EEXIST) {
    std::string name = name_beside(path_, writers_);
    if (writers_ == Writers::one) unlink(name.c_str());
    if (link_to(name)) {
      temporary_ = std::move(name);
      return {};
    }
  }
  return failed("io.create", errno);
}

Result<void> AtomicFile::commit() {
  if (temporary_.empty()) SM_TRY(give_name());
  if (!temporary_.empty()) {
    if (rename(temporary_.c_str(), path_.c_str()) != 0) return failed("io.create", errno);
    temporary_.clear();
  }
  if (!durable_) return {};
  // A directory that may be written but not read can't be synced, and some file systems have nothing to sync (EINVAL).
  const Descriptor directory(open(directory_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory && fsync(directory.get()) != 0 && errno != EINVAL) return failed("io.create", errno);
  return {};
}

Result<void> write_file(const std::string& path, std::string_view bytes, mode_t mode, bool durable) {
  AtomicFile file = SM_TRY(AtomicFile::create(path, mode, durable, AtomicFile::Writers::one));
  SM_TRY(file.write(bytes));
  SM_TRY(file.finish());
  return file.commit();
}

}  // namespace sm
