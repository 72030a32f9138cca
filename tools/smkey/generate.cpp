#include <algorithm>

#include "commands.hpp"
#include "own_key.hpp"
#include "text/time.hpp"

namespace sm::smkey {

Result<int> generate(cli::Context& context) {
  KeyRequest request;
  for (const std::string& user_id : context.arguments()) {
    SM_TRY(check_user_id(user_id));
    if (std::ranges::find(request.user_ids, user_id) != request.user_ids.end())
      return fail(ErrorKind::usage, "smkey.user-id", "\"" + user_id + "\" is given twice");
    request.user_ids.push_back(user_id);
  }
  if (const auto algorithm = context.value("algo")) request.algorithm = *algorithm;
  const std::string expires = context.value("expires").value_or("2y");
  const auto lifetime = parse_lifetime(expires, context.clock().now());
  if (!lifetime)
    return fail(ErrorKind::usage, "smkey.expires", "not a time to come: " + expires,
                "90d, 18mo, 2y, 2030-12-31 or never");
  request.lifetime = *lifetime;

  const auto session = SM_TRY(Session::open(context));
  if (!context.flag("no-passphrase"))
    request.passphrase = SM_TRY(context.new_passphrase("new secret key", cli::NewPassphrase::first));
  rnp::Generator generator(context.clock());
  const GeneratedKey key = SM_TRY(generator.generate(request));

  // The secret key first: should a later write fail, nothing points to a key that is not there.
  const Fingerprint& fingerprint = key.info.fingerprint();
  SM_TRY(session->store.put_secret_key(fingerprint, key.secret));
  SM_TRY(session->store.put_revocation(fingerprint, key.revocation));
  SM_TRY(session->store.put_certificate(key.info, key.certificate));
  for (const UserId& user_id : key.info.user_ids)
    SM_TRY(bind_user_id(*session, fingerprint, user_id.text, BindingSource::generate));
  SM_TRY(context.print(fingerprint + "\n"));
  return 0;
}

}  // namespace sm::smkey
