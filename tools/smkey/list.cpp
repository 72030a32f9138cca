#include <algorithm>

#include "commands.hpp"
#include "describe.hpp"
#include "json/line.hpp"
#include "keystore/resolve.hpp"
#include "openpgp/session.hpp"
#include "text/ascii.hpp"
#include "text/time.hpp"

namespace sm::smkey {

namespace {

// A part of the fingerprint or of a user ID, whatever the case.
bool matches(const CertificateInfo& info, std::string_view pattern) {
  const std::string wanted = lower(pattern);
  const auto has = [&wanted](std::string_view text) { return lower(text).find(wanted) != std::string::npos; };
  return has(info.fingerprint()) ||
         std::ranges::any_of(info.subkeys, [&](const Key& key) { return has(key.fingerprint); }) ||
         std::ranges::any_of(info.user_ids, [&](const UserId& id) { return has(id.text); });
}

// What is told of one certificate; nullopt if it can't be read, which is said.
Result<std::optional<Description>> description_of(Session& session, const Fingerprint& fingerprint, bool secret_stored,
                                                  const std::vector<Binding>& bindings) {
  const auto certificate = SM_TRY(session.store.certificate(fingerprint));
  std::optional<Secret> secret;
  if (!certificate && secret_stored) {
    // It speaks for itself here, but nobody finds it by its address.
    session.context.warn("the certificate of the secret key " + fingerprint + " is not stored");
    secret = SM_TRY(session.store.secret_key(fingerprint));
  }
  if (!certificate && !secret) return std::optional<Description>();
  auto info = session.reader->inspect(certificate ? std::string_view(*certificate) : secret->view());
  if (!info) {
    session.context.warn(fingerprint + ": " + info.error().message);
    return std::optional<Description>();
  }
  return std::optional(SM_TRY(describe(session.store, std::move(*info), secret_stored, bindings)));
}

bool ends_by(const Description& description, std::int64_t now, std::int64_t horizon) {
  const auto used = in_use(description, now);
  return !used.empty() && used.front().key->expires != 0 && used.front().key->expires <= horizon;
}

}  // namespace

Result<int> list(cli::Context& context) {
  const std::int64_t now = context.clock().now();
  std::optional<std::int64_t> horizon;
  if (const auto within = context.value("expiring")) {
    const auto duration = parse_lifetime(*within, now);
    if (!duration || *duration == 0)
      return fail(ErrorKind::usage, "smkey.expiring", "not a time to come: " + *within, "30d, 2mo or a date");
    horizon = now + *duration;
  }
  const std::string_view pattern = context.arguments().empty() ? std::string_view() : context.arguments().front();
  const auto session = SM_TRY(Session::open(context));
  const auto secret = SM_TRY(session->store.secret_fingerprints());
  const auto all = context.flag("secret") ? secret : SM_TRY(session->store.list_certificates());
  const auto bindings = SM_TRY(session->store.list_bindings());

  std::vector<Description> found;
  for (const Fingerprint& fingerprint : all) {
    const bool own = std::ranges::binary_search(secret, fingerprint);
    auto description = SM_TRY(description_of(*session, fingerprint, own, bindings));
    if (!description || !matches(description->info, pattern)) continue;
    if (horizon && !ends_by(*description, now, *horizon)) continue;
    found.push_back(std::move(*description));
  }
  const bool for_person = context.terminal() && !context.json();
  if (for_person) {
    std::ranges::stable_sort(found, {}, [](const Description& description) {
      return std::pair(!description.secret_stored, lower(title(description.info)));
    });
  }
  std::string text;
  for (const Description& description : found) {
    text += context.json() ? json_line("smkey.list/1", json_of(description, now))
            : horizon      ? notice_of(description, now, *horizon, context.value("store").value_or(""))
            : for_person   ? entry_of(description, now, context.color())
                           : line_of(description, now);
  }
  SM_TRY(context.print(text));
  if (horizon) return found.empty() ? 0 : 1;
  return found.empty() && !pattern.empty() ? 2 : 0;
}

Result<int> show(cli::Context& context) {
  const std::int64_t now = context.clock().now();
  const auto session = SM_TRY(Session::open(context));
  const auto fingerprint = resolve(session->store, context.arguments().front());
  if (!fingerprint) {
    if (fingerprint.error().code != "id.unknown") return Unexpected{fingerprint.error()};
    context.note(fingerprint.error().message);
    return 2;
  }
  const auto secret = SM_TRY(session->store.secret_fingerprints());
  const auto bindings = SM_TRY(session->store.list_bindings());
  const bool own = std::ranges::binary_search(secret, *fingerprint);
  const auto description = SM_TRY(description_of(*session, *fingerprint, own, bindings));
  if (!description) return 2;
  SM_TRY(context.print(context.json() ? json_line("smkey.show/1", json_of(*description, now))
                                      : text_of(*description, now, context.color())));
  return 0;
}

}  // namespace sm::smkey
