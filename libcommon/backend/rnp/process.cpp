#include <sys/types.h>

#include <cstdio>
#include <cstdlib>

#include "backend/rnp/rnp.hpp"

namespace sm::rnp {
namespace {

ssize_t discard(void*, const char*, size_t size) {
  return static_cast<ssize_t>(size);
}

}  // namespace

void prepare_process() {
  // KiB. See tests/bench: each page of the pool costs six system calls.
  setenv("BOTAN_MLOCK_POOL_SIZE", "16", 0);
  cookie_io_functions_t nowhere = {};
  nowhere.write = discard;
  // The GNU C library's manual, "Standard Streams": stderr is a variable that a program may set.
  if (FILE* stream = fopencookie(nullptr, "w", nowhere)) stderr = stream;
}

}  // namespace sm::rnp
