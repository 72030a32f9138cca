// PGP/MIME encryption that was taken apart on its way. Exchange, and gateways of its kind, write multipart/encrypted
// again as multipart/mixed, with an empty text before it:
//
//   multipart/mixed
//     text/plain                  empty
//     application/pgp-encrypted   Version: 1
//     application/octet-stream    the OpenPGP message, in armor or not, in base64 or not
//
// Both parts of RFC 3156 §4 are still there, so what they hold can be read as what it was. But only if they are all
// that the message holds: decrypted text never comes to stand inside somebody else's structure.
#pragma once

#include <optional>

#include "io/document.hpp"
#include "mime/outline.hpp"
#include "pgpmime/structure.hpp"

namespace sm::pgpmime {

// Reads `part` and all below it as such a message: one part "Version: 1", one leaf of whatever type whose content
// begins as an encrypted message, and beside them nothing but blank text, that perhaps in a multipart of its own. Also
// multipart/encrypted with its parts in the wrong order, or with blank parts added. nullopt if it is
// something else, or is correct PGP/MIME. Errors: the document's.
Result<std::optional<EncryptedParts>> mixed_up_parts(Document& document, const mime::Outline& outline, int part);

}  // namespace sm::pgpmime
