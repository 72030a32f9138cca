#include "crypto/key_packet.hpp"

#include "base/primitives.hpp"
#include "crypto/packet_body.hpp"
#include "crypto/packets.hpp"
#include "text/hex.hpp"

namespace sm {
namespace {

// Steps over the public key material (RFC 9580 §5.5.5); false for an algorithm that RNP does not know either.
bool skip_public_material(BodyCursor& cursor, int algorithm) {
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

}  // namespace

std::optional<KeyBody> parse_key(std::string_view body, bool secret) {
  if (body.size() < 6 || body[0] != 4) return std::nullopt;
  KeyBody key;
  key.algorithm = static_cast<int>(octet_at(body, 5));
  BodyCursor cursor{body, 6};
  if (!skip_public_material(cursor, key.algorithm)) return std::nullopt;
  key.public_part = body.substr(0, cursor.at);
  key.secret_part = body.substr(cursor.at);
  if (!secret) return key.secret_part.empty() ? std::optional(key) : std::nullopt;
  // RFC 9580 §5.5.3, §3.7; GnuPG's doc/DETAILS for S2K 101.
  const std::uint64_t usage = cursor.take(1);
  if (!cursor.good) return std::nullopt;
  key.is_protected = usage != 0;
  key.is_sealed = usage == 253 || usage == 254;
  if (usage >= 253) {
    cursor.skip(usage == 253 ? 2 : 1);
    const std::uint64_t specifier = cursor.take(1);
    cursor.skip(1);
    if (specifier == 101 && cursor.take(3) == 0x474e55) {
      key.is_stub = true;
      key.is_protected = key.is_sealed = false;
    }
  }
  return cursor.good ? std::optional(key) : std::nullopt;
}

Fingerprint fingerprint_of_key(std::string_view public_part) {
  std::string hashed("\x99");
  hashed += static_cast<char>(public_part.size() >> 8 & 0xff);
  hashed += static_cast<char>(public_part.size() & 0xff);
  const auto digest = sha1(hashed.append(public_part));
  return hex_upper({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

Result<SecretParts> secret_parts(std::string_view packets) {
  SecretParts parts;
  for (const Packet& packet : SM_TRY(split_packets(packets))) {
    if (packet.tag != packet_secret_key && packet.tag != packet_secret_subkey) continue;
    const auto key = parse_key(packet.body, true);
    if (!key) {
      return fail(ErrorKind::data, "crypto.unsupported",
                  "a secret key of another version, or with an unknown algorithm");
    }
    const Fingerprint fingerprint = fingerprint_of_key(key->public_part);
    if (packet.tag == packet_secret_key) {
      if (parts.keys++ == 0) parts.primary = fingerprint;
    }
    if (key->is_stub || key->is_sealed) continue;
    (key->is_protected ? parts.unsealed : parts.unprotected).push_back(fingerprint);
  }
  return parts;
}

}  // namespace sm
