#include "wkd/certificates.hpp"

#include <algorithm>

#include "crypto/armor.hpp"
#include "crypto/packets.hpp"
#include "mime/address.hpp"
#include "text/ascii.hpp"

namespace sm::wkd {
namespace {

// A certificate as its packets, in the answer.
struct Piece {
  std::vector<std::string> user_ids;  // of the address
  std::size_t other_user_ids = 0;
  std::string bytes;  // without other user IDs and user attributes
  std::size_t packets = 0;
};

struct Pieces {
  std::vector<Piece> pieces;
  bool whole = true;
};

Pieces cut(std::string_view answer, const Address& address, dns::ToAscii to_ascii) {
  Pieces result;
  bool inside = false;  // a certificate, and not a secret key or something else
  bool keep = false;    // the component that signatures follow
  // As many as there may be: how many of a certificate are looked at is decided for each.
  const PacketRun run = leading_packets(answer, answer.size());
  result.whole = run.whole();
  for (const Packet& packet : run.packets) {
    if (packet.tag == packet_public_key) {
      result.pieces.emplace_back();
      inside = keep = true;
    } else if (packet.tag == packet_user_id && inside) {
      Piece& piece = result.pieces.back();
      keep = is_user_id_of(packet.body, address, to_ascii);
      if (keep)
        piece.user_ids.emplace_back(packet.body);
      else
        ++piece.other_user_ids;
    } else if (packet.tag == packet_user_attribute) {
      keep = false;
    } else if (packet.tag == packet_public_subkey) {
      keep = true;
    } else if (packet.tag != packet_signature && packet.tag != packet_trust && packet.tag != packet_marker) {
      result.whole = inside = false;
    }
    if (!inside || !keep || packet.tag == packet_trust || packet.tag == packet_marker) continue;
    result.pieces.back().bytes.append(packet.raw);
    ++result.pieces.back().packets;
  }
  return result;
}

}  // namespace

bool is_user_id_of(std::string_view user_id, const Address& address, dns::ToAscii to_ascii) {
  const auto found = mime::user_id_address(user_id);
  if (!found) return false;
  const std::size_t at = found->rfind('@');
  if (at == std::string::npos || found->substr(0, at) != lower(address.local)) return false;
  const auto domain = parse_domain(std::string_view(*found).substr(at + 1), to_ascii);
  return domain && *domain == address.domain;
}

Result<Reading> read_answer(CertificateReader& reader, std::string_view answer, const Address& address,
                            dns::ToAscii to_ascii, std::int64_t now) {
  if (is_armored(answer))
    return fail(ErrorKind::data, "wkd.armored", "the answer is in ASCII armor, and has to be binary");
  Pieces cut_up = cut(answer, address, to_ascii);
  if (cut_up.pieces.empty())
    return fail(ErrorKind::data, "wkd.no-certificate", "the answer holds no OpenPGP certificate");
  Reading reading;
  reading.all = cut_up.pieces.size();
  reading.whole = cut_up.whole;
  std::size_t looked_at = 0;
  std::size_t packets = 0;
  for (Piece& piece : cut_up.pieces) {
    reading.other_user_ids += piece.other_user_ids;
    if (piece.user_ids.empty()) {
      ++reading.without_address;
      continue;
    }
    packets += piece.packets;
    if (++looked_at > max_certificates || packets > max_certificate_packets) {
      ++reading.passed_over;
      continue;
    }
    auto info = reader.inspect(piece.bytes);
    if (!info) {
      ++reading.damaged;
      continue;
    }
    if (std::ranges::none_of(info->user_ids, &UserId::valid)) {
      ++reading.without_address;
      continue;
    }
    const bool usable = encryption_key(*info, now).key != nullptr;
    reading.certificates.push_back({std::move(piece.bytes), *std::move(info), usable});
  }
  std::stable_partition(reading.certificates.begin(), reading.certificates.end(),
                        [](const Found& found) { return found.usable; });
  return reading;
}

}  // namespace sm::wkd
