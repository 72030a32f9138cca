#include <sys/random.h>

#include <cerrno>
#include <system_error>

#include "base/primitives.hpp"

namespace sm {

void random_bytes(std::span<char> bytes) {
  while (!bytes.empty()) {
    const ssize_t got = getrandom(bytes.data(), bytes.size(), 0);
    if (got >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(got));
    } else if (errno != EINTR) {
      throw std::system_error(errno, std::system_category(), "getrandom");
    }
  }
}

}  // namespace sm
