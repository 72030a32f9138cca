// A DNS message: what is read survives being written and printed, and its answer holds together.

#include <cstddef>
#include <cstdint>

#include "../unit/dns/properties.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sm::dns::check_message({reinterpret_cast<const char*>(data), size});
  return 0;
}
