// Which certificate a user means by an ID: a full fingerprint, a 16-digit key ID, or an address (the contract, "ID is
// …").
#pragma once

#include <string>
#include <string_view>

#include "keystore/keystore.hpp"

namespace sm {

// A fingerprint of 40 digits or a key ID of 16, in either case, "0x" before them and spaces between them allowed; or an
// address.
enum class IdKind { fingerprint, key_id, address };
struct Id {
  IdKind kind = IdKind::address;
  std::string text;  // normalised: digits in upper case, or an address in ASCII lower case
};
// An 8-digit key ID is id.short, everything else id.malformed (both usage).
Result<Id> parse_id(std::string_view text);

// The certificate. For a fingerprint or key ID: the one that has it, as primary key or subkey. For an address: the one
// it is bound to; without a binding the only one that claims it. Several: id.ambiguous (usage), which lists them. None:
// id.unknown (key); commands that answer a question turn that into
// 2. Bound to a certificate that is not there: id.certificate-missing (key). Further errors: store.*.
Result<Fingerprint> resolve(Keystore& store, std::string_view id);

// A recipient: a fingerprint or an address only, else id.not-a-recipient (usage). Adds: a binding in conflict is
// id.conflict (key) and names both, and says which of them is the other's successor (Keystore::is_successor()).
Result<Fingerprint> resolve_recipient(Keystore& store, std::string_view id);

}  // namespace sm
