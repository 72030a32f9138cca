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

// Bindings to this certificate.
std::vector<Binding> bound_to(const std::vector<Binding>& all, const Fingerprint& fingerprint) {
  std::vector<Binding> found;
  std::ranges::copy_if(all, std::back_inserter(found),
                       [&](const Binding& binding) { return binding.fingerprint == fingerprint; });
  return found;
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
  const auto all = context.flag("secret") ? SM_TRY(session->store.secret_fingerprints())
                                          : SM_TRY(session->store.list_certificates());
  const auto secret = SM_TRY(session->store.secret_fingerprints());
  const auto all_bindings = SM_TRY(session->store.list_bindings());

  bool any = false;
  std::string text;
  for (const Fingerprint& fingerprint : all) {
    const auto certificate = SM_TRY(session->store.certificate(fingerprint));
    if (!certificate) continue;
    auto info = session->reader->inspect(*certificate);
    if (!info) {
      context.warn(fingerprint + ": " + info.error().message);
      continue;
    }
    if (!matches(*info, pattern)) continue;
    const std::int64_t end = ends(*info, now);
    if (horizon && (end == 0 || end > *horizon || state_of(*info, now) != "usable")) continue;
    any = true;
    const Description description{.info = std::move(*info),
                                  .secret_stored = std::ranges::count(secret, fingerprint) > 0,
                                  .bindings = bound_to(all_bindings, fingerprint)};
    text += context.json() ? json_line("smkey.list/1", json_of(description, now)) : line_of(description, now);
  }
  SM_TRY(context.print(text));
  if (horizon) return any ? 1 : 0;
  return any || pattern.empty() ? 0 : 2;
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
  const auto certificate = SM_TRY(session->store.certificate(*fingerprint));
  if (!certificate) return 2;
  Description description{.info = SM_TRY(session->reader->inspect(*certificate))};
  if (const auto secret = SM_TRY(session->store.secret_key(*fingerprint))) {
    const KeyInput input = SM_TRY(session->reader->read(secret->view()));
    description.secret_stored = true;
    description.secret_protected = !input.keys.empty() && input.keys.front().secret_protected;
  }
  const auto all_bindings = SM_TRY(session->store.list_bindings());
  description.bindings = bound_to(all_bindings, *fingerprint);
  SM_TRY(
      context.print(context.json() ? json_line("smkey.show/1", json_of(description, now)) : text_of(description, now)));
  return 0;
}

}  // namespace sm::smkey
