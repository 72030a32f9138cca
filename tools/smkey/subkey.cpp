#include "commands.hpp"
#include "own_key.hpp"

namespace sm::smkey {

Result<int> subkey_add(cli::Context& context) {
  const auto session = SM_TRY(Session::open(context));
  const OwnKey key = SM_TRY(open_own_key(*session, context.arguments().front()));
  const bool signs = context.value("usage") == "sign";
  // As stored, unlocked or not: the subkey gets the passphrase of the primary key.
  const rnp::OwnKey stored{key.certificate, key.secret.view()};
  const rnp::NewSubkey subkey = SM_TRY(editor(*session).add_subkey(
      stored, context.value("algo").value_or(""), signs ? rnp::SubkeyUse::sign : rnp::SubkeyUse::encrypt));
  SM_TRY(store_changed_key(*session, key.fingerprint, subkey.certificate, subkey.secret));
  SM_TRY(context.print(subkey.fingerprint + "\n"));
  return 0;
}

}  // namespace sm::smkey
