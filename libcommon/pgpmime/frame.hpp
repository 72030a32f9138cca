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

// The message of header `outer` (its Content-* fields are replaced) after `mbox_line`, with what was spooled in it.
EncryptedMessage frame(Spool cipher, std::string_view mbox_line, const std::string& outer, Eol eol);

}  // namespace sm::pgpmime
