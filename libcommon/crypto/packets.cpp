#include "crypto/packets.hpp"

#include <string>

namespace sm {
namespace {

constexpr std::size_t max_packets = 100'000;

std::size_t octet(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

// Big-endian number of `size` octets at `at`, which must be there.
std::size_t number(std::string_view bytes, std::size_t at, std::size_t size) {
  std::size_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8 | octet(bytes, at + i);
  return value;
}

// RFC 9580 §4.2.1: bit 6 chooses the format; the legacy one has four bits of tag.
bool is_current_format(std::size_t first) {
  return (first & 0x40) != 0;
}
int tag_of(std::size_t first) {
  return static_cast<int>(is_current_format(first) ? first & 0x3F : first >> 2 & 0x0F);
}

// RFC 9580 §4.2.1.4: only these may come in parts or without a length.
bool is_data(int tag) {
  return tag == packet_compressed || tag == packet_encrypted || tag == packet_literal ||
         tag == packet_encrypted_integrity || tag == 20;
}

// Length of header and of body; nullopt: not a definite length, or cut short.
struct Framing {
  std::size_t header = 0;
  std::size_t body = 0;
};

std::optional<Framing> framing(std::string_view bytes) {
  const std::size_t first = octet(bytes, 0);
  if (!is_current_format(first)) {
    // RFC 9580 §4.2.2: 1, 2 or 4 octets of length; 3 is indeterminate.
    const std::size_t type = first & 3;
    const std::size_t size = std::size_t{1} << type;
    if (type == 3 || bytes.size() < 1 + size) return std::nullopt;
    return Framing{1 + size, number(bytes, 1, size)};
  }
  // RFC 9580 §4.2.1.
  if (bytes.size() < 2) return std::nullopt;
  const std::size_t second = octet(bytes, 1);
  if (second < 192) return Framing{2, second};
  if (second < 224) {
    if (bytes.size() < 3) return std::nullopt;
    return Framing{3, ((second - 192) << 8) + octet(bytes, 2) + 192};
  }
  if (second < 255 || bytes.size() < 6) return std::nullopt;
  return Framing{6, number(bytes, 2, 4)};
}

Unexpected bad_packet(std::size_t number, std::string_view why) {
  return fail(ErrorKind::data, "crypto.bad-packet",
              "OpenPGP packet " + std::to_string(number) + ": " + std::string(why));
}

}  // namespace

Result<std::vector<Packet>> split_packets(std::string_view bytes) {
  std::vector<Packet> packets;
  while (!bytes.empty()) {
    const std::size_t position = packets.size() + 1;
    if (packets.size() == max_packets) return bad_packet(position, "too many");
    const std::size_t first = octet(bytes, 0);
    if ((first & 0x80) == 0 || tag_of(first) == 0) return bad_packet(position, "no packet header");
    const auto frame = framing(bytes);
    if (!frame) return bad_packet(position, "no definite length");
    if (bytes.size() - frame->header < frame->body) return bad_packet(position, "cut short");
    const std::size_t size = frame->header + frame->body;
    packets.push_back({tag_of(first), bytes.substr(0, size), bytes.substr(frame->header, frame->body)});
    bytes.remove_prefix(size);
  }
  return packets;
}

std::optional<int> first_tag(std::string_view bytes) {
  if (bytes.empty() || (octet(bytes, 0) & 0x80) == 0) return std::nullopt;
  const std::size_t first = octet(bytes, 0);
  const int tag = tag_of(first);
  // RFC 9580 §5: 0 is reserved, 15 and 16 were never given, 21 is padding.
  if (tag == 0 || tag == 15 || tag == 16 || tag > 21) return std::nullopt;
  const bool partial =
      is_current_format(first) ? bytes.size() > 1 && octet(bytes, 1) >= 224 && octet(bytes, 1) < 255 : (first & 3) == 3;
  if (partial && !is_data(tag)) return std::nullopt;
  return tag;
}

}  // namespace sm
