// The payload: what is inside all signatures and encryptions of a message, the part whose header is protected (RFC 9788
// §1.8).
#pragma once

#include <optional>
#include <string>

#include "io/document.hpp"
#include "mime/header_protection.hpp"
#include "mime/outline.hpp"

namespace sm::pgpmime {

// The root of the payload in the entity `part`: through OpenPGP's multipart/signed.
int payload_root(const mime::Outline& outline, int part);

// The header of a payload's root that says that it protects the message's header.
struct PayloadHeader {
  int root = 0;
  std::string text;
  bool lone_cr = false;
  mime::HeaderMark mark;
  mime::Header header() const { return mime::parse_header(text, lone_cr); }
};

// Of the payload in the entity `part`; nullopt if it has no mark.
Result<std::optional<PayloadHeader>> payload_header(Document& document, const mime::Outline& outline, int part);

// Whether `inside`, a payload's header, has a From that does not name the one address that `outer` does (RFC 9788
// §4.4).
bool from_differs(const mime::Header& outer, const mime::Header& inside);

}  // namespace sm::pgpmime
