// Decrypting inline OpenPGP: armored messages in the text of a mail, and encrypted files attached to it.
//
// What comes out has no MIME header of its own, so nothing says what it is: text stays text/plain in the place where it
// was encrypted, a file becomes application/octet-stream, and neither is ever read as MIME or HTML. An attacker who
// puts somebody's ciphertext between parts of his own (EFAIL) must not get the text to stand between them: text is
// decrypted only where everything that the message shows is encrypted. A file is opened beside other parts too, because
// nothing can refer to it: it loses Content-ID and all other Content-* fields.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "crypto/ports.hpp"
#include "io/document.hpp"
#include "io/filters.hpp"
#include "mime/outline.hpp"
#include "pgpmime/verify.hpp"

namespace sm::pgpmime {

// A leaf whose content was decrypted.
struct OpenedPart {
  int part = 0;
  bool is_text = false;
  std::unique_ptr<Document> entity;  // its new Content-* fields, an empty line, its new body
  mime::Outline outline;             // of `entity`
  Decryption decryption;
};

// An encrypted leaf that stays as it is.
struct LeftPart {
  int part = 0;
  std::string reason;  // beside-others, html, forwarded, signed, nested (in a multipart/encrypted), unnamed, or the
                       // code of the decryptor's error
};

struct InlineDecryption {
  bool whole = false;  // all that the message shows was encrypted
  std::vector<OpenedPart> opened;
  std::vector<LeftPart> left;
  ConcatSource message;  // to be read once; where nothing was opened it is the message as it came
};

// Opens what can be opened in a message that is not PGP/MIME (claims_encryption() is the caller's to ask):
// - if each leaf is blank or nothing but one encrypted message, and none is HTML: all of them, and an error of the
//   decryptor is the result;
// - else attachments named *.asc, *.gpg or *.pgp or of type application/pgp-encrypted, at most 100, but none inside
//   multipart/signed, multipart/encrypted or a forwarded message; one that can't be opened is left.
//
// Text gets the charset that its armor names, else that of the part, else UTF-8, the line ends of the message's first
// line, and a transfer encoding if it needs one. A file gets its name less that suffix, and base64. All other parts and
// the rest of the header keep their bytes. `bounds.output` is for all together. Errors: all damage is crypto.damaged.
Result<InlineDecryption> decrypt_inline(Document& document, const mime::Outline& outline, Decryptor& decryptor,
                                        const DecryptionLimits& bounds, const std::string& spool_directory);

// The verdict on what was opened, and on the signatures that stand in the message itself. Only what is the message's
// single part covers its body. `outline` is of `document`, the message as it came.
Result<MessageVerdict> verify_inline(InlineDecryption& opened, Document& document, const mime::Outline& outline,
                                     Verifier& verifier, const VerifyPolicy& policy);

}  // namespace sm::pgpmime
