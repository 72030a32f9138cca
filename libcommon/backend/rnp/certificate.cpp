#include "backend/rnp/certificate.hpp"

#include <algorithm>

namespace sm::rnp {
namespace {

constexpr int packet_padding = 21;

}  // namespace

Unexpected bad_certificate() {
  return fail(ErrorKind::data, "crypto.bad-certificate", "the certificate is malformed");
}

Result<Certificate> Certificate::parse(std::string_view bytes) {
  const PacketRun run = leading_packets(bytes);
  if (!run.whole() || run.packets.empty()) return bad_certificate();
  const Packet& first = run.packets.front();
  const bool secret = first.tag == packet_secret_key;
  if (!secret && first.tag != packet_public_key) return bad_certificate();
  const auto primary = parse_key(first.body, secret);
  if (!primary) return bad_certificate();
  Certificate certificate;
  certificate.fingerprint = fingerprint_of_key(primary->public_part);
  for (const Packet& packet : run.packets) {
    switch (packet.tag) {
      case packet_trust:
      case packet_marker:
      case packet_padding:
        break;
      case packet_signature:
        certificate.components.back().signatures.push_back({std::string(packet.body), parse_signature(packet.body)});
        break;
      case packet_public_key:
      case packet_secret_key:
        if (!certificate.components.empty()) return bad_certificate();
        [[fallthrough]];
      default:
        certificate.components.push_back({packet.tag, std::string(packet.body), {}});
    }
  }
  return certificate;
}

std::string Certificate::bytes() const {
  std::string bytes;
  for (const Component& component : components) {
    bytes += make_packet(component.tag, component.body);
    for (const SignaturePacket& signature : component.signatures)
      bytes += make_packet(packet_signature, signature.body);
  }
  return bytes;
}

void add_signature(Component& component, const SignaturePacket& signature) {
  const auto same = [&](const SignaturePacket& other) {
    return signature.info && other.info ? signature.info->identity == other.info->identity
                                        : signature.body == other.body;
  };
  if (std::ranges::none_of(component.signatures, same)) component.signatures.push_back(signature);
}

void Certificate::merge(const Certificate& other) {
  for (const Component& component : other.components) {
    const auto same = std::ranges::find_if(
        components, [&](const Component& own) { return own.tag == component.tag && own.body == component.body; });
    if (same != components.end()) {
      for (const SignaturePacket& signature : component.signatures) add_signature(*same, signature);
      continue;
    }
    // User IDs stand before subkeys (RFC 9580 §10.1.1).
    auto place = components.end();
    if (component.tag == packet_user_id || component.tag == packet_user_attribute) {
      place = std::find_if(components.begin(), components.end(), [](const Component& own) {
        return own.tag == packet_public_subkey || own.tag == packet_secret_subkey;
      });
    }
    components.insert(place, component);
  }
}

}  // namespace sm::rnp
