#include "crypto/packets.hpp"

#include <string>

#include "crypto/packet_body.hpp"

namespace sm {
namespace {

// RFC 9580 §4.2.1: bit 6 chooses the format; the legacy one has four bits of tag.
bool is_current_format(std::uint64_t first) {
  return (first & 0x40) != 0;
}
int tag_of(std::uint64_t first) {
  return static_cast<int>(is_current_format(first) ? first & 0x3F : first >> 2 & 0x0F);
}

// RFC 9580 §4.2.1.4: only these may come in parts or without a length.
bool is_data(int tag) {
  return tag == packet_compressed || tag == packet_encrypted || tag == packet_literal ||
         tag == packet_encrypted_integrity || tag == 20;
}

// New-format length octets at `at` (RFC 9580 §4.2.1).
PacketHeaderState read_new_length(std::string_view bytes, std::size_t at, PacketHeader& header) {
  if (bytes.size() <= at) return PacketHeaderState::incomplete;
  const std::uint64_t first = octet_at(bytes, at);
  header.kind = PacketHeader::Length::definite;
  std::size_t size = 1;
  if (first < 192) {
    header.length = first;
  } else if (first < 224) {
    size = 2;
    if (bytes.size() < at + size) return PacketHeaderState::incomplete;
    header.length = ((first - 192) << 8) + octet_at(bytes, at + 1) + 192;
  } else if (first < 255) {
    header.kind = PacketHeader::Length::partial;
    header.length = 1ull << (first & 0x1f);
  } else {
    size = 5;
    if (bytes.size() < at + size) return PacketHeaderState::incomplete;
    header.length = number_at(bytes, at + 1, 4);
  }
  header.size = at + size;
  return PacketHeaderState::complete;
}

Unexpected bad_packet(std::size_t number, std::string_view why) {
  return fail(ErrorKind::data, "crypto.bad-packet",
              "OpenPGP packet " + std::to_string(number) + ": " + std::string(why));
}

}  // namespace

PacketHeaderState read_header(std::string_view bytes, PacketHeader& header) {
  if (bytes.empty()) return PacketHeaderState::incomplete;
  const std::uint64_t first = octet_at(bytes, 0);
  header.tag = tag_of(first);
  if ((first & 0x80) == 0 || header.tag == 0) return PacketHeaderState::malformed;
  if (is_current_format(first)) return read_new_length(bytes, 1, header);
  const std::size_t size = std::size_t{1} << (first & 3);
  header.size = 1;
  if (size == 8) {
    header.kind = PacketHeader::Length::indeterminate;
    header.length = 0;
    return PacketHeaderState::complete;
  }
  if (bytes.size() < 1 + size) return PacketHeaderState::incomplete;
  header.kind = PacketHeader::Length::definite;
  header.length = number_at(bytes, 1, size);
  header.size = 1 + size;
  return PacketHeaderState::complete;
}

PacketHeaderState read_partial_length(std::string_view bytes, PacketHeader& header) {
  return read_new_length(bytes, 0, header);
}

PacketRun leading_packets(std::string_view bytes, std::size_t most) {
  PacketRun run;
  while (!bytes.empty()) {
    PacketHeader header;
    if (read_header(bytes, header) != PacketHeaderState::complete || header.kind != PacketHeader::Length::definite ||
        header.length > bytes.size() - header.size || run.packets.size() == most) {
      run.rest = bytes;
      break;
    }
    const std::size_t size = header.size + static_cast<std::size_t>(header.length);
    run.packets.push_back({header.tag, bytes.substr(0, size), bytes.substr(header.size, header.length)});
    bytes.remove_prefix(size);
  }
  return run;
}

Result<std::vector<Packet>> split_packets(std::string_view bytes) {
  std::vector<Packet> packets;
  while (!bytes.empty()) {
    const std::size_t position = packets.size() + 1;
    if (packets.size() == max_packets) return bad_packet(position, "too many");
    PacketHeader header;
    const PacketHeaderState state = read_header(bytes, header);
    if (state == PacketHeaderState::malformed) return bad_packet(position, "no packet header");
    if (state == PacketHeaderState::incomplete || header.kind != PacketHeader::Length::definite)
      return bad_packet(position, "no definite length");
    if (bytes.size() - header.size < header.length) return bad_packet(position, "cut short");
    const std::size_t size = header.size + static_cast<std::size_t>(header.length);
    packets.push_back({header.tag, bytes.substr(0, size), bytes.substr(header.size, header.length)});
    bytes.remove_prefix(size);
  }
  return packets;
}

std::optional<int> first_tag(std::string_view bytes) {
  if (bytes.empty() || (octet_at(bytes, 0) & 0x80) == 0) return std::nullopt;
  const std::uint64_t first = octet_at(bytes, 0);
  const int tag = tag_of(first);
  // RFC 9580 §5: 0 is reserved, 15 and 16 were never given, 21 is padding.
  if (tag == 0 || tag == 15 || tag == 16 || tag > 21) return std::nullopt;
  const bool partial = is_current_format(first)
                           ? bytes.size() > 1 && octet_at(bytes, 1) >= 224 && octet_at(bytes, 1) < 255
                           : (first & 3) == 3;
  if (partial && !is_data(tag)) return std::nullopt;
  return tag;
}

}  // namespace sm
