#include "commands.hpp"
#include "keystore/resolve.hpp"
#include "openpgp/session.hpp"
#include "openpgp/unlocked_keys.hpp"
#include "text/time.hpp"

namespace sm::smkey {

namespace {

constexpr std::uint64_t default_seconds = 8 * 60 * 60;
constexpr std::uint64_t max_seconds = 366ull * 24 * 60 * 60;

// Whose keys are to be locked. A certificate that is no longer stored may still be unlocked.
Result<Fingerprint> certificate_to_lock(Session& session, std::string_view id) {
  auto fingerprint = resolve(session.store, id);
  if (fingerprint || fingerprint.error().code != "id.unknown") return fingerprint;
  const Id parsed = SM_TRY(parse_id(id));
  if (parsed.kind == IdKind::fingerprint && !keyring::unlocked(parsed.text).empty()) return parsed.text;
  return fingerprint;
}

}  // namespace

Result<int> unlock(cli::Context& context) {
  const std::uint64_t seconds = context.number("for").value_or(default_seconds);
  if (seconds == 0 || seconds > max_seconds)
    return fail(ErrorKind::usage, "smkey.for", "--for is from 1s to 366d", "8h is the default");
  const keyring::Scope scope =
      context.value("scope").value_or("session") == "user" ? keyring::Scope::user : keyring::Scope::session;

  // Not from the keys of the session: what is unlocked already must not prolong itself without its passphrase.
  const auto session = SM_TRY(Session::open(context));
  const Fingerprint fingerprint = SM_TRY(resolve(session->store, context.arguments().front()));
  const auto secret = SM_TRY(session->store.secret_key(fingerprint));
  if (!secret) return fail(ErrorKind::key, "key.missing", "no secret key " + fingerprint);
  const auto certificate = SM_TRY(session->store.certificate(fingerprint));
  if (!certificate) return fail(ErrorKind::key, "id.unknown", "no certificate " + fingerprint);
  const CertificateInfo info = SM_TRY(session->reader->inspect(*certificate));
  SM_TRY(keyring::check(scope));
  const auto entries = SM_TRY(packets_to_unlock(info, secret->view(), context.passphrases(), context.clock().now()));
  if (entries.empty()) {
    context.note(fingerprint + " has no passphrase");
    return 0;
  }
  // A person may have taken his time over the passphrase.
  const std::int64_t now = context.clock().now();
  SM_TRY(keyring::put(scope, fingerprint, entries, now, static_cast<std::uint32_t>(seconds)));
  context.note("unlocked until " + local_time(now + static_cast<std::int64_t>(seconds)));
  return 0;
}

Result<int> lock(cli::Context& context) {
  if (context.arguments().empty()) {
    SM_TRY(keyring::remove());
    return 0;
  }
  const auto session = SM_TRY(Session::open(context));
  const Fingerprint fingerprint = SM_TRY(certificate_to_lock(*session, context.arguments().front()));
  SM_TRY(keyring::remove(fingerprint));
  return 0;
}

}  // namespace sm::smkey
