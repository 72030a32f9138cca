// Which certificate a user means by an ID: a full fingerprint, a 16-digit key ID, or an address (the contract, "ID is …").
#pragma once

#include <string>
#include <string_view>

#include "keystore/keystore.hpp"

namespace sm {

// Upper-case fingerprint of 40 digits, spaces between groups and "0x" allowed; key ID of 16; or an address.
enum class IdKind { fingerprint, key_id, address };
struct Id {
  IdKind kind = IdKind::address;
  std::string text;  // normalised
};
// An 8-digit key ID and everything else is id.malformed (usage).
Result<Id> parse_id(std::string_view text);

// The certificate. For an address: the one it is bound to; without a binding the only one that claims it. Several: id.ambiguous (usage), which
// lists them. None: id.unknown (key); commands that answer a question turn that into 2.
Result<Fingerprint> resolve(Keystore& store, std::string_view id);

// A recipient: a fingerprint or an address only. Adds: a binding in conflict is id.conflict (key) and names both.
Result<Fingerprint> resolve_recipient(Keystore& store, std::string_view id);

}  // namespace sm
