// Zone text: what is read survives being written.

#include <cstddef>
#include <cstdint>

#include "../unit/dns/properties.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sm::dns::check_zone_text({reinterpret_cast<const char*>(data), size});
  return 0;
}
