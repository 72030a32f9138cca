#include "commands.hpp"
#include "crypto/armor.hpp"
#include "describe.hpp"
#include "own_key.hpp"
#include "text/printable.hpp"

namespace sm::smkey {

namespace {

Result<Revocation> reason_of(const cli::Context& context) {
  const auto word = context.value("reason");
  if (!word)
    return fail(ErrorKind::usage, "smkey.reason", "no --reason is given", "compromised, superseded, retired or none");
  if (*word == "compromised") return Revocation::compromised;
  if (*word == "superseded") return Revocation::superseded;
  if (*word == "retired") return Revocation::retired;
  return Revocation::no_reason;
}

// Others will read it.
Result<std::string> message_of(const cli::Context& context) {
  const std::string message = context.value("message").value_or("");
  if (!is_utf8(message) || printable(message) != message)
    return fail(ErrorKind::usage, "smkey.message", "a message must be text, in UTF-8 and without control characters");
  return message;
}

// Whether a revocation for `reason` would say nothing new of what is revoked as `present`.
bool says_nothing_new(Revocation present, Revocation reason) {
  return present != Revocation::none && (present == reason || reason != Revocation::compromised);
}

Result<int> revoke_with(cli::Context& context, Session& session, const OwnKey& key, const Key* subkey,
                        Revocation reason, const std::string& message) {
  if (says_nothing_new(subkey ? subkey->revocation : key.info.primary.revocation, reason)) {
    context.note("it is revoked already");
    return 0;
  }
  const std::string what = subkey ? "the subkey " + subkey->fingerprint : key.fingerprint + " " + title(key.info);
  if (!SM_TRY(context.confirm("revoke " + what + " for good?")))
    return fail(ErrorKind::usage, "smkey.not-confirmed", "nothing was revoked");
  std::optional<Fingerprint> fingerprint;
  if (subkey) fingerprint = subkey->fingerprint;
  const std::string changed = SM_TRY(editor(session).revoke(key.packets(), reason, message, fingerprint));
  SM_TRY(store_changed_key(session, key.fingerprint, changed));
  return 0;
}

}  // namespace

Result<int> revoke(cli::Context& context) {
  const Revocation reason = SM_TRY(reason_of(context));
  const std::string message = SM_TRY(message_of(context));
  const auto session = SM_TRY(Session::open(context));
  const OwnKey key = SM_TRY(open_own_key(*session, context.arguments().front()));
  const Key* subkey = nullptr;
  if (const auto id = context.value("subkey")) subkey = SM_TRY(find_subkey(key, *id));
  return revoke_with(context, *session, key, subkey, reason, message);
}

Result<int> revocation(cli::Context& context) {
  const Revocation reason = SM_TRY(reason_of(context));
  const std::string message = SM_TRY(message_of(context));
  const auto session = SM_TRY(Session::open(context));
  const OwnKey key = SM_TRY(open_own_key(*session, context.arguments().front()));
  const std::string packet = SM_TRY(editor(*session).revocation(key.packets(), reason, message));
  context.private_output();
  // GnuPG and Sequoia write revocation certificates so.
  SM_TRY(context.print(armor(ArmorKind::public_key, packet)));
  return 0;
}

Result<int> subkey_revoke(cli::Context& context) {
  const auto session = SM_TRY(Session::open(context));
  const OwnKey key = SM_TRY(open_own_key(*session, context.arguments()[0]));
  const Key* subkey = SM_TRY(find_subkey(key, context.arguments()[1]));
  return revoke_with(context, *session, key, subkey, Revocation::no_reason, "");
}

}  // namespace sm::smkey
