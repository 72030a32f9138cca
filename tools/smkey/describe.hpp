// A certificate as list and show describe it: what it is for, whether it is usable today, what ends when; in words and
// in JSON.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "backend/keyring/keyring.hpp"
#include "crypto/key.hpp"
#include "json/value.hpp"
#include "keystore/keystore.hpp"

namespace sm::smkey {

// What of a key's secret part is stored here. elsewhere: a stub, GnuPG's for a key that is offline or on a card.
enum class SecretPart { missing, elsewhere, stored, locked };

// Everything that the store knows of one certificate.
struct Description {
  CertificateInfo info;
  bool secret_stored = false;
  std::map<Fingerprint, SecretPart> secret_parts;  // of the keys in the stored secret key
  std::vector<Binding> bindings;                   // of any address to this certificate
  std::vector<Binding> others;                     // of an address in a valid user ID to another certificate
  std::vector<std::string> unbound;                // addresses in valid user IDs that are bound to none
  std::vector<keyring::Unlocked> unlocked;
};

// What `store` has besides the certificate; `bindings` are all of its bindings.
Result<Description> describe(Keystore& store, CertificateInfo info, bool secret_stored,
                             const std::vector<Binding>& bindings);

// ---- what follows from it

// "usable", "expired", "revoked" or "invalid" now, of a certificate as a whole.
std::string_view state_of(const CertificateInfo& info, std::int64_t now);
std::string_view state_of(const Key& key, std::int64_t now);
// What a key is for, by its flags: "certify", "sign", "encrypt", "authenticate".
std::vector<std::string> uses_of(const Key& key);
// The keys that sign and encrypt now: of a certificate whose secret key is stored here, only one whose secret part is
// here signs.
KeyChoice signs(const Description& description, std::int64_t now);
KeyChoice encrypts(const Description& description, std::int64_t now);

// A key that is in use now: the primary key, the one that signs, the one that encrypts.
struct InUse {
  const Key* key;
  bool primary = false;
  bool signs = false;
  bool encrypts = false;
};
// The first that ends first, those that never end last; none if the certificate is not usable.
std::vector<InUse> in_use(const Description& description, std::int64_t now);
// When the first of them ends, 0 is never; of a certificate that is not usable when it ended.
std::int64_t ends(const Description& description, std::int64_t now);
// As a calendar counts them: 0 is today, in UTC.
std::int64_t days_left(std::int64_t when, std::int64_t now);

// ---- in words and in JSON

// The user ID to show it by, untrusted.
std::string title(const CertificateInfo& info);
// A line of fields for programs.
std::string line_of(const Description& description, std::int64_t now);
// Two lines for a person at a terminal.
std::string entry_of(const Description& description, std::int64_t now, bool color);
// What ends within `horizon` (seconds since the epoch), with the commands that extend it; `store` stands in them if it
// is not empty. Precondition: something does.
std::string notice_of(const Description& description, std::int64_t now, std::int64_t horizon, std::string_view store);
std::string text_of(const Description& description, std::int64_t now, bool color);
json::Value json_of(const Description& description, std::int64_t now);

}  // namespace sm::smkey
