#include <algorithm>
#include <optional>

#include "commands.hpp"
#include "keystore/resolve.hpp"
#include "mime/address.hpp"
#include "openpgp/session.hpp"
#include "own_key.hpp"

namespace sm::smkey {
namespace {

// Of the secret keys that have lost their certificate, as a deletion leaves one that was cut short. None unless one
// alone is meant.
Result<std::optional<Fingerprint>> left_over(Session& session, const std::string& text) {
  const Id id = SM_TRY(parse_id(text));
  std::optional<Fingerprint> found;
  for (const Fingerprint& fingerprint : SM_TRY(session.store.secret_fingerprints())) {
    if (SM_TRY(session.store.has_certificate(fingerprint))) continue;
    bool meant = fingerprint.ends_with(id.text);
    if (id.kind == IdKind::address) {
      const auto secret = SM_TRY(session.store.secret_key(fingerprint));
      if (!secret) continue;
      const auto info = session.reader->inspect(secret->view());
      meant = info && std::ranges::any_of(info->user_ids, [&](const UserId& user_id) {
                return mime::user_id_address(user_id.text) == id.text;
              });
    }
    if (!meant) continue;
    if (found) return std::optional<Fingerprint>();
    found = fingerprint;
  }
  return found;
}

Result<Fingerprint> wanted(Session& session, const std::string& id) {
  auto found = resolve(session.store, id);
  if (found || found.error().kind != ErrorKind::key) return found;
  auto left = SM_TRY(left_over(session, id));
  if (!left) return found;
  return std::move(*left);
}

}  // namespace

Result<int> delete_key(cli::Context& context) {
  const auto session = SM_TRY(Session::open(context));
  const Fingerprint fingerprint = SM_TRY(wanted(*session, context.arguments().front()));
  const bool has_secret = SM_TRY(session->store.secret_key(fingerprint)).has_value();
  if (has_secret && !context.flag("secret"))
    return fail(ErrorKind::usage, "smkey.delete-secret", "the secret key of " + fingerprint + " is stored here",
                "--secret deletes both");
  const std::string what = has_secret ? "the secret key and the certificate " : "the certificate ";
  if (!SM_TRY(context.confirm("delete " + what + fingerprint + "?")))
    return fail(ErrorKind::usage, "smkey.not-confirmed", "nothing was deleted");

  // Bindings first: a binding without its certificate would make every message to the address fail.
  std::string report;
  const auto bindings = SM_TRY(session->store.list_bindings());
  for (const Binding& binding : bindings) {
    if (binding.fingerprint != fingerprint) continue;
    SM_TRY(session->store.forget(binding.address));
    report += "unbound " + binding.address + "\n";
  }
  SM_TRY(session->store.delete_certificate(fingerprint));
  if (has_secret) {
    SM_TRY(session->store.delete_secret_key(fingerprint));
    // Without the key in the store nobody uses an unlocked one; but where there can be one, it goes too.
    lock_key(*session, fingerprint);
  }
  if (!context.quiet()) SM_TRY(context.print(report + "deleted " + fingerprint + "\n"));
  return 0;
}

}  // namespace sm::smkey
