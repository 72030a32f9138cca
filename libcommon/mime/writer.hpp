// Outer structure: the message's own header around a new body, and back.
#pragma once

#include <string>
#include <string_view>

#include "mime/header.hpp"

namespace sm::mime {

// A boundary: "=_", which no encoded body can contain (RFC 2045 §6.7), and 32 random characters. In a parameter it must
// be quoted.
std::string make_boundary();

// `header` with its Content-* fields replaced by `content` (complete lines that end with `eol`) where the first of them
// stood, else at the end. All other fields keep bytes and order. Exactly one MIME-Version: an existing first one stays,
// further ones go, a missing one is put before `content`.
std::string replace_content(const Header& header, std::string_view content, std::string_view eol);

}  // namespace sm::mime
