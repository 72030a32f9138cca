#include "base/remains.hpp"

#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

namespace sm {
namespace {

// How far below `frame` the stack was ever in use, in bytes. Below a stack nothing is mapped; within it, pages that
// were never touched are not there.
std::size_t used_below(const char* frame) {
  constexpr std::size_t most_pages = 1024;
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const auto address = reinterpret_cast<std::uintptr_t>(frame);
  const std::uintptr_t top = address / page * page;
  std::uintptr_t lowest = address;
  unsigned char resident = 0;
  for (std::size_t i = 1; i <= most_pages; ++i) {
    const std::uintptr_t low = top - i * page;
    if (mincore(reinterpret_cast<void*>(low), page, &resident) != 0) break;
    if (resident & 1) lowest = low;
  }
  return address - lowest;
}

// The vector registers: the loader saves them on the stack when it looks up a function of a library at its first call,
// and there are such calls after main().
void wipe_registers(char* zeros) {
#if defined(__x86_64__)
  // 0 to 15, in which block ciphers have their round keys.
  if (__builtin_cpu_supports("avx")) {
    __asm__ volatile("vzeroall"
                     :
                     :
                     : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11",
                       "xmm12", "xmm13", "xmm14", "xmm15");
  }
#endif
  // Those that memcpy(3) works with, whichever these are here: in one piece long enough to use all of them, and too
  // short for string instructions.
  constexpr std::size_t piece = 1024;
  void* (*volatile const copy)(void*, const void*, std::size_t) = memcpy;  // and not what the compiler makes of it
  copy(zeros, zeros + piece, piece);
}

[[gnu::noinline]] void wipe_below(std::size_t size) {
  auto* const area = static_cast<char*>(__builtin_alloca(size));
  explicit_bzero(area, size);
  wipe_registers(area);
}

}  // namespace

void forbid_dumps() {
  // RLIMIT_CORE would be no more than this, and would be inherited by what is run from here.
  prctl(PR_SET_DUMPABLE, 0);
}

void wipe_stack() {
  // Of another thread's stack the C library gives back to the kernel, at its end, what lies deeper.
  constexpr std::size_t least = 32 * 1024;
  const bool first = gettid() == getpid();
  wipe_below(std::max(least, first ? used_below(static_cast<const char*>(__builtin_frame_address(0))) : 0));
}

}  // namespace sm

// ---- the heap

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SM_OWN_HEAP 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define SM_OWN_HEAP 1
#endif

#if defined(__GLIBC__) && !defined(SM_OWN_HEAP)

#include <malloc.h>
#include <stdlib.h>

extern "C" {

// What the library's own free() is a name for.
void __libc_free(void* memory);  // NOLINT(bugprone-reserved-identifier)

void free(void* memory) noexcept {
  if (!memory) return;
  explicit_bzero(memory, malloc_usable_size(memory));
  __libc_free(memory);
}

void* realloc(void* memory, std::size_t size) noexcept {
  if (!memory) return malloc(size);
  if (size == 0) {
    free(memory);
    return nullptr;
  }
  const std::size_t room = malloc_usable_size(memory);
  if (size <= room && size > room / 2) return memory;
  void* const moved = malloc(size);
  if (!moved) return nullptr;
  memcpy(moved, memory, std::min(size, room));
  free(memory);
  return moved;
}

}  // extern "C"

#endif
