// multipart/encrypted (RFC 3156 §4) around an OpenPGP message.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/document.hpp"
#include "io/filters.hpp"
#include "mime/outline.hpp"

namespace sm::pgpmime {

struct EncryptedMessage {
  std::unique_ptr<Document> cipher;  // binary OpenPGP message; `message` reads it
  ConcatSource message;              // the whole message, to be read once
  std::vector<mime::Finding> findings;
};

// Whoever reads what we write has the limit on a header that we have: mime.header-too-long (data) if `header` leaves no
// room for the fields that are added to it.
Result<void> leaves_room(std::string_view header);

// The message of header `outer` (its Content-* fields are replaced) after `mbox_line`, with what was spooled in it.
EncryptedMessage frame(Spool cipher, std::string_view mbox_line, const std::string& outer, Eol eol);

}  // namespace sm::pgpmime
