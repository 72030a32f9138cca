// The cache of a command, and the options that concern it.
#pragma once

#include <memory>
#include <string>

#include "backend/sqlite/cache.hpp"
#include "cli/context.hpp"
#include "mtasts/delivery.hpp"

namespace sm::smmtasts {

// Whose cache it is where --cache does not say: a service's is /var/lib/smtools/mtasts.sqlite, and root's too, a user's
// is in $XDG_CACHE_HOME; of a unit of systemd it is in $STATE_DIRECTORY.
enum class CacheOwner { user, service };

// Errors: smmtasts.cache (config): there is no home.
Result<std::string> cache_path(const cli::Context& context, CacheOwner owner);
// Errors: those of cache_path() and sqlite::open_cache().
Result<std::unique_ptr<mtasts::Cache>> open_cache(const cli::Context& context, sqlite::Access access,
                                                  CacheOwner owner = CacheOwner::user);

// To be read by who can do without: nullptr if it is not open to us. Errors: open_cache()'s of one that --cache names.
Result<std::unique_ptr<mtasts::Cache>> readable_cache(const cli::Context& context);

// What is fetched under another authority, by another DNS or through a proxy is what these say, and must not outlive
// them: it is not kept. The option that makes it so; empty: none.
std::string_view option_against_keeping(const cli::Context& context);

// --attributes.
mtasts::PostfixForm postfix_form(const cli::Context& context);

}  // namespace sm::smmtasts
