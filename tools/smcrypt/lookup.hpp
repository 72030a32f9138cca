// smcrypt encrypt --lookup: has smkey search for recipients of whom nothing is known here.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "openpgp/session.hpp"

namespace sm::smcrypt {

// What hindered it, by address, normalised.
using Lookups = std::map<std::string, Error>;

// Runs `smkey search` for those of `recipients` that are an address without a binding to which not exactly one
// certificate lays claim; for no other, since to ask for an address tells of it. At most four at a time, all within
// --timeout, else within 20 seconds. What was found is in the store then; who has no certificate is not in the result.
// An error of kind key says that what there is can't be used: key.revoked, key.expired, key.unusable, or a conflict;
// any other that no answer was to be had. Errors: id.malformed, id.short (usage).
Result<Lookups> look_up_unknown(cli::Context& context, Session& session, const std::vector<std::string>& recipients);

}  // namespace sm::smcrypt
