// What a certificate says of itself, in OpenPGP's terms (RFC 9580 §3.1, §10), as plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sm {

// 40 upper-case hexadecimal digits (version 4).
using Fingerprint = std::string;

// RFC 9580 §5.2.3.31; the last one only of a user ID.
enum class Revocation { none, no_reason, superseded, compromised, retired, no_longer_valid };

struct Key {
  Fingerprint fingerprint;
  std::string algorithm;  // as users write it: "ed25519", "cv25519", "rsa4096", "nistp256", "dsa1024", "elgamal2048" …
  int bits = 0;           // of the public key
  bool weak = false;      // DSA, ElGamal, RSA below 2048 bits
  std::int64_t created = 0;  // seconds since the epoch
  std::int64_t expires = 0;  // 0 is never
  Revocation revocation = Revocation::none;
  std::int64_t revoked_at = 0;
  bool valid = false;        // its self-signature or binding signature is right
  bool can_certify = false;  // by its key flags
  bool can_sign = false;
  bool can_encrypt = false;
  bool can_authenticate = false;

  // The last 16 digits (RFC 9580 §5.5.4.2).
  std::string key_id() const {
    return fingerprint.size() < 16 ? fingerprint : fingerprint.substr(fingerprint.size() - 16);
  }
  bool expired(std::int64_t now) const { return expires != 0 && expires <= now; }
  bool operator==(const Key&) const = default;
};

struct UserId {
  std::string text;    // as it stands in the packet, untrusted bytes
  bool valid = false;  // self-signed, not revoked
  bool revoked = false;
  bool primary = false;
  Revocation revocation = Revocation::none;  // why, if it is revoked
  std::int64_t revoked_at = 0;
  bool operator==(const UserId&) const = default;
};

struct CertificateInfo {
  Key primary;
  std::vector<Key> subkeys;
  std::vector<UserId> user_ids;

  const Fingerprint& fingerprint() const { return primary.fingerprint; }
};

// Why a certificate can't be used for something now.
enum class Unusable { revoked, expired, no_key, invalid };

// The key that encrypts to this certificate: of its usable encryption subkeys (else the primary key) the newest, of
// equally old ones the first. Usable: valid, not of the future, not revoked, not expired. A certificate whose primary
// key is not usable has none. `why` of several reasons: revoked, then expired, then no_key.
struct KeyChoice {
  const Key* key = nullptr;         // into the CertificateInfo
  Unusable why = Unusable::no_key;  // if key is nullptr
};
KeyChoice encryption_key(const CertificateInfo& certificate, std::int64_t now);
// The key that signs: the newest usable signing subkey, else the primary key; `available` says which secret keys are at
// hand (fingerprints; empty: all).
KeyChoice signing_key(const CertificateInfo& certificate, std::int64_t now,
                      const std::vector<Fingerprint>& available = {});

}  // namespace sm
