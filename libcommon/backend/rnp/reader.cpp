#include <algorithm>

#include "backend/rnp/certificate.hpp"
#include "backend/rnp/ffi.hpp"
#include "backend/rnp/inspect.hpp"
#include "backend/rnp/judge.hpp"
#include "backend/rnp/rnp.hpp"
#include "backend/rnp/secret_key.hpp"
#include "backend/rnp/self_signature.hpp"
#include "base/primitives.hpp"
#include "crypto/armor.hpp"
#include "text/ascii.hpp"
#include "text/hex.hpp"

namespace sm::rnp {
namespace {

bool is_key(const Packet& packet) {
  return packet.tag == packet_public_key || packet.tag == packet_secret_key;
}

// What `text` holds, each block for itself so that a damaged one leaves the others: from a line "-----BEGIN PGP " to
// its end. (GnuPG keeps a revocation certificate from being imported by a colon before that line.)
std::vector<std::string_view> armor_blocks(std::string_view text) {
  std::vector<std::string_view> blocks;
  std::size_t begin = std::string_view::npos;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    const std::size_t next = std::min(end + 1, text.size());
    if (line.starts_with("-----BEGIN PGP ")) {
      if (begin != std::string_view::npos) blocks.push_back(text.substr(begin, at - begin));
      begin = at;
    } else if (line.starts_with("-----END PGP ") && begin != std::string_view::npos) {
      blocks.push_back(text.substr(begin, next - begin));
      begin = std::string_view::npos;
    }
    at = next;
  }
  if (begin != std::string_view::npos) blocks.push_back(text.substr(begin));
  return blocks;
}

// How a key that we can't use is named.
std::string name_of(const Packet& packet, std::size_t place) {
  if (const auto key = parse_key(packet.body, packet.tag == packet_secret_key)) {
    return fingerprint_of_key(key->public_part);
  }
  if (packet.tag == packet_public_key && packet.body.size() > 5 && packet.body[0] == 6) {
    // RFC 9580 §5.5.4.3
    std::string hashed("\x9b");
    for (int shift = 24; shift >= 0; shift -= 8) hashed += static_cast<char>(packet.body.size() >> shift & 0xff);
    const auto digest = sha256(hashed.append(packet.body));
    return hex_upper({reinterpret_cast<const char*>(digest.data()), digest.size()});
  }
  return "packet " + std::to_string(place + 1);
}

// Algorithms that RNP has (RFC 9580 §9.1).
bool is_known_algorithm(int algorithm) {
  constexpr std::array<int, 9> known = {1, 2, 3, 16, 17, 18, 19, 20, 22};
  return std::ranges::find(known, algorithm) != known.end();
}

bool is_usable(const CertificateInfo& info) {
  return info.primary.valid || std::ranges::any_of(info.subkeys, [](const Key& key) { return key.valid; });
}

// Whether what a key signed at this time counts today.
bool could_sign(const Key& key, std::int64_t at) {
  if (at < key.created || (key.expires != 0 && at >= key.expires)) return false;
  if (key.revocation == Revocation::none) return true;
  return key.revocation != Revocation::compromised && key.revocation != Revocation::no_reason && at < key.revoked_at;
}

StandAloneRevocation stand_alone(const Packet& packet, const SignatureInfo& signature) {
  return {std::string(packet.raw),
          signature.issuer_fingerprint.empty() ? signature.issuer : signature.issuer_fingerprint};
}

// RFC 9580 §5.2.3.19: it must not leave the machine of whoever made it.
bool is_local(const SignaturePacket& signature) {
  constexpr int exportable_certification = 4;
  bool local = false;
  const auto areas = signature.info && signature.info->version == 4 ? signature_areas(signature.body) : std::nullopt;
  if (areas) {
    for_each_subpacket(areas->hashed, [&](int type, std::string_view data) {
      if ((type & 0x7F) == exportable_certification) local = data == std::string_view("\0", 1);
    });
  }
  return local;
}

}  // namespace

