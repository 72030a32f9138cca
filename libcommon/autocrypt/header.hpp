// Autocrypt Level 1 (docs.autocrypt.org/level1.html, version 1.1): how mail programs hand out certificates without
// anybody doing anything. Each mail carries a field
//
//   Autocrypt: addr=alice@example.org; prefer-encrypt=mutual; keydata=BASE64
//
// whose keydata is the sender's certificate. Nothing vouches for it: whoever can write From can write this field. So
// what it brings is a certificate that claims an address, never one that is bound to it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "crypto/ports.hpp"
#include "mime/header.hpp"

namespace sm::autocrypt {

// Of a field from its name to its last line end ("The Autocrypt Header"): a longer one is not written and not valid.
inline constexpr std::size_t max_field = 10 * 1024;

struct Attributes {
  std::string address;  // in normal form (mime::parse_address)
  bool mutual = false;  // prefer-encrypt=mutual; anything else is nopreference
  std::string keydata;  // binary, not looked into
};

// One field. Not valid (data): autocrypt.too-long, autocrypt.critical-attribute (one that Level 1 does not know and
// whose name does not begin with "_"), autocrypt.keydata (bad base64, or not the last attribute), autocrypt.malformed.
Result<Attributes> parse_field(const mime::Field& field);

// What the message says of its sender ("Updating Autocrypt Peer State"), of all its Autocrypt fields, by its header
// alone: the one that is valid and whose address is that of From. The field Autocrypt-Gossip, which speaks of others
// and counts only inside an encryption, is never looked at. Nothing to take (data): autocrypt.no-header;
// autocrypt.several (more than one is valid); autocrypt.from (it does not name exactly one address); autocrypt.report
// and autocrypt.auto-replied (nobody wrote it); autocrypt.address (not that of From); and of a single field
// parse_field's.
Result<Attributes> sender_attributes(const mime::Header& header);

// The certificate with what Level 1 wants ("OpenPGP Based key data") and no more: the primary key, its newest user ID
// of this address, the subkey that encrypts, and a signature for each; a direct-key signature stays only where the
// primary key's expiry or purpose stands nowhere else. Errors (key): autocrypt.no-user-id; key.revoked, key.expired,
// key.unusable when nothing would encrypt to it; the reader's.
Result<std::string> minimal_certificate(CertificateReader& reader, std::string_view certificate,
                                        const std::string& address, std::int64_t now);

// The field, folded, with `eol` at its end. prefer-encrypt is left out, which is nopreference. Errors:
// autocrypt.too-long (data); autocrypt.address (usage), an address that the field has no way to write.
Result<std::string> format_field(std::string_view address, std::string_view certificate, std::string_view eol);

}  // namespace sm::autocrypt
