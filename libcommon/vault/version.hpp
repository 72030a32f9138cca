// A vault is a collection on a server in which the devices of one person keep their secret keys, each protected by its
// passphrase, so that what one device changes reaches the others.
//
// A file there is one version of one key: a transferable secret key (RFC 9580 §10.2), binary, all that belongs to its
// certificate included. Its name says what is in it:
//
//   <fingerprint, 40 upper-case digits>.<SHA-256 of its bytes, lower-case hexadecimal>.pgp
//
// So a version never changes. A device that has changed a key adds one. A device that finds several merges them with
// its own, adds the outcome, reads it back, and only then removes exactly those that went into it: whatever two devices
// do at the same time, and wherever one of them breaks off, each change lies in some version on the server. A file
// whose bytes are not what its name says was torn or altered, and is never taken, nor removed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "crypto/key.hpp"

namespace sm::vault {

struct Version {
  Fingerprint fingerprint;
  std::string digest;                    // of its bytes, 64 lower-case hexadecimal digits
  std::optional<std::uint64_t> size;     // bytes, as the server says
  std::optional<std::int64_t> modified;  // seconds since the epoch, as the server says

  std::string name() const;
  bool operator==(const Version& other) const { return fingerprint == other.fingerprint && digest == other.digest; }
};

// nullopt: no name of a version.
std::optional<Version> parse_name(std::string_view name);
// What `bytes` would lie there as.
Version version_of(const Fingerprint& fingerprint, std::string_view bytes);

// Whether `bytes` may be kept as a version of this key: exactly one transferable secret key, of this fingerprint, each
// secret part of which is protected by a passphrase in a way that shows if somebody else changed it. Errors:
// vault.damaged (data); vault.unprotected (key), which names a key.
Result<void> check_key(const Fingerprint& fingerprint, std::string_view bytes);
// Besides, that they are what the name says: vault.damaged.
Result<void> check_version(const Version& version, std::string_view bytes);

}  // namespace sm::vault
