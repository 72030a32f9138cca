#include "backend/rnp/secret_key.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <string>

#include "backend/rnp/certificate.hpp"
#include "backend/rnp/framing.hpp"

namespace sm::rnp {
namespace {

bool is_secret(const Packet& packet) {
  return packet.tag == packet_secret_key || packet.tag == packet_secret_subkey;
}

// The secret packets that are no stubs, by fingerprint.
std::map<Fingerprint, Packet> secret_packets(std::string_view secret) {
  std::map<Fingerprint, Packet> parts;
  for (const Packet& packet : leading_packets(secret).packets) {
    if (!is_secret(packet)) continue;
    const auto key = parse_key(packet.body, true);
    if (key && !key->is_stub) parts.emplace(fingerprint_of_key(key->public_part), packet);
  }
  return parts;
}

// A packet with a public part and no secret one.
std::string stub(int tag, std::string_view public_part) {
  constexpr std::string_view no_secret("\xff\x00\x65\x00GNU\x01", 8);
  return make_packet(tag, std::string(public_part).append(no_secret));
}

void put_in_order(Certificate& certificate) {
  for (Component& component : certificate.components)
    std::ranges::stable_sort(component.signatures, {}, &SignaturePacket::body);
  const auto rank = [](const Component& component) {
    return component.tag == packet_user_id ? 0 : component.tag == packet_public_subkey ? 2 : 1;
  };
  std::stable_sort(certificate.components.begin() + 1, certificate.components.end(),
                   [&](const Component& a, const Component& b) {
                     if (rank(a) != rank(b)) return rank(a) < rank(b);
                     return a.tag == packet_public_subkey ? fingerprint_of_key(a.body) < fingerprint_of_key(b.body)
                                                          : a.body < b.body;
                   });
}

}  // namespace

Secret concatenated(const std::vector<std::string_view>& pieces) {
  const auto add = [](std::size_t sum, std::string_view piece) { return sum + piece.size(); };
  Secret whole(std::accumulate(pieces.begin(), pieces.end(), std::size_t{0}, add));
  std::size_t at = 0;
  for (const std::string_view piece : pieces) at += piece.copy(whole.data() + at, piece.size());
  return whole;
}

Result<Secret> transferable_secret_key(std::string_view certificate, std::string_view secret) {
  Certificate whole = SM_TRY(Certificate::parse(certificate));
  put_in_order(whole);
  const auto parts = secret_packets(secret);
  std::vector<std::string> packets;     // what is public
  std::vector<std::string_view> order;  // of `packets` and the secret parts
  packets.reserve(2 * whole.components.size());
  const auto add = [&](std::string packet) { order.push_back(packets.emplace_back(std::move(packet))); };
  for (const Component& component : whole.components) {
    const bool primary = component.tag == packet_public_key;
    if (!primary && component.tag != packet_public_subkey) {
      add(make_packet(component.tag, component.body));
    } else {
      const int tag = primary ? packet_secret_key : packet_secret_subkey;
      const auto part = parts.find(fingerprint_of_key(component.body));
      if (part != parts.end() && part->second.tag == tag)
        order.push_back(part->second.raw);
      else
        add(stub(tag, component.body));
    }
    std::string signatures;
    for (const SignaturePacket& signature : component.signatures)
      signatures += make_packet(packet_signature, signature.body);
    add(std::move(signatures));
  }
  return concatenated(order);
}

Result<std::optional<Secret>> merged_secret_keys(std::string_view old, std::string_view fresh) {
  const auto present = secret_packets(old);
  std::vector<std::string_view> pieces;
  std::vector<Fingerprint> taken;
  for (const auto& [fingerprint, packet] : secret_packets(fresh)) {
    const auto same = present.find(fingerprint);
    if (same == present.end()) {
      pieces.push_back(packet.raw);
      taken.push_back(fingerprint);
    } else if (same->second.body != packet.body) {
      return fail(ErrorKind::key, "store.secret-conflict",
                  "another secret key of " + fingerprint + " is stored, protected by another passphrase or anew",
                  "keep one: 'smkey delete --secret' removes what is stored");
    }
  }
  if (pieces.empty()) return std::optional<Secret>();
  // Behind what there was, but in the place of their stubs; where a primary key comes, first.
  std::vector<std::string_view> whole;
  for (const Packet& packet : leading_packets(old).packets) {
    const auto key = is_secret(packet) ? parse_key(packet.body, true) : std::nullopt;
    if (!key || !key->is_stub || std::ranges::count(taken, fingerprint_of_key(key->public_part)) == 0)
      whole.push_back(packet.raw);
  }
  for (const std::string_view piece : pieces) {
    const bool primary = leading_packets(piece).packets.front().tag == packet_secret_key;
    whole.insert(primary ? whole.begin() : whole.end(), piece);
  }
  return std::optional(concatenated(whole));
}

}  // namespace sm::rnp
