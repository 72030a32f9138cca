// The data of one record, of the type in the first two octets: as wire form and as text, each survives the other.

#include <cstddef>
#include <cstdint>

#include "../unit/dns/properties.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sm::dns::check_rdata({reinterpret_cast<const char*>(data), size});
  return 0;
}
