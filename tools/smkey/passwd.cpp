#include "commands.hpp"
#include "own_key.hpp"

namespace sm::smkey {

Result<int> passwd(cli::Context& context) {
  const auto session = SM_TRY(Session::open(context));
  const OwnKey key = SM_TRY(open_own_key(*session, context.arguments().front()));
  const auto fresh = [&] { return context.new_passphrase("key " + key.fingerprint, cli::NewPassphrase::replacing); };
  const Secret changed = SM_TRY(editor(*session).change_passphrase(key.secret.view(), fresh));
  SM_TRY(session->store.replace_secret_key(key.fingerprint, key.secret, changed));
  // Whoever used it by the old passphrase shall need the new one.
  lock_key(*session, key.fingerprint);
  return 0;
}

}  // namespace sm::smkey
