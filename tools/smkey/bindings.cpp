#include "commands.hpp"
#include "json/line.hpp"
#include "mime/address.hpp"
#include "openpgp/session.hpp"
#include "text/printable.hpp"
#include "text/time.hpp"

namespace sm::smkey {

namespace {

Result<std::string> normal(const std::string& text) {
  auto address = mime::parse_address(text);
  if (!address) return fail(ErrorKind::usage, "smkey.address", "not an address: " + text);
  return std::move(*address);
}

// Whatever hinders telling leaves a conflict what it is.
bool is_successor(Session& session, const Binding& binding, const BindingConflict& conflict) {
  const auto named = session.store.is_successor(binding.address, conflict.fingerprint, binding.fingerprint);
  return named && *named;
}

std::string text_of(Session& session, const Binding& binding) {
  std::string text = printable(binding.address) + "  " + binding.fingerprint + "  " +
                     std::string(binding_source_name(binding.source)) + "  " + rfc3339(binding.first_seen) + "\n";
  for (const BindingConflict& conflict : binding.conflicts)
    text += "  conflict  " + conflict.fingerprint + "  " + std::string(binding_source_name(conflict.source)) + "  " +
            rfc3339(conflict.seen) + (is_successor(session, binding, conflict) ? "  successor\n" : "\n");
  return text;
}

json::Value json_of(Session& session, const Binding& binding) {
  json::Array conflicts;
  for (const BindingConflict& conflict : binding.conflicts)
    conflicts.emplace_back(json::Object{{"fingerprint", conflict.fingerprint},
                                        {"source", std::string(binding_source_name(conflict.source))},
                                        {"seen", rfc3339(conflict.seen)},
                                        {"successor", is_successor(session, binding, conflict)}});
  return json::Object{{"address", binding.address},
                      {"fingerprint", binding.fingerprint},
                      {"source", std::string(binding_source_name(binding.source))},
                      {"first_seen", rfc3339(binding.first_seen)},
                      {"conflicts", std::move(conflicts)}};
}

Result<int> forget(cli::Context& context, Session& session, const std::string& given) {
  const std::string address = SM_TRY(normal(given));
  const auto binding = session.store.binding(address);
  // One that can't be read is forgotten too: that is a way out of it.
  if (!binding && binding.error().code != "store.binding") return Unexpected{binding.error()};
  if (binding && !*binding) return 2;
  const std::string to = binding ? (*binding)->fingerprint : std::string("something that can't be read");
  if (!SM_TRY(context.confirm("forget that " + address + " is bound to " + to + "?")))
    return fail(ErrorKind::usage, "smkey.not-confirmed", "nothing was forgotten");
  SM_TRY(session.store.forget(address));
  return 0;
}

}  // namespace

Result<int> bindings(cli::Context& context) {
  const auto session = SM_TRY(Session::open(context));
  if (const auto address = context.value("forget")) {
    if (!context.arguments().empty())
      return fail(ErrorKind::usage, "smkey.bindings", "--forget names the address, another one does not fit");
    return forget(context, *session, *address);
  }
  std::vector<Binding> found;
  if (context.arguments().empty()) {
    found = SM_TRY(session->store.list_bindings());
  } else {
    const std::string address = SM_TRY(normal(context.arguments().front()));
    auto binding = SM_TRY(session->store.binding(address));
    if (!binding) return 2;
    found.push_back(std::move(*binding));
  }
  std::string text;
  for (const Binding& binding : found)
    text += context.json() ? json_line("smkey.bindings/1", json_of(*session, binding)) : text_of(*session, binding);
  SM_TRY(context.print(text));
  return 0;
}

}  // namespace sm::smkey