struct Reader::State : Judge {
  using Judge::Judge;
  void read_packets(std::string_view bytes, KeyInput& input);
  void read_key(std::vector<Packet> packets, std::size_t place, bool whole, KeyInput& input);
};

Reader::Reader(const Clock& clock) : state_(std::make_unique<State>(clock)) {}
Reader::~Reader() = default;

// One transferable key, from its primary key packet; `place` is that packet's, `whole` that the input did not break off
// in it.
void Reader::State::read_key(std::vector<Packet> packets, std::size_t place, bool whole, KeyInput& input) {
  const Packet& primary = packets.front();
  const bool secret = primary.tag == packet_secret_key;
  const std::string name = name_of(primary, place);
  const int version = primary.body.empty() ? 0 : static_cast<unsigned char>(primary.body[0]);
  if (version != 4) {
    const bool known = version == 2 || version == 3 || version == 5 || version == 6;
    input.skipped.push_back({name, known ? "crypto.unsupported-version" : "crypto.damaged", !known});
    return;
  }
  if (primary.body.size() > 5 && !is_known_algorithm(static_cast<unsigned char>(primary.body[5]))) {
    input.skipped.push_back({name, "crypto.unsupported-algorithm", false});
    return;
  }
  const auto skip_damaged = [&] { input.skipped.push_back({name, "crypto.damaged", true}); };
  if (!whole || !parse_key(primary.body, secret)) return skip_damaged();

  // A revocation of a primary key stands right behind it (RFC 9580 §10.1.1); further down it is one that follows for
  // itself.
  bool behind_primary = true;
  const Fingerprint fingerprint = fingerprint_of_key(parse_key(primary.body, secret)->public_part);
  std::erase_if(packets, [&](const Packet& packet) {
    if (packet.tag != packet_signature) {
      behind_primary = behind_primary && is_key(packet);
      return packet.tag == packet_trust;
    }
    const auto signature = parse_signature(packet.body);
    if (!signature || signature->type != key_revocation) return false;
    if (behind_primary && issued_by(*signature, fingerprint)) return false;
    input.revocations.push_back(stand_alone(packet, *signature));
    return true;
  });
  std::size_t size = 0;
  for (const Packet& packet : packets) size += packet.raw.size();
  ImportedKey imported;
  Secret bytes(size);
  std::size_t at = 0;
  for (const Packet& packet : packets) {
    packet.raw.copy(bytes.data() + at, packet.raw.size());
    at += packet.raw.size();
    if (packet.tag != packet_secret_key && packet.tag != packet_secret_subkey) continue;
    const auto key = parse_key(packet.body, true);
    if (!key || key->is_stub) continue;
    imported.secret_available.push_back(fingerprint_of_key(key->public_part));
    imported.secret_protected = imported.secret_protected || key->is_protected;
  }
  imported.certificate = secret ? public_certificate(bytes.view()) : std::string(bytes.view());
  if (secret) imported.secret = std::move(bytes);
  auto info = load(imported.certificate, fingerprint);
  if (!info) return skip_damaged();
  // One of the future is judged when its time has come: whose clock is wrong is not known.
  if (!is_usable(*info) && info->primary.created <= now()) return skip_damaged();
  imported.info = std::move(*info);
  input.keys.push_back(std::move(imported));
}

