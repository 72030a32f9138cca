// The commands of smkey.
#pragma once

#include "cli/context.hpp"

namespace sm::smkey {

Result<int> generate(cli::Context& context);
Result<int> list(cli::Context& context);
Result<int> show(cli::Context& context);
Result<int> import_keys(cli::Context& context);
Result<int> export_keys(cli::Context& context);
Result<int> delete_key(cli::Context& context);
Result<int> bindings(cli::Context& context);
Result<int> accept(cli::Context& context);
Result<int> autocrypt_header(cli::Context& context);
Result<int> autocrypt_import(cli::Context& context);
Result<int> passwd(cli::Context& context);
Result<int> expire(cli::Context& context);
Result<int> revoke(cli::Context& context);
Result<int> revocation(cli::Context& context);
Result<int> uid_add(cli::Context& context);
Result<int> uid_revoke(cli::Context& context);
Result<int> uid_primary(cli::Context& context);
Result<int> subkey_add(cli::Context& context);
Result<int> subkey_revoke(cli::Context& context);
Result<int> search(cli::Context& context);
Result<int> refresh(cli::Context& context);
Result<int> publish(cli::Context& context);
Result<int> unlock(cli::Context& context);
Result<int> lock(cli::Context& context);
Result<int> reindex(cli::Context& context);

}  // namespace sm::smkey
