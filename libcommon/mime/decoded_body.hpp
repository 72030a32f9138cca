// The body of a leaf as it was before its transfer encoding (RFC 2045 §6).
#pragma once

#include <memory>

#include "io/document.hpp"
#include "mime/outline.hpp"

namespace sm::mime {

// All of it. `document` must outlive it.
std::unique_ptr<Source> decoded_body(Document& document, const Part& part);

// `within` of it, offsets in what is decoded. `document` must outlive it.
std::unique_ptr<Source> decoded_range(Document& document, const Part& part, Extent within);

}  // namespace sm::mime
