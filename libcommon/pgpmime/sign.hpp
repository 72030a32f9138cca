// Signing a message: multipart/signed of RFC 3156 §5 around its content.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "crypto/ports.hpp"
#include "io/document.hpp"
#include "io/filters.hpp"
#include "mime/outline.hpp"

namespace sm::pgpmime {

struct SignedMessage {
  std::unique_ptr<Document> payload;    // the signed entity; `message` reads it
  ConcatSource message;                 // the whole message, to be read once
  std::string hash;                     // really used: "sha512"
  std::vector<mime::Finding> findings;  // what could not be made safe for the way, such as 8bit in an opaque part
};

// `document` is the message and `outline` its scan. The content becomes 7bit (mime::SevenBit) and moves inside; header
// fields that are not Content-* keep bytes and order; the result has the line end of the message's first line. With
// `protect_headers` the header fields are signed as well (RFC 9788, hp="clear"), unless the content is signed already
// and so has a payload of its own (pgpmime.header-unprotected); a field that a signature can't carry is left out
// (mime.header-8bit). Errors: the signer's, the document's; mime.header-too-long (data).
Result<SignedMessage> sign(Document& document, const mime::Outline& outline, Signer& signer, const Fingerprint& key,
                           Hash hash, bool protect_headers, const std::string& spool_directory);

}  // namespace sm::pgpmime
