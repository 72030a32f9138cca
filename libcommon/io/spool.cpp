#include "io/spool.hpp"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/limits.hpp"

namespace sm {
namespace {

static_assert(limits::spool_memory % io_piece == 0);

}  // namespace

Result<Descriptor> unlinked_file(const std::string& directory) {
  // O_EXCL: nobody can give it a name later (open(2)).
  Descriptor file(open(directory.c_str(), O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600));
  // The file system (EOPNOTSUPP: NFS, overlay) or the kernel (EISDIR, ENOENT) has no O_TMPFILE.
  if (!file && (errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT)) {
    std::string path = directory + "/.smtools-XXXXXX";
    file = Descriptor(mkostemp(path.data(), O_CLOEXEC));
    if (file) unlink(path.c_str());
  }
  if (!file) return fail_errno("io.spool", "can't make a temporary file in " + directory, errno);
  return file;
}

Spool::Spool(std::string directory, Content content) : directory_(std::move(directory)), content_(content) {}

Spool::~Spool() {
  if (content_ == Content::ciphertext) return;
  for (std::uint64_t rest = size_ - stored_; const auto& piece : memory_) {
    if (rest == 0) break;
    const std::size_t used = static_cast<std::size_t>(std::min<std::uint64_t>(rest, io_piece));
    explicit_bzero(piece.get(), used);
    rest -= used;
  }
}

Result<void> Spool::write(std::string_view bytes) {
  if (!file_ && bytes.size() > limits::spool_memory - (size_ - stored_)) SM_TRY(spill());
  while (!bytes.empty()) {
    const auto held = static_cast<std::size_t>(size_ - stored_);
    if (file_ && held >= io_piece) {
      SM_TRY(store_front());
      continue;
    }
    const std::size_t used = held % io_piece;
    if (held / io_piece == memory_.size()) memory_.push_back(std::make_unique_for_overwrite<char[]>(io_piece));
    const std::size_t size = bytes.copy(memory_[held / io_piece].get() + used, io_piece - used);
    bytes.remove_prefix(size);
    size_ += size;
  }
  return {};
}

// From now on in a file.
Result<void> Spool::spill() {
  file_ = SM_TRY(unlinked_file(directory_));
  if (content_ == Content::secret) cipher_ = std::make_unique<EphemeralCipher>();
  while (size_ - stored_ >= io_piece) SM_TRY(store_front());
  return {};
}

// Moves the first piece, which must be full, to the file.
Result<void> Spool::store_front() {
  const std::span<char> piece(memory_.front().get(), io_piece);
  if (cipher_) cipher_->apply(stored_, piece);
  for (std::size_t done = 0; done < piece.size();) {
    const ssize_t put =
        pwrite(file_.get(), piece.data() + done, piece.size() - done, static_cast<off_t>(stored_ + done));
    if (put > 0) {
      done += static_cast<std::size_t>(put);
    } else if (put == 0 || errno != EINTR) {
      const int error_number = put == 0 ? EIO : errno;
      // The same again deciphers it: what is in memory stays readable.
      if (cipher_) cipher_->apply(stored_, piece);
      return fail_errno("io.spool", "can't write a temporary file in " + directory_, error_number);
    }
  }
  stored_ += piece.size();
  // The last one is kept for what comes next; what is given back holds ciphertext.
  if (memory_.size() > 1) memory_.erase(memory_.begin());
  return {};
}

Result<std::size_t> Spool::read_at(std::uint64_t offset, std::span<char> buffer) {
  std::size_t total = 0;
  while (offset < size_ && !buffer.empty()) {
    std::size_t got = 0;
    if (offset < stored_) {
      const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), stored_ - offset));
      const ssize_t result = pread(file_.get(), buffer.data(), wanted, static_cast<off_t>(offset));
      if (result < 0 && errno == EINTR) continue;
      if (result <= 0) {
        return fail_errno("io.spool", "can't read a temporary file in " + directory_, result < 0 ? errno : EIO);
      }
      got = static_cast<std::size_t>(result);
      if (cipher_) cipher_->apply(offset, buffer.first(got));
    } else {
      const auto held = static_cast<std::size_t>(offset - stored_);
      got = static_cast<std::size_t>(
          std::min<std::uint64_t>({buffer.size(), io_piece - held % io_piece, size_ - offset}));
      std::copy_n(memory_[held / io_piece].get() + held % io_piece, got, buffer.data());
    }
    total += got;
    offset += got;
    buffer = buffer.subspan(got);
  }
  return total;
}

}  // namespace sm
