#include "backend/rnp/framing.hpp"

#include "crypto/packet_body.hpp"
#include "text/hex.hpp"

namespace sm::rnp {
namespace {

void append_number(std::string& to, std::uint64_t value, int size) {
  for (int i = size - 1; i >= 0; --i) to += static_cast<char>(value >> (8 * i) & 0xff);
}

void read_subpackets(std::string_view area, SignatureInfo& info) {
  for_each_subpacket(area, [&](int type, std::string_view data) {
    switch (type & 0x7f) {
      case 2:
        if (data.size() == 4) info.created = static_cast<std::int64_t>(number_at(data, 0, 4));
        break;
      case 3:
        if (data.size() == 4) info.expires = static_cast<std::int64_t>(number_at(data, 0, 4));
        break;
      case 9:
        if (data.size() == 4) info.key_lifetime = static_cast<std::int64_t>(number_at(data, 0, 4));
        break;
      case 16:
        if (data.size() == 8) info.issuer = hex_upper(data);
        break;
      case 25:
        info.primary_user_id = !data.empty() && data[0] != 0;
        break;
      case 27:
        info.key_flags = data.empty() ? 0 : static_cast<int>(octet_at(data, 0));
        break;
      case 29:
        if (!data.empty()) info.revocation_reason = static_cast<int>(octet_at(data, 0));
        break;
      case 33:
        if (data.size() == 21 && data[0] == 4) info.issuer_fingerprint = hex_upper(data.substr(1));
        break;
      default:
        break;
    }
  });
}

}  // namespace

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

std::optional<SignatureAreas> signature_areas(std::string_view body) {
  if (body.size() < 4 || body[0] != 4) return std::nullopt;
  BodyCursor cursor{body, 4};
  SignatureAreas areas;
  for (std::string_view* area : {&areas.hashed, &areas.unhashed}) {
    const std::size_t size = cursor.take(2);
    const std::size_t from = cursor.at;
    cursor.skip(size);
    if (!cursor.good) return std::nullopt;
    *area = body.substr(from, size);
  }
  areas.end = body.substr(cursor.at);
  return areas;
}

bool for_each_subpacket(std::string_view area, const std::function<void(int type, std::string_view data)>& take) {
  BodyCursor cursor{area};
  while (cursor.at < area.size()) {
    std::uint64_t length = cursor.take(1);
    if (length >= 192 && length < 255) {
      length = ((length - 192) << 8) + cursor.take(1) + 192;
    } else if (length == 255) {
      length = cursor.take(4);
    }
    const std::size_t from = cursor.at;
    cursor.skip(length);
    if (!cursor.good || length == 0) return false;
    take(static_cast<int>(octet_at(area, from)), area.substr(from + 1, length - 1));
  }
  return true;
}

std::optional<SignatureInfo> parse_signature(std::string_view body) {
  if (body.empty()) return std::nullopt;
  SignatureInfo info;
  info.version = static_cast<int>(octet_at(body, 0));
  BodyCursor cursor{body, 1};
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
  const auto areas = signature_areas(body);
  if (!areas) return std::nullopt;
  info.type = static_cast<int>(cursor.take(1));
  info.algorithm = static_cast<int>(cursor.take(1));
  info.hash = static_cast<int>(cursor.take(1));
  read_subpackets(areas->unhashed, info);
  // All but the issuer counts only where the signature covers it; what is hashed wins.
  info.created = info.expires = info.key_lifetime = 0;
  info.key_flags.reset();
  info.primary_user_id = false;
  info.revocation_reason = 0;
  read_subpackets(areas->hashed, info);
  if (info.expires != 0) info.expires += info.created;
  if (info.issuer.empty() && !info.issuer_fingerprint.empty()) info.issuer = info.issuer_fingerprint.substr(24);
  info.identity = body.substr(0, 6 + areas->hashed.size());
  info.identity += areas->end;
  return info;
}

bool issued_by(const SignatureInfo& signature, const Fingerprint& key) {
  if (!signature.issuer_fingerprint.empty()) return signature.issuer_fingerprint == key;
  return key.size() == 40 && signature.issuer == key.substr(24);
}

}  // namespace sm::rnp
