// Where a user's name and password for a server come from: a file in netrc's form that nobody else may read.
#pragma once

#include <string>

#include "net/netrc.hpp"
#include "net/url.hpp"

namespace sm::net {

// What the file at `path` has for the host and user of `url`. nullopt: it has nothing for them; or it is not there and
// `may_be_absent`. Errors: net.credentials, if it can't be opened (no_input) or, holding something for them, can be
// read by group or others or belongs to somebody else who is not root (config); net.netrc; io.read.
Result<std::optional<Credentials>> read_credentials(const std::string& path, const Url& url, bool may_be_absent);

}  // namespace sm::net
