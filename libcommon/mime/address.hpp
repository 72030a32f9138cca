// Mailboxes in address fields (RFC 5322 §3.4, obsolete forms included), read so that no trick makes an address out of a
// display name, a comment or an encoded word: only what stands as addr-spec counts.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mime/header.hpp"

namespace sm::mime {

struct Mailbox {
  std::string
      address;  // addr-spec, quoting of the local part removed where it is not needed, ASCII lower case; UTF-8 is kept
  std::string name;  // display name for showing, encoded words resolved, may be empty
};

// All mailboxes of an address list, groups flattened. nullopt when any part of it is malformed: a sender or recipient
// that is half understood is not understood. At most 10,000.
std::optional<std::vector<Mailbox>> parse_mailboxes(std::string_view body);

// The address of the one mailbox in the field `name`; empty if that is missing, empty, repeated, malformed, names other
// than one mailbox, or if some reader sees another one (hides_field).
std::string only_address(const Header& header, std::string_view name);

// `addr-spec` alone ("alice@example.org"), normalised as Mailbox::address; nullopt if it is not one. A domain literal
// is allowed.
std::optional<std::string> parse_address(std::string_view text);

// The one address in an OpenPGP user ID ("Name (comment) <addr>" or "addr" alone), normalised likewise; nullopt when it
// has none or several, or controls, or is not UTF-8.
std::optional<std::string> user_id_address(std::string_view user_id);

}  // namespace sm::mime
