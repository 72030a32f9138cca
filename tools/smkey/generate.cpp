#include <algorithm>

#include "commands.hpp"
#include "mime/address.hpp"
#include "openpgp/session.hpp"
#include "text/printable.hpp"
#include "text/time.hpp"

namespace sm::smkey {

namespace {

bool has_controls(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

Result<void> check_user_id(std::string_view user_id) {
  if (user_id.empty() || !is_utf8(user_id) || has_controls(user_id))
    return fail(ErrorKind::usage, "smkey.user-id", "not a user ID: " + std::string(user_id),
                "UTF-8 without control characters: 'Alice <alice@example.org>'");
  return {};
}

}  // namespace

Result<int> generate(cli::Context& context) {
  KeyRequest request;
  for (const std::string& user_id : context.arguments()) {
    SM_TRY(check_user_id(user_id));
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
  if (!context.flag("no-passphrase")) request.passphrase = SM_TRY(context.new_passphrase("new secret key"));
  rnp::Generator generator(context.clock());
  const GeneratedKey key = SM_TRY(generator.generate(request));

  // The secret key first: should a later write fail, nothing points to a key that is not there.
  const Fingerprint& fingerprint = key.info.fingerprint();
  SM_TRY(session->store.put_secret_key(fingerprint, key.secret));
  SM_TRY(session->store.put_revocation(fingerprint, key.revocation));
  SM_TRY(session->store.put_certificate(key.info, key.certificate));
  for (const UserId& user_id : key.info.user_ids) {
    const auto address = mime::user_id_address(user_id.text);
    if (!address) continue;
    SM_TRY(session->store.bind(*address, fingerprint, BindingSource::generate));
    const auto binding = SM_TRY(session->store.binding(*address));
    if (binding && binding->fingerprint != fingerprint)
      context.warn(*address + " stays bound to " + binding->fingerprint + "; smkey accept " + *address + " " +
                   fingerprint + " changes that");
  }
  SM_TRY(context.print(fingerprint + "\n"));
  return 0;
}

}  // namespace sm::smkey
