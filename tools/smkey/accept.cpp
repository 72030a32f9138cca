#include "commands.hpp"
#include "keystore/resolve.hpp"
#include "mime/address.hpp"
#include "openpgp/session.hpp"

namespace sm::smkey {

Result<int> accept(cli::Context& context) {
  const std::string& given = context.arguments()[0];
  const auto address = mime::parse_address(given);
  if (!address) return fail(ErrorKind::usage, "smkey.address", "not an address: " + given);
  const auto session = SM_TRY(Session::open(context));
  const Fingerprint fingerprint = SM_TRY(resolve(session->store, context.arguments()[1]));
  if (!SM_TRY(session->store.certificate(fingerprint)))
    return fail(ErrorKind::key, "id.unknown", "no certificate " + fingerprint);
  SM_TRY(session->store.accept(*address, fingerprint));
  context.note(*address + " is bound to " + fingerprint);
  return 0;
}

}  // namespace sm::smkey
