// Decrypting a message: what is inside multipart/encrypted of RFC 3156 §4 comes back in the message's own header.
#pragma once

#include <memory>
#include <string>

#include "crypto/ports.hpp"
#include "io/document.hpp"
#include "io/filters.hpp"
#include "mime/outline.hpp"
#include "pgpmime/verify.hpp"

namespace sm::pgpmime {

struct DecryptedMessage {
  std::unique_ptr<Document> payload;  // the decrypted entity; `message` reads it
  mime::Outline outline;              // of the entity, or of the original in it if `at_rest`
  bool at_rest = false;               // it was encrypted as a whole (pgpmime/at_rest.hpp)
  bool from_differs = false;          // the From that is protected inside is not the one outside (RFC 9788 §4.4)
  ConcatSource message;               // the whole message, to be read once
  Decryption decryption;
};

// Opens the message if it is PGP/MIME as a whole (find_encrypted()), which is the caller's to see; a signature around
// the encryption is not in what comes out. Nothing of the plaintext is given before the integrity of all of it is
// proved.
//
// A message at rest comes back byte for byte. Of any other, the fields that its payload protects (mime/
// header_protection.hpp) stand in the place of those outside, From only where its address is the same; other fields
// that are not Content-* keep bytes and order; the Content-* fields are the entity's; line ends are those of the
// message's first line, except in binary leaves. A legacy display is left out, unless a signature covers it. Errors:
// the decryptor's, all damage as crypto.damaged.
Result<DecryptedMessage> decrypt(Document& document, const mime::Outline& outline, Decryptor& decryptor,
                                 const DecryptionLimits& bounds, const std::string& spool_directory);

// The verdict on what was inside: the signatures of the OpenPGP message and of a multipart/signed that is all of the
// entity (RFC 3156 §6.1, §6.2), and that of a multipart/signed around the encryption, which covers the message's body
// too, though nobody can see from it that its signer knew what was inside. `document` is the message as it came and
// `outline` its scan, whose From it is about.
Result<MessageVerdict> verify_decrypted(DecryptedMessage& message, Document& document, const mime::Outline& outline,
                                        Verifier& verifier, const VerifyPolicy& policy);

}  // namespace sm::pgpmime
