#include "cli/output.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace sm::cli {
namespace {

constexpr std::size_t buffer_limit = 32 * 1024;

// What a symbolic link leads to, so that the link stays and its target is replaced.
std::string without_links(const std::string& path) {
  char* real = realpath(path.c_str(), nullptr);
  if (!real) return path;
  std::string result = real;
  free(real);
  return result;
}

}  // namespace

Result<void> Output::open() {
  if (file_ || device_ || path_.empty()) return {};
  struct stat status {};
  if (stat(path_.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) return fail(ErrorKind::usage, "cli.output", path_ + " is a directory");
    if (!S_ISREG(status.st_mode)) {
      device_ = Descriptor(::open(path_.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
      if (!device_) return fail_errno("cli.output", "can't open " + path_, errno);
      return {};
    }
    mode_ = status.st_mode & 0777 & (mode_ == 0600 ? 0600 : 0777);
  }
  const SignalsBlocked blocked;
  file_.emplace(SM_TRY(AtomicFile::create(without_links(path_), mode_)));
  if (!file_->temporary().empty()) guard_.emplace(file_->temporary());
  return {};
}

Result<void> Output::send(std::string_view bytes) {
  SM_TRY(open());
  if (file_) return file_->write(bytes);
  return DescriptorSink(device_ ? device_.get() : STDOUT_FILENO).write(bytes);
}

Result<void> Output::write(std::string_view bytes) {
  buffer_ += bytes;
  if (hold_ || buffer_.size() < buffer_limit) return {};
  return flush();
}

Result<void> Output::flush() {
  if (hold_ || buffer_.empty()) return {};
  const std::string bytes = std::move(buffer_);
  buffer_.clear();
  return send(bytes);
}

Result<void> Output::write_all(Source& result) {
  SM_TRY(open());
  DescriptorSink descriptor(device_ ? device_.get() : STDOUT_FILENO);
  if (file_)
    SM_TRY(copy(result, *file_));
  else
    SM_TRY(copy(result, descriptor));
  return {};
}

Result<void> Output::finish() {
  hold_ = false;
  SM_TRY(flush());
  SM_TRY(open());
  if (file_) {
    SM_TRY(file_->finish());
    SM_TRY(file_->commit());
    guard_.reset();
    file_.reset();
    return {};
  }
  // Network file systems may say only when a descriptor is closed that they could not write.
  const int last = dup(device_ ? device_.get() : STDOUT_FILENO);
  if (last >= 0 && close(last) != 0 && errno != EINTR) return fail_errno("io.write", "can't write", errno);
  return {};
}

void Output::abandon() {
  hold_ = false;
  if (to_stdout() && !buffer_.empty()) {
    const auto written = flush();
    if (!written) buffer_.clear();
  }
  guard_.reset();
  file_.reset();
}

}  // namespace sm::cli
