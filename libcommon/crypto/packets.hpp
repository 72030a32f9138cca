// OpenPGP packet framing (RFC 9580 §4.2), enough to cut a sequence of packets into its certificates and signatures
// without a library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sm {

enum PacketTag : int {
  packet_pkesk = 1,
  packet_signature = 2,
  packet_skesk = 3,
  packet_one_pass_signature = 4,
  packet_secret_key = 5,
  packet_public_key = 6,
  packet_secret_subkey = 7,
  packet_compressed = 8,
  packet_encrypted = 9,
  packet_marker = 10,
  packet_literal = 11,
  packet_trust = 12,
  packet_user_id = 13,
  packet_public_subkey = 14,
  packet_user_attribute = 17,
  packet_encrypted_integrity = 18,
};

// A packet's header (RFC 9580 §4.2).
struct PacketHeader {
  enum class Length { definite, partial, indeterminate };
  int tag = 0;
  Length kind = Length::definite;
  std::uint64_t length = 0;  // of the body, or of its first part
  std::size_t size = 0;      // bytes of the header
};
// What the first bytes of a packet are: a header, not one, or too few to say.
enum class PacketHeaderState { complete, malformed, incomplete };
PacketHeaderState read_header(std::string_view bytes, PacketHeader& header);
// One further length of a packet of partial lengths (§4.2.1.4): definite or partial.
PacketHeaderState read_partial_length(std::string_view bytes, PacketHeader& header);

struct Packet {
  int tag = 0;
  std::string_view raw;  // header and body
  std::string_view body;
};

inline constexpr std::size_t max_packets = 100'000;  // in a sequence

// The complete packets, of definite length, at the front of some bytes, `most` of them, and what is left behind them.
struct PacketRun {
  std::vector<Packet> packets;
  std::string_view rest;
  bool whole() const { return rest.empty(); }
};
PacketRun leading_packets(std::string_view bytes, std::size_t most = max_packets);

// The packets of `bytes`, complete ones of definite length only. Partial and indeterminate lengths, and an incomplete
// last packet, more than max_packets: crypto.bad-packet (data).
Result<std::vector<Packet>> split_packets(std::string_view bytes);

// The tag of the first packet if `bytes` begins with a plausible packet header.
std::optional<int> first_tag(std::string_view bytes);

}  // namespace sm
