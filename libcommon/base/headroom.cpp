#include "base/headroom.hpp"

#include <sys/mman.h>

#include <new>

namespace sm {

void need_memory(std::size_t bytes) {
  void* const probe = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (probe == MAP_FAILED) throw std::bad_alloc();
  munmap(probe, bytes);
}

}  // namespace sm
