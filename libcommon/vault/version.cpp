#include "vault/version.hpp"

#include <algorithm>

#include "base/primitives.hpp"
#include "crypto/key_packet.hpp"
#include "crypto/packets.hpp"
#include "text/hex.hpp"

namespace sm::vault {
namespace {

constexpr std::size_t fingerprint_digits = 40;
constexpr std::size_t digest_digits = 64;
constexpr std::string_view suffix = ".pgp";

bool is_upper_hex(char c) {
  return hex_digit(c) >= 0 && !(c >= 'a' && c <= 'f');
}
bool is_lower_hex(char c) {
  return hex_digit(c) >= 0 && !(c >= 'A' && c <= 'F');
}

bool is_another_key(const Packet& packet) {
  return packet.tag == packet_secret_key || packet.tag == packet_public_key;
}

}  // namespace

std::string Version::name() const {
  return fingerprint + '.' + digest + std::string(suffix);
}

std::optional<Version> parse_name(std::string_view name) {
  constexpr std::size_t digest_at = fingerprint_digits + 1;
  if (name.size() != digest_at + digest_digits + suffix.size() || name[fingerprint_digits] != '.' ||
      !name.ends_with(suffix))
    return std::nullopt;
  const std::string_view fingerprint = name.substr(0, fingerprint_digits);
  const std::string_view digest = name.substr(digest_at, digest_digits);
  if (!std::ranges::all_of(fingerprint, is_upper_hex) || !std::ranges::all_of(digest, is_lower_hex))
    return std::nullopt;
  return Version{std::string(fingerprint), std::string(digest), std::nullopt, std::nullopt};
}

Version version_of(const Fingerprint& fingerprint, std::string_view bytes) {
  const auto digest = sha256(bytes);
  return {fingerprint, hex_lower({reinterpret_cast<const char*>(digest.data()), digest.size()}), bytes.size(),
          std::nullopt};
}

Result<void> check_key(const Fingerprint& fingerprint, std::string_view bytes) {
  const auto damaged = [](std::string_view why) {
    return fail(ErrorKind::data, "vault.damaged", "not a secret key as it is kept in a vault: " + std::string(why));
  };
  const auto packets = split_packets(bytes);
  const auto parts = secret_parts(bytes);
  if (!packets || !parts) return damaged(packets ? parts.error().message : packets.error().message);
  if (packets->empty() || packets->front().tag != packet_secret_key) return damaged("it does not begin with one");
  if (std::any_of(packets->begin() + 1, packets->end(), is_another_key)) return damaged("there is another key in it");
  if (parts->primary != fingerprint) return damaged("it is the key " + parts->primary);
  const std::string hint = "give it a passphrase with smkey passwd";
  if (!parts->unprotected.empty()) {
    return fail(ErrorKind::key, "vault.unprotected",
                "the secret key " + parts->unprotected.front() + " is not protected by a passphrase", hint);
  }
  if (!parts->unsealed.empty()) {
    return fail(ErrorKind::key, "vault.unprotected",
                "the secret key " + parts->unsealed.front() + " has an old protection, which a server could undermine",
                hint);
  }
  return {};
}

Result<void> check_version(const Version& version, std::string_view bytes) {
  if (version_of(version.fingerprint, bytes) != version) {
    return fail(ErrorKind::data, "vault.damaged",
                "it was torn or altered: its " + std::to_string(bytes.size()) + " bytes are not what its name says");
  }
  return check_key(version.fingerprint, bytes);
}

}  // namespace sm::vault
