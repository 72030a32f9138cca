// Secret: bytes that must not outlive their use: passphrases, secret keys, session keys. They lie in pages of their own
// that are locked into memory and left out of core dumps, and are wiped when the object goes. What a library or a
// std::string holds of them on the way is wiped when it is given back: base/remains.hpp.
#pragma once

#include <cstddef>
#include <string_view>

namespace sm {

class Secret {
 public:
  Secret() = default;
  // Room for `size` bytes, zeroed. Locking may fail (RLIMIT_MEMLOCK): the bytes are then still wiped.
  // Throws std::bad_alloc.
  explicit Secret(std::size_t size);
  explicit Secret(std::string_view bytes);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();

  char* data() { return data_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // Valid as long as the Secret.
  std::string_view view() const { return {data_, size_}; }
  // Forgets all but the first `size` bytes. Precondition: size <= size().
  void shrink(std::size_t size);
  // Bytes that are added are zero; what moves to make room leaves no copy behind. Precondition: size >= size(). Throws
  // std::bad_alloc.
  void grow(std::size_t size);
  // Many small pieces cost what their sum does. Throws std::bad_alloc.
  void append(std::string_view bytes);

 private:
  void reserve(std::size_t size);

  char* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t mapped_ = 0;  // bytes, whole pages
};

}  // namespace sm
