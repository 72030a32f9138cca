#include "backend/rnp/framing.hpp"

#include "base/primitives.hpp"
#include "text/hex.hpp"

namespace sm::rnp {
namespace {

constexpr std::size_t max_packets = 100'000;

std::uint64_t octet(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

std::uint64_t number(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8 | octet(bytes, at + i);
  return value;
}

void append_number(std::string& to, std::uint64_t value, int size) {
  for (int i = size - 1; i >= 0; --i) to += static_cast<char>(value >> (8 * i) & 0xff);
}

// Steps over parts of a packet's body; `good` turns false at its end.
struct Cursor {
  std::string_view bytes;
  std::size_t at = 0;
  bool good = true;

  void skip(std::size_t size) {
    good = good && size <= bytes.size() - at;
    if (good) at += size;
  }
  std::uint64_t take(std::size_t size) {
    const std::size_t from = at;
    skip(size);
    return good ? number(bytes, from, size) : 0;
  }
  void skip_mpi() { skip((take(2) + 7) / 8); }
  void skip_sized() { skip(take(1)); }  // a curve's OID, ECDH's KDF parameters
};

// Steps over the public key material (RFC 9580 §5.5.5); false for an algorithm that RNP does not know either.
bool skip_public_material(Cursor& cursor, int algorithm) {
  int mpis = 0;
  switch (algorithm) {
    case 1:
    case 2:
    case 3:
      mpis = 2;
      break;
    case 16:
    case 20:
      mpis = 3;
      break;
    case 17:
      mpis = 4;
      break;
    case 18:
    case 19:
    case 22:
      cursor.skip_sized();
      mpis = 1;
      break;
    default:
      return false;
  }
  for (int i = 0; i < mpis; ++i) cursor.skip_mpi();
  if (algorithm == 18) cursor.skip_sized();
  return cursor.good;
}

void read_subpackets(std::string_view area, SignatureInfo& info) {
  Cursor cursor{area};
  while (cursor.good && cursor.at < area.size()) {
    std::uint64_t length = cursor.take(1);
    if (length >= 192 && length < 255) {
      length = ((length - 192) << 8) + cursor.take(1) + 192;
    } else if (length == 255) {
      length = cursor.take(4);
    }
    if (length == 0) return;
    const std::size_t from = cursor.at;
    cursor.skip(length);
    if (!cursor.good) return;
    const std::string_view data = area.substr(from + 1, length - 1);
    switch (octet(area, from) & 0x7f) {
      case 2:
        if (data.size() == 4) info.created = static_cast<std::int64_t>(number(data, 0, 4));
        break;
      case 3:
        if (data.size() == 4) info.expires = static_cast<std::int64_t>(number(data, 0, 4));
        break;
      case 16:
        if (data.size() == 8) info.issuer = hex_upper(data);
        break;
      case 33:
        if (data.size() == 21 && data[0] == 4) info.issuer_fingerprint = hex_upper(data.substr(1));
        break;
      default:
        break;
    }
  }
}

}  // namespace

PacketRun leading_packets(std::string_view bytes) {
  PacketRun run;
  while (!bytes.empty()) {
    PacketHeader header;
    if (read_header(bytes, header) != PacketHeaderState::complete || header.kind != PacketHeader::Length::definite ||
        header.length > bytes.size() - header.size || run.packets.size() == max_packets) {
      run.rest = bytes;
      break;
    }
    const std::size_t size = header.size + static_cast<std::size_t>(header.length);
    run.packets.push_back({header.tag, bytes.substr(0, size), bytes.substr(header.size, header.length)});
    bytes.remove_prefix(size);
  }
  return run;
}

std::string make_packet(int tag, std::string_view body) {
  std::string packet(1, static_cast<char>(0xc0 | tag));
  if (body.size() < 192) {
    append_number(packet, body.size(), 1);
  } else if (body.size() < 8384) {
    append_number(packet, body.size() - 192 + (192 << 8), 2);
  } else {
    append_number(packet, 255, 1);
    append_number(packet, body.size(), 4);
  }
  return packet.append(body);
}

std::optional<KeyBody> parse_key(std::string_view body, bool secret) {
  if (body.size() < 6 || body[0] != 4) return std::nullopt;
  KeyBody key;
  key.algorithm = static_cast<int>(octet(body, 5));
  Cursor cursor{body, 6};
  if (!skip_public_material(cursor, key.algorithm)) return std::nullopt;
  key.public_part = body.substr(0, cursor.at);
  key.secret_part = body.substr(cursor.at);
  if (!secret) return key.secret_part.empty() ? std::optional(key) : std::nullopt;
  // RFC 9580 §5.5.3, §3.7; GnuPG's doc/DETAILS for S2K 101.
  const std::uint64_t usage = cursor.take(1);
  if (!cursor.good) return std::nullopt;
  key.is_protected = usage != 0;
  if (usage >= 253) {
    cursor.skip(usage == 253 ? 2 : 1);
    const std::uint64_t specifier = cursor.take(1);
    cursor.skip(1);
    if (specifier == 101 && cursor.take(3) == 0x474e55) {
      key.is_stub = true;
      key.is_protected = false;
    }
  }
  return cursor.good ? std::optional(key) : std::nullopt;
}

Fingerprint fingerprint_of_key(std::string_view public_part) {
  std::string hashed("\x99");
  append_number(hashed, public_part.size(), 2);
  const auto digest = sha1(hashed.append(public_part));
  return hex_upper({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string public_certificate(std::string_view secret_key) {
  std::string certificate;
  for (const Packet& packet : leading_packets(secret_key).packets) {
    const bool primary = packet.tag == packet_secret_key;
    if (!primary && packet.tag != packet_secret_subkey) {
      certificate += packet.raw;
    } else if (const auto key = parse_key(packet.body, true)) {
      certificate += make_packet(primary ? packet_public_key : packet_public_subkey, key->public_part);
    }
  }
  return certificate;
}

std::optional<SignatureInfo> parse_signature(std::string_view body) {
  if (body.empty()) return std::nullopt;
  SignatureInfo info;
  info.version = static_cast<int>(octet(body, 0));
  Cursor cursor{body, 1};
  if (info.version == 3) {
    if (cursor.take(1) != 5) return std::nullopt;
    info.type = static_cast<int>(cursor.take(1));
    info.created = static_cast<std::int64_t>(cursor.take(4));
    const std::size_t issuer = cursor.at;
    cursor.skip(8);
    info.algorithm = static_cast<int>(cursor.take(1));
    info.hash = static_cast<int>(cursor.take(1));
    if (!cursor.good) return std::nullopt;
    info.issuer = hex_upper(body.substr(issuer, 8));
    info.identity = body;
    return info;
  }
  if (info.version != 4) {
    info.identity = body;
    return info;
  }
  info.type = static_cast<int>(cursor.take(1));
  info.algorithm = static_cast<int>(cursor.take(1));
  info.hash = static_cast<int>(cursor.take(1));
  const std::size_t hashed_size = cursor.take(2);
  const std::size_t hashed = cursor.at;
  cursor.skip(hashed_size);
  const std::size_t unhashed_size = cursor.take(2);
  const std::size_t unhashed = cursor.at;
  cursor.skip(unhashed_size);
  if (!cursor.good) return std::nullopt;
  read_subpackets(body.substr(unhashed, unhashed_size), info);
  // Times count only where the signature covers them; what is hashed wins.
  info.created = info.expires = 0;
  read_subpackets(body.substr(hashed, hashed_size), info);
  if (info.expires != 0) info.expires += info.created;
  if (info.issuer.empty() && !info.issuer_fingerprint.empty()) info.issuer = info.issuer_fingerprint.substr(24);
  info.identity = body.substr(0, hashed + hashed_size);
  info.identity += body.substr(cursor.at);
  return info;
}

bool issued_by(const SignatureInfo& signature, const Fingerprint& key) {
  if (!signature.issuer_fingerprint.empty()) return signature.issuer_fingerprint == key;
  return key.size() == 40 && signature.issuer == key.substr(24);
}

}  // namespace sm::rnp
