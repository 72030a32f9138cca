// What is encrypted already, by what its bytes are and not by what its header claims: a message that only looks
// encrypted is readable to everybody on its way.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "io/document.hpp"
#include "mime/outline.hpp"
#include "pgpmime/structure.hpp"

namespace sm::pgpmime {

// The OpenPGP message that all of a message is encrypted in: by RFC 3156 §4, or mixed up (mixed_up_parts), or one of
// these inside multipart/signed (RFC 1847 §2.2: encrypted, then signed). Whether it can be read is not looked at.
Result<std::optional<EncryptedParts>> find_encrypted(Document& document, const mime::Outline& outline);

// Whether the message says that all of it is OpenPGP's multipart/encrypted, be it damaged or not, or is found as
// find_encrypted() says.
Result<bool> claims_encryption(Document& document, const mime::Outline& outline);

// Whether a message that begins so, its header at least, can be encrypted, so that all of it is worth reading to ask
// is_encrypted(). Also true of multipart/signed.
Result<bool> may_be_encrypted(std::string_view first_bytes);

// The whole message: what find_encrypted() finds, with a PKESK or SKESK as its first packet (RFC 9580 §5.1, §5.3); CMS
// enveloped-data or authEnveloped-data (RFC 8551 §3.3, RFC 5083) by the object identifier of its content; or leaves of
// which each is nothing but one encrypted OpenPGP message (inline). Blank text beside them does not matter.
Result<bool> is_encrypted(Document& document, const mime::Outline& outline);

}  // namespace sm::pgpmime
