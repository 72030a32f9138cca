// How the header of a protected entity is written: CRLF, no white space before a line end, no "From " at its beginning
// (RFC 3156 §3).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mime/header.hpp"

namespace sm::mime {

// A field in that form: its lines with CRLF ends and no white space before them, so that unfold() says what it said
// before; a CR alone and a NUL are what unfold() makes of them.
std::string clean_field(const Field& field, bool lone_cr);

// What content_header() says, of a message's header and what is known of its body.
std::string make_content_header(std::string_view header, bool lone_cr, bool body_8bit, bool valid_utf8);

// A change of a part's header.
struct HeaderEdit {
  std::optional<Encoding> encoding;  // to be named, where the field stands or after Content-Type; identity is 7bit
  std::string_view charset;          // to be added to text/plain
};

// `header` with its fields cleaned and the change made. Lines "From …" of an mbox, which are no fields, go.
std::string edited_header(std::string_view header, bool lone_cr, const HeaderEdit& edit);

}  // namespace sm::mime
