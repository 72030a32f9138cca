// OpenPGP packet framing: the packets of a sequence are all of it.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "crypto/packets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  for (std::size_t length = 0; length <= size && length < 8; ++length) sm::first_tag(input.substr(0, length));
  const auto packets = sm::split_packets(input);
  if (!packets) return 0;
  std::string joined;
  for (const sm::Packet& packet : *packets) {
    joined += packet.raw;
    if (packet.tag < 1 || packet.tag > 63 || !packet.raw.ends_with(packet.body)) std::abort();
  }
  if (joined != input) std::abort();
  return 0;
}
