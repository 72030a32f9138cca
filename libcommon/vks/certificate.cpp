#include "vks/certificate.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "crypto/armor.hpp"
#include "crypto/key_packet.hpp"
#include "crypto/packets.hpp"
#include "mime/address.hpp"

namespace sm::vks {
namespace {

// RFC 9580 §10.1: what a transferable public key is made of.
constexpr std::array certificate_tags = {
    packet_public_key,     packet_public_subkey, packet_signature, packet_user_id,
    packet_user_attribute, packet_trust,         packet_marker,
};
constexpr char version_4 = 4;

// What a query can ask for, of one certificate.
struct Certificate {
  std::vector<Fingerprint> keys;  // the primary one first; only of version 4
  std::vector<std::string_view> user_ids;
};

bool is_secret(const Packet& packet) {
  return packet.tag == packet_secret_key || packet.tag == packet_secret_subkey;
}

// nullopt: something else than certificates.
std::optional<std::vector<Certificate>> certificates_in(const std::vector<Packet>& packets) {
  std::vector<Certificate> found;
  for (const Packet& packet : packets) {
    if (std::ranges::find(certificate_tags, packet.tag) == certificate_tags.end()) return std::nullopt;
    if (packet.tag == packet_public_key) found.emplace_back();
    if (packet.tag == packet_marker) continue;
    if (found.empty()) return std::nullopt;
    if (packet.tag == packet_public_key || packet.tag == packet_public_subkey) {
      if (packet.body.starts_with(version_4)) found.back().keys.push_back(fingerprint_of_key(packet.body));
    } else if (packet.tag == packet_user_id) {
      found.back().user_ids.push_back(packet.body);
    }
  }
  return found;
}

bool answers(const Certificate& certificate, const Query& query, net::ToAscii to_ascii) {
  if (query.kind != Query::Kind::email) {
    return std::ranges::any_of(certificate.keys, [&](const Fingerprint& key) { return key.ends_with(query.value); });
  }
  return std::ranges::any_of(certificate.user_ids, [&](std::string_view user_id) {
    const auto address = mime::user_id_address(user_id);
    if (!address) return false;
    const auto canonical = canonical_address(*address, to_ascii);
    return canonical && *canonical == query.value;
  });
}

Unexpected bad_answer(std::string_view why) {
  return fail(ErrorKind::data, "vks.answer", "the server's answer is no OpenPGP certificate: " + std::string(why));
}

Unexpected bad_input(std::string_view why) {
  return fail(ErrorKind::data, "vks.input", std::string(why), "smkey export writes a certificate");
}

Unexpected secret_input() {
  return fail(ErrorKind::key, "vks.secret-key", "there is a secret key in it: nothing was sent",
              "smkey export without --secret writes the certificate alone");
}

}  // namespace

Result<std::string> read_answer(std::string_view body, const Query& query, net::ToAscii to_ascii) {
  const auto blocks = dearmor(body);
  if (!blocks) return bad_answer(blocks.error().message);
  if (blocks->empty()) return bad_answer("it has no ASCII armor");
  std::string text;
  for (const ArmorBlock& block : *blocks) {
    if (block.kind != ArmorKind::public_key) return bad_answer("another kind of armor");
    if (block.bytes.size() > max_certificate) return bad_answer("too large");
    const auto packets = split_packets(block.bytes);
    if (!packets) return bad_answer(packets.error().message);
    const auto certificates = certificates_in(*packets);
    if (!certificates || certificates->empty()) return bad_answer("there are other packets in it");
    for (const Certificate& certificate : *certificates) {
      if (!answers(certificate, query, to_ascii)) {
        return fail(ErrorKind::data, "vks.other-certificate",
                    "the server answered with a certificate that is not of " + query.value);
      }
    }
    text += armor(ArmorKind::public_key, block.bytes);
  }
  return text;
}

Result<Upload> read_upload(std::string_view input) {
  // What is refused for its secret key must not stay behind in memory either.
  Secret decoded;
  std::string_view bytes = input;
  if (is_armored(input)) {
    auto blocks = dearmor_secret(input);
    if (!blocks) {
      if (input.find("PGP PRIVATE KEY BLOCK") != std::string_view::npos) return secret_input();
      return bad_input(blocks.error().message);
    }
    if (std::ranges::any_of(*blocks, [](const auto& block) { return block.kind == ArmorKind::private_key; }))
      return secret_input();
    if (blocks->size() != 1) return bad_input("there is more than one block of armor in it, and one certificate fits");
    decoded = std::move(blocks->front().bytes);
    bytes = decoded.view();
  }
  const auto packets = split_packets(bytes);
  if (!packets) return bad_input("not a certificate: " + packets.error().message);
  if (std::ranges::any_of(*packets, is_secret)) return secret_input();
  const auto certificates = certificates_in(*packets);
  if (!certificates || certificates->empty()) return bad_input("not a certificate");
  if (certificates->size() > 1)
    return bad_input("there are several certificates in it, and a server takes one at a time");
  if (!packets->front().body.starts_with(version_4) || packets->front().tag != packet_public_key)
    return bad_input("not a certificate of version 4");
  if (bytes.size() > max_certificate) return bad_input("the certificate is larger than 1 MiB");
  return Upload{certificates->front().keys.front(), armor(ArmorKind::public_key, bytes)};
}

}  // namespace sm::vks
