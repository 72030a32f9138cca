// The XML of a PROPFIND's answer, read with expat.
#pragma once

#include <string_view>
#include <vector>

#include "webdav/multistatus.hpp"

namespace sm::expat {

// `xml` in UTF-8, UTF-16, ISO 8859-1 or ASCII, as it says itself. A document type declaration is refused: nothing here
// has one, and entities come in by it. Errors: webdav.listing (data), also for more than webdav::max_listing bytes.
Result<std::vector<webdav::Resource>> read_multistatus(std::string_view xml);

}  // namespace sm::expat
