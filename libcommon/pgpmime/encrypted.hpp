// What is encrypted already, by what its bytes are and not by what its header claims: a message that only looks
// encrypted is readable to everybody on its way.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "io/document.hpp"
#include "mime/outline.hpp"

namespace sm::pgpmime {

// Whether a message of this Content-Type (lower case) can be encrypted, so that is_encrypted() is worth asking.
bool may_be_encrypted(std::string_view content_type);

// The whole message: PGP/MIME whose first packet is a PKESK or SKESK (RFC 9580 §5.1, §5.3), or CMS enveloped-data or
// authEnveloped-data (RFC 8551 §3.3, RFC 5083) by the object identifier of its content.
Result<bool> is_encrypted(Document& document, const mime::Outline& outline);

}  // namespace sm::pgpmime
