// The certificates that a mail server presents, at every address and of both kinds of key.
#pragma once

#include <optional>
#include <vector>

#include "cli/context.hpp"
#include "dane/material.hpp"
#include "net/address.hpp"
#include "service.hpp"

namespace sm::smdane {

// Each chain once, in a stable order. An address that presents nothing is a warning. `family`: both where there is
// none. Errors: smdane.live (temporary): there is no address, or none of them presents anything; those of
// open_resolver().
Result<std::vector<std::vector<dane::Material>>> live_chains(cli::Context& context, const Service& service,
                                                             std::optional<net::Address::Family> family);

}  // namespace sm::smdane
