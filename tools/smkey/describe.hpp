// A certificate in words and in JSON, the same in list and show.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crypto/ports.hpp"
#include "json/value.hpp"
#include "keystore/keystore.hpp"

namespace sm::smkey {

// Everything that the store knows of one certificate.
struct Description {
  CertificateInfo info;
  bool secret_stored = false;
  bool secret_protected = false;  // read by show only
  std::vector<Binding> bindings;  // of its addresses, those that are bound to it
};

// "usable", "expired", "revoked" or "invalid" now, of a certificate as a whole.
std::string_view state_of(const CertificateInfo& info, std::int64_t now);
// When the first of its keys that are in use now ends; 0 is never.
std::int64_t ends(const CertificateInfo& info, std::int64_t now);
// The user ID to show it by, untrusted.
std::string title(const CertificateInfo& info);

std::string line_of(const Description& description, std::int64_t now);
std::string text_of(const Description& description, std::int64_t now);
json::Value json_of(const Description& description, std::int64_t now);

}  // namespace sm::smkey
