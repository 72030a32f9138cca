#include "base/secret.hpp"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <new>
#include <utility>

namespace sm {

Secret::Secret(std::size_t size) {
  reserve(size);
  size_ = size;
}

Secret::Secret(std::string_view bytes) {
  append(bytes);
}

Secret::Secret(Secret&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      mapped_(std::exchange(other.mapped_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(mapped_, other.mapped_);
  return *this;
}

Secret::~Secret() {
  if (!data_) return;
  explicit_bzero(data_, mapped_);
  munmap(data_, mapped_);
}

// Room for `size` bytes. Behind size_, what is mapped is zero.
void Secret::reserve(std::size_t size) {
  if (size <= mapped_) return;
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::size_t mapped = (size + page - 1) / page * page;
  void* memory = MAP_FAILED;
  if (!data_) {
    memory = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory != MAP_FAILED) madvise(memory, mapped, MADV_DONTDUMP);
  } else {
    // It moves pages, not bytes. Locked ones do not grow beyond RLIMIT_MEMLOCK, where a new Secret would go unlocked.
    memory = mremap(data_, mapped_, mapped, MREMAP_MAYMOVE);
    if (memory == MAP_FAILED && munlock(data_, mapped_) == 0) memory = mremap(data_, mapped_, mapped, MREMAP_MAYMOVE);
  }
  if (memory == MAP_FAILED) throw std::bad_alloc();
  mlock(memory, mapped);
  data_ = static_cast<char*>(memory);
  mapped_ = mapped;
}

void Secret::grow(std::size_t size) {
  reserve(size);
  size_ = size;
}

void Secret::append(std::string_view bytes) {
  if (bytes.empty()) return;
  const std::size_t size = size_ + bytes.size();
  if (!data_ || size > mapped_) reserve(std::max(size, 2 * mapped_));
  memcpy(data_ + size_, bytes.data(), bytes.size());
  size_ = size;
}

void Secret::shrink(std::size_t size) {
  explicit_bzero(data_ + size, size_ - size);
  size_ = size;
}

}  // namespace sm
