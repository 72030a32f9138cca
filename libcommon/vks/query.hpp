// A validating key server (VKS), as https://keys.openpgp.org/about/api describes it: an HTTPS server that hands out
// OpenPGP certificates. By fingerprint or key ID it gives whatever was uploaded, but of the user IDs only those whose
// addresses have been proved by a mail; by address only a certificate whose owner has proved that address. So an
// answer may be a certificate without any user ID: still worth having for its expiry, revocation and subkeys.
//
// Here: what can be asked, and under which URL.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "net/url.hpp"

namespace sm::vks {

struct Query {
  enum class Kind { email, fingerprint, key_id };
  Kind kind = Kind::email;
  // An address in ASCII lower case whose domain is in A-labels; 40 or 16 upper-case hexadecimal digits.
  std::string value;
  bool operator==(const Query&) const = default;
};

// An address, a fingerprint of 40 digits or a key ID of 16: either case, spaces in it, "0x" before it. The server
// accepts "only exact matches" of an address and says nothing of how it compares; the library under keys.openpgp.org
// turns domains into A-labels and all of it into lower case before it compares. So that is how it is asked, which a
// server that does neither understands too. Errors: vks.query (usage).
Result<Query> parse_query(std::string_view text, net::ToAscii to_ascii);

// `address` as it stands in Query::value. Errors: vks.query (usage): it is none, or has no domain name.
Result<std::string> canonical_address(std::string_view address, net::ToAscii to_ascii);

// /vks/v1/by-email/…, /by-fingerprint/…, /by-keyid/… below the path of `server`.
net::Url url_of(const net::Url& server, const Query& query);

}  // namespace sm::vks
