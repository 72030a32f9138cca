#include "base/remains.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace sm {
namespace {

// How far below `frame` the stack was ever in use, in bytes; nullopt if the kernel does not say. Below a stack nothing
// is mapped for a good while; within it, pages that were never touched are not there.
std::optional<std::size_t> used_below(const char* frame) {
  constexpr std::size_t most_pages = 1024;
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const auto address = reinterpret_cast<std::uintptr_t>(frame);
  std::array<std::uint64_t, most_pages> entries;  // proc(5): /proc/[pid]/pagemap
  const std::uintptr_t first = address / page - most_pages;
  const int file = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  const ssize_t got = file < 0 ? -1 : pread(file, entries.data(), sizeof entries, static_cast<off_t>(first * 8));
  if (file >= 0) close(file);
  if (got != sizeof entries) return std::nullopt;
  constexpr std::uint64_t present_or_swapped = 3ULL << 62;
  const auto lowest = std::ranges::find_if(entries, [](std::uint64_t entry) { return entry & present_or_swapped; });
  const std::uintptr_t low = (first + static_cast<std::size_t>(lowest - entries.begin())) * page;
  return address > low ? address - low : 0;
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
  constexpr std::size_t least = 32 * 1024, unknown = 256 * 1024;
  const bool first = gettid() == getpid();
  const auto* const frame = static_cast<const char*>(__builtin_frame_address(0));
  wipe_below(first ? std::max(least, used_below(frame).value_or(unknown)) : least);
}

}  // namespace sm

// ---- the heap: not a sanitizer's, which has its own

#if defined(__has_feature)
#define SM_SANITIZED __has_feature(address_sanitizer)
#else
#define SM_SANITIZED __SANITIZE_ADDRESS__
#endif

#if defined(__GLIBC__) && !SM_SANITIZED

#include <malloc.h>

bool sm::wipes_heap() {
  return true;
}

namespace {

// Whether free() gives the pages of this back to the kernel at once: to wipe them would only touch what never was in
// use.
bool is_mapped(const void* memory) {
  constexpr std::size_t is_mmapped = 2;  // IS_MMAPPED in the word before a chunk of glibc's
  return static_cast<const std::size_t*>(memory)[-1] & is_mmapped;
}

}  // namespace

extern "C" {

// What the library's own free() is a name for.
void __libc_free(void* memory);  // NOLINT(bugprone-reserved-identifier)

void free(void* memory) noexcept {
  if (!memory) return;
  if (!is_mapped(memory)) explicit_bzero(memory, malloc_usable_size(memory));
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

#else

bool sm::wipes_heap() {
  return false;
}

#endif
