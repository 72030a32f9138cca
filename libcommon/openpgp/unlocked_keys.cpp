#include "openpgp/unlocked_keys.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "backend/rnp/framing.hpp"
#include "backend/rnp/unprotected.hpp"
#include "crypto/key_packet.hpp"

namespace sm {
namespace {

struct SecretPacket {
  KeyBody body;
  Fingerprint fingerprint;
};

// nullopt: no secret key or subkey that we can read, or a stub.
std::optional<SecretPacket> secret_packet(const Packet& packet) {
  if (packet.tag != packet_secret_key && packet.tag != packet_secret_subkey) return std::nullopt;
  const auto body = parse_key(packet.body, true);
  if (!body || body->is_stub) return std::nullopt;
  return SecretPacket{*body, fingerprint_of_key(body->public_part)};
}

// The unlocked packet that may stand for this one: of the same key and kind, whatever somebody put into the keyring.
std::optional<Secret> unlocked_packet(const Packet& packet) {
  const auto stored = secret_packet(packet);
  if (!stored || !stored->body.is_protected) return std::nullopt;
  auto found = keyring::find(stored->fingerprint);
  if (!found) return std::nullopt;
  const PacketRun run = leading_packets(found->view());
  if (run.packets.size() != 1 || !run.whole() || run.packets.front().tag != packet.tag) return std::nullopt;
  const auto body = parse_key(run.packets.front().body, true);
  if (!body || body->is_stub || body->is_protected || body->public_part != stored->body.public_part)
    return std::nullopt;
  return found;
}

}  // namespace

Secret with_unlocked_packets(Secret secret_key) {
  const PacketRun run = leading_packets(secret_key.view());
  std::vector<std::optional<Secret>> unlocked;
  std::size_t size = run.rest.size();
  bool any = false;
  for (const Packet& packet : run.packets) {
    auto& replacement = unlocked.emplace_back(unlocked_packet(packet));
    size += replacement ? replacement->size() : packet.raw.size();
    any = any || replacement;
  }
  if (!any) return secret_key;
  Secret result(size);
  char* to = result.data();
  const auto append = [&to](std::string_view bytes) { to += bytes.copy(to, bytes.size()); };
  for (std::size_t i = 0; i < run.packets.size(); ++i) append(unlocked[i] ? unlocked[i]->view() : run.packets[i].raw);
  append(run.rest);
  return result;
}

Result<std::vector<Secret>> UnlockedKeys::secret_keys(std::string_view id) {
  std::vector<Secret> keys = SM_TRY(store_.secret_keys(id));
  for (Secret& key : keys) key = with_unlocked_packets(std::move(key));
  return keys;
}

Result<std::vector<keyring::Entry>> packets_to_unlock(const CertificateInfo& certificate, std::string_view secret_key,
                                                      const PassphraseSource& passphrases, std::int64_t now) {
  std::vector<Fingerprint> present;
  std::vector<Fingerprint> locked;
  for (const Packet& packet : leading_packets(secret_key).packets) {
    const auto key = secret_packet(packet);
    if (!key) continue;
    present.push_back(key->fingerprint);
    if (key->body.is_protected) locked.push_back(key->fingerprint);
  }
  std::vector<Fingerprint> wanted;
  // Nothing at hand would mean "all" to signing_key().
  const KeyChoice signing = present.empty() ? KeyChoice{} : signing_key(certificate, now, present);
  if (signing.key) wanted.push_back(signing.key->fingerprint);
  const auto decrypting = [&](const Key& key) {
    if (key.can_encrypt && std::ranges::count(present, key.fingerprint) && !std::ranges::count(wanted, key.fingerprint))
      wanted.push_back(key.fingerprint);
  };
  decrypting(certificate.primary);
  std::ranges::for_each(certificate.subkeys, decrypting);
  if (wanted.empty()) {
    return fail(ErrorKind::key, "key.missing",
                certificate.fingerprint() + " has no secret key here that signs or decrypts");
  }

  std::vector<keyring::Entry> entries;
  for (const Fingerprint& key : wanted) {
    if (!std::ranges::count(locked, key)) continue;
    Secret packet = SM_TRY(rnp::unprotected_packet(secret_key, key, passphrases, now));
    entries.push_back({key, std::move(packet)});
  }
  return entries;
}

}  // namespace sm
