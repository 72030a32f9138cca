// Stand-in: a public key in a form in which RNP will always do the arithmetic. RNP answers "invalid", without looking,
// for a signature by a key that had expired or was revoked as compromised when it signed; a verdict must tell "wrong"
// from "right, by an expired key". So such a key is presented, for one operation, as a subkey of a made-up primary key
// which never expires and has never been revoked. Fingerprint and key ID depend only on the key's own packet (RFC 9580
// §5.5.4.2) and stay the same.
#pragma once

#include <string>
#include <string_view>

namespace sm::rnp {

// A transferable public key in binary that holds the key, as a subkey. `public_part`: the body of its version 4 public
// key packet.
std::string stand_in(std::string_view public_part);

}  // namespace sm::rnp
