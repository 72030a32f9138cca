// Decrypting the OpenPGP message in one leaf.
#pragma once

#include <string>

#include "crypto/ports.hpp"
#include "io/document.hpp"
#include "mime/outline.hpp"

namespace sm::pgpmime {

struct OpenedLeaf {
  Document plain;
  Decryption decryption;
};

// `part` holds one message, in armor or binary. Nothing of the plaintext is given before the integrity of all of it is
// proved. Errors: the decryptor's, all damage as damaged_message(); the document's.
Result<OpenedLeaf> open_leaf(Document& document, const mime::Part& part, Decryptor& decryptor,
                             const DecryptionLimits& bounds, const std::string& spool_directory);

// crypto.damaged (data) with one text for every reason: whoever sends mail to a filter must not learn from its answer
// what his change did.
Unexpected damaged_message();

}  // namespace sm::pgpmime
