// The other form of a listing: what nginx makes of a directory with "autoindex on; autoindex_format json;"
// (ngx_http_autoindex_module), where a server has no PROPFIND:
//
//   [ { "name":"file", "type":"file", "mtime":"Sun, 06 Nov 1994 08:49:37 GMT", "size":42 }, … ]
#pragma once

#include <string_view>
#include <vector>

#include "webdav/multistatus.hpp"

namespace sm::webdav {

// Each with its name for an href, not encoded. Errors: webdav.listing (data); what is no such index is one too.
Result<std::vector<Resource>> read_autoindex(std::string_view text);

}  // namespace sm::webdav
