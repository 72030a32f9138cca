#include "commands.hpp"
#include "own_key.hpp"
#include "text/time.hpp"

namespace sm::smkey {

Result<int> expire(cli::Context& context) {
  const std::string& when = context.arguments()[1];
  const std::int64_t now = context.clock().now();
  const auto lifetime = parse_lifetime(when, now);
  if (!lifetime)
    return fail(ErrorKind::usage, "smkey.expires", "not a time to come: " + when, "90d, 18mo, 2y, 2030-12-31 or never");
  const std::int64_t end = *lifetime == 0 ? 0 : now + *lifetime;
  const auto session = SM_TRY(Session::open(context));
  const OwnKey key = SM_TRY(open_own_key(*session, context.arguments()[0]));
  std::optional<Fingerprint> subkey;
  if (const auto id = context.value("subkey")) subkey = SM_TRY(find_subkey(key, *id))->fingerprint;
  const std::string changed = SM_TRY(editor(*session).set_expiry(key.packets(), end, subkey));
  SM_TRY(store_changed_key(*session, key.fingerprint, changed));
  return 0;
}

}  // namespace sm::smkey