void Reader::State::read_packets(std::string_view bytes, KeyInput& input) {
  const PacketRun run = leading_packets(bytes);
  const auto& packets = run.packets;
  std::size_t at = 0;
  for (; at < packets.size() && !is_key(packets[at]); ++at) {
    const Packet& packet = packets[at];
    const auto signature = packet.tag == packet_signature ? parse_signature(packet.body) : std::nullopt;
    if (signature && (signature->type == key_revocation || signature->type == subkey_revocation ||
                      signature->type == certification_revocation)) {
      input.revocations.push_back(stand_alone(packet, *signature));
    } else if (packet.tag != packet_marker && packet.tag != packet_trust) {
      input.skipped.push_back({"packet " + std::to_string(at + 1), "crypto.not-a-key", false});
    }
  }
  // A key that broke off may lack what revokes it. What is left is a piece of it if it looks like a packet that belongs
  // to one.
  PacketHeader cut;
  const bool broke_off = !run.whole() && read_header(run.rest, cut) != PacketHeaderState::malformed &&
                         cut.tag != packet_public_key && cut.tag != packet_secret_key;
  while (at < packets.size()) {
    const std::size_t begin = at++;
    while (at < packets.size() && !is_key(packets[at])) ++at;
    read_key({packets.begin() + static_cast<std::ptrdiff_t>(begin), packets.begin() + static_cast<std::ptrdiff_t>(at)},
             begin, !broke_off || at < packets.size(), input);
  }
  if (!run.whole() && (packets.empty() || input.skipped.empty() || !input.skipped.back().damaged)) {
    input.skipped.push_back({"packet " + std::to_string(packets.size() + 1), "crypto.damaged", true});
  }
}

Result<KeyInput> Reader::read(std::string_view bytes) {
  KeyInput input;
  // Text has no octet with the high bit at its start; a packet always has (RFC 9580 §4.2).
  if (!bytes.empty() && (bytes[0] & 0x80) && !bytes.starts_with("\xef\xbb\xbf")) {
    state_->read_packets(bytes, input);
  } else {
    std::size_t number = 0;
    for (const std::string_view block : armor_blocks(bytes)) {
      ++number;
      const auto decoded = dearmor_secret(block);
      if (!decoded || decoded->empty()) {
        input.skipped.push_back({"armored block " + std::to_string(number), "crypto.bad-armor", true});
        continue;
      }
      for (const SecretArmorBlock& part : *decoded) {
        if (part.kind == ArmorKind::message || part.kind == ArmorKind::signed_message) continue;
        state_->read_packets(part.bytes.view(), input);
      }
    }
  }
  if (input.keys.empty() && input.revocations.empty() && input.skipped.empty()) {
    return fail(ErrorKind::data, "crypto.no-key", "no OpenPGP key in the input");
  }
  return input;
}

Result<CertificateInfo> Reader::inspect(std::string_view certificate) {
  const PacketRun run = leading_packets(certificate);
  if (run.packets.empty() || !is_key(run.packets.front())) return bad_certificate();
  const Packet& first = run.packets.front();
  const auto primary = parse_key(first.body, first.tag == packet_secret_key);
  if (!primary) return bad_certificate();
  auto info = state_->load(certificate, fingerprint_of_key(primary->public_part));
  if (!info) return bad_certificate();
  return std::move(*info);
}

Result<std::string> Reader::merge(std::string_view old, std::string_view fresh) {
  Certificate merged = SM_TRY(Certificate::parse(old));
  const Certificate other = SM_TRY(Certificate::parse(fresh));
  if (merged.fingerprint != other.fingerprint) return bad_certificate();
  merged.merge(other);
  return merged.bytes();
}

Result<std::optional<std::string>> Reader::apply_revocation(std::string_view certificate, std::string_view revocation) {
  Certificate whole = SM_TRY(Certificate::parse(certificate));
  const PacketRun run = leading_packets(revocation);
  if (run.packets.size() != 1 || run.packets.front().tag != packet_signature) return bad_certificate();
  const SignaturePacket signature{std::string(run.packets.front().body), parse_signature(run.packets.front().body)};
  if (!signature.info) return bad_certificate();
  const int type = signature.info->type;
  if (!issued_by(*signature.info, whole.fingerprint)) return std::optional<std::string>();

  for (std::size_t i = 0; i < whole.components.size(); ++i) {
    Component& component = whole.components[i];
    const bool fits = type == key_revocation      ? i == 0
                      : type == subkey_revocation ? component.tag == packet_public_subkey
                                                  : type == certification_revocation && component.tag == packet_user_id;
    if (!fits) continue;
    // Tried alone, without other revocations that would answer for it, or a newer self-signature of a user ID.
    Certificate trial = whole;
    if (component.tag == packet_user_id) trial.components[i].signatures.clear();
    for (Component& other : trial.components) {
      std::erase_if(other.signatures, [](const SignaturePacket& packet) {
        return packet.info && (packet.info->type == key_revocation || packet.info->type == subkey_revocation ||
                               packet.info->type == certification_revocation);
      });
    }
    add_signature(trial.components[i], signature);
    const auto info = state_->load(trial);
    if (!info) return bad_certificate();
    const bool revoked =
        info->primary.revocation != Revocation::none ||
        std::ranges::any_of(info->subkeys, [](const Key& key) { return key.revocation != Revocation::none; }) ||
        std::ranges::any_of(info->user_ids, [](const UserId& user_id) { return user_id.revoked; });
    if (!revoked) continue;
    add_signature(component, signature);
    return std::optional(whole.bytes());
  }
  return std::optional<std::string>();
}

