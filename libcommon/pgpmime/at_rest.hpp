// Mail at rest: a message that has arrived is encrypted to its owner as a whole, for the time that it is stored. Unlike
// a message that is sent, it must come back byte for byte: the payload holds all of it as message/rfc822, under a
// header with the marker "SM-At-Rest: 1". The marker stands inside the encryption, where no server can put it on, and
// other programs show the payload as a message in an attachment.
#pragma once

#include <optional>
#include <string>

#include "crypto/ports.hpp"
#include "io/document.hpp"
#include "mime/outline.hpp"
#include "pgpmime/frame.hpp"

namespace sm::pgpmime {

// The whole of `document`, whose scan is `outline`, but for an mbox line, which stays outside. Fields that are not
// Content-* keep bytes and order; with `protect_headers` Subject, Keywords and Comments are hidden outside (RFC 9788).
// Whether it is encrypted already is the caller's to ask (is_encrypted). Errors: the encryptor's, the document's.
Result<EncryptedMessage> encrypt_at_rest(Document& document, const mime::Outline& outline, Encryptor& encryptor,
                                         const EncryptionRequest& request, bool protect_headers,
                                         const std::string& spool_directory);

// Where in `payload`, what was decrypted, the original lies; nullopt if it is not marked. Anybody can encrypt a payload
// with a marker. So one is none of ours, and shown like any other message, if From and the verdicts in its original
// (Authentication-Results, ARC-*, DKIM-*, Received-SPF, SM-Verdict, X-Spam-*) are not just those of `outer`, the header
// outside, or if it has a Received or Delivered-To that does not stand there. `mbox_line`: the one before that header.
Result<std::optional<Extent>> at_rest_original(Document& payload, const mime::Outline& outline,
                                               const mime::Header& outer, const std::string& mbox_line);

}  // namespace sm::pgpmime
