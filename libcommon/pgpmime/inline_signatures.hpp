// The signatures of a message that stand outside of multipart/signed: clear-signed text, signed OpenPGP messages in
// armor, and detached signatures in attachments.
#pragma once

#include <vector>

#include "crypto/ports.hpp"
#include "io/document.hpp"
#include "mime/outline.hpp"
#include "pgpmime/verify.hpp"

namespace sm::pgpmime {

// Adds a layer for each to `layers`, at most until these are `limit`; false if there are more.
//
// Only a clear-signed text, or a signed message, that is all there is of a message of one text/plain part covers its
// body (outermost): whatever stands around it, in other parts or in the same text, is covered by nothing and shown
// beside it.
//
// A detached signature covers the part beside it whose file name is its own less the suffix, else, if its type is
// application/pgp-signature, the part before it: list servers write multipart/signed as multipart/mixed. It is tried on
// the part as RFC 3156 §5 signs it and as a file, with either line end if it is text; where it fits none it is wrong.
Result<bool> add_inline_layers(Document& document, const mime::Outline& outline, Verifier& verifier, std::size_t limit,
                               std::vector<SignatureLayer>& layers);

}  // namespace sm::pgpmime