Result<std::string> Reader::strip(std::string_view bytes, const std::optional<std::vector<std::string>>& keep,
                                  bool minimal) {
  const Certificate whole = SM_TRY(Certificate::parse(bytes));
  Certificate result{whole.fingerprint, {}};
  for (const Component& component : whole.components) {
    const bool user_id = component.tag == packet_user_id;
    if (keep && component.tag == packet_user_attribute) continue;
    if (keep && user_id && std::ranges::find(*keep, component.body) == keep->end()) continue;
    if (!minimal) {
      result.components.push_back(component);
      std::erase_if(result.components.back().signatures, is_local);
      continue;
    }
    const bool primary = result.components.empty();
    if (!primary && !user_id && component.tag != packet_public_subkey) continue;
    const int first = primary ? direct_key : user_id ? certification_first : subkey_binding;
    const int last = user_id ? certification_last : first;
    const int revocation = primary ? key_revocation : user_id ? certification_revocation : subkey_revocation;
    const SignaturePacket* self = state_->newest(whole, component, first, last);
    if (!primary && !self) continue;
    Component& kept = result.components.emplace_back(Component{component.tag, component.body, {}});
    for (const SignaturePacket& signature : component.signatures) {
      if (is_self_signature(signature, whole.fingerprint, revocation, revocation)) kept.signatures.push_back(signature);
    }
    if (self) kept.signatures.push_back(*self);
  }
  return result.bytes();
}

Result<bool> Reader::is_certified(std::string_view fresh, const std::vector<std::string>& user_ids,
                                  std::string_view old) {
  const Certificate by = SM_TRY(Certificate::parse(old));
  const Certificate of = SM_TRY(Certificate::parse(fresh));
  const auto info = state_->load(by);
  if (!info || !info->primary.valid || by.fingerprint == of.fingerprint) return false;
  for (const Component& component : of.components) {
    if (component.tag != packet_user_id || std::ranges::find(user_ids, component.body) == user_ids.end()) continue;
    const auto is_of_old = [&](const SignaturePacket& signature, int first, int last) {
      return is_self_signature(signature, by.fingerprint, first, last);
    };
    // One that takes it back need not be right: this is for an offer, not for a decision.
    if (std::ranges::any_of(component.signatures, [&](const SignaturePacket& signature) {
          return is_of_old(signature, certification_revocation, certification_revocation);
        }))
      continue;
    for (const SignaturePacket& signature : component.signatures) {
      if (!is_of_old(signature, certification_first, certification_last)) continue;
      if (!could_sign(info->primary, signature.info->created)) continue;
      Certificate trial{of.fingerprint, {of.components.front(), {component.tag, component.body, {signature}}}};
      trial.components.front().signatures.clear();
      if (state_->is_right_certification(by, trial)) return true;
    }
  }
  return false;
}

Result<Secret> Reader::compose_secret(std::string_view certificate, std::string_view secret) {
  return transferable_secret_key(certificate, secret);
}

Result<std::optional<Secret>> Reader::merge_secrets(std::string_view old, std::string_view fresh) {
  return merged_secret_keys(old, fresh);
}

}  // namespace sm::rnp
