#include <algorithm>

#include "arrival.hpp"
#include "base/limits.hpp"
#include "cli/sibling.hpp"
#include "commands.hpp"
#include "crypto/armor.hpp"
#include "json/line.hpp"
#include "key_server.hpp"
#include "keystore/resolve.hpp"
#include "mime/address.hpp"
#include "text/printable.hpp"

namespace sm::smkey {
namespace {

struct Found {
  BindingSource source = BindingSource::wkd;
  std::vector<Arrival> certificates;  // those of the address, in the order in which they came
};

std::string_view name_of(BindingSource source) {
  return source == BindingSource::wkd ? "the Web Key Directory" : "the key server";
}

// The certificates of the address in an answer. smkey.answer (data): there is none in it.
Result<Found> read_answer(Session& session, BindingSource source, std::string_view answer, const std::string& address,
                          const std::string& bound) {
  Found found{.source = source, .certificates = {}};
  std::optional<Error> damaged;
  for (const std::string& certificate : SM_TRY(split_answer(answer))) {
    auto arrival = arrival_of_address(session, certificate, address, bound);
    if (!arrival && arrival.error().kind != ErrorKind::data) return Unexpected{std::move(arrival).error()};
    if (!arrival) {
      damaged = std::move(arrival).error();
    } else if (*arrival) {
      found.certificates.push_back(std::move(**arrival));
    }
  }
  if (found.certificates.empty() && damaged) return Unexpected{std::move(*damaged)};
  if (found.certificates.empty())
    return fail(ErrorKind::data, "smkey.answer", "no certificate in the answer has the address " + address);
  return found;
}

void pass_on_notes(cli::Context& context, std::string_view diagnostics) {
  while (!diagnostics.empty()) {
    const std::string_view line = diagnostics.substr(0, diagnostics.find('\n'));
    if (!line.empty()) context.note(line);
    diagnostics.remove_prefix(std::min(line.size() + 1, diagnostics.size()));
  }
}

// What smwkd wrote: certificates in binary or, where the configuration says json = yes, in a document.
std::string certificates_in(std::string_view output) {
  if (!output.starts_with('{')) return std::string(output);
  const auto document = json::read(output.substr(0, output.find('\n')));
  const json::Value* const list = document ? document->find("certificates") : nullptr;
  std::string certificates;
  if (list && list->array()) {
    for (const json::Value& one : *list->array()) {
      const json::Value* const text = one.find("certificate");
      if (text && text->string()) certificates += *text->string();
    }
  }
  return certificates;
}

// nullopt: the directory has none, or there is no directory.
Result<std::optional<Found>> ask_directory(Session& session, const std::string& address, const std::string& bound) {
  std::vector<std::string> command = cli::sibling("smwkd", session.context, true);
  command.insert(command.end(), {"get", "--", address});
  const auto said = SM_TRY(cli::converse(command, {}, 2 * limits::network_certificate));
  pass_on_notes(session.context, said.diagnostics);
  if (said.status == 2) return std::optional<Found>();
  if (said.status != 0) return cli::sibling_failure("smwkd", "smkey.search", said);
  const std::string answer = certificates_in(said.output.view());
  return std::optional(SM_TRY(read_answer(session, BindingSource::wkd, answer, address, bound)));
}

Result<std::optional<Found>> ask_server(Session& session, const std::string& address, const std::string& bound) {
  KeyServer server = SM_TRY(KeyServer::open(session.context));
  const auto answer = SM_TRY(server.ask(address));
  if (!answer) return std::optional<Found>();
  return std::optional(SM_TRY(read_answer(session, BindingSource::vks, *answer, address, bound)));
}

// The directory is the domain's own word. Whoever can keep it from being heard must not thereby have the key server's
// word taken for it: only a directory that answered, and has nothing, lets the server be asked.
Result<std::optional<Found>> look_up(Session& session, const std::string& address, const std::string& bound) {
  auto in_directory = ask_directory(session, address, bound);
  if (in_directory && *in_directory) return in_directory;
  if (!in_directory) {
    Error& error = in_directory.error();
    // That its address is private is what a forged answer of the DNS could say.
    const bool answered =
        error.kind == ErrorKind::data || (error.kind == ErrorKind::unavailable && error.code != "net.private-address");
    if (!answered) {
      if (error.kind == ErrorKind::temporary)
        error.hint =
            "the key server is not asked in its place; to take its word: smvks get " + address + " | smkey import";
      return in_directory;
    }
    session.context.note("the Web Key Directory gave no answer that can be used: " + error.message);
  }
  auto on_server = ask_server(session, address, bound);
  // What is wrong with a directory says more than that the server has nothing.
  if (on_server && !*on_server && !in_directory) return in_directory;
  return on_server;
}

bool is_usable(const Arrival& arrival, std::int64_t now) {
  return encryption_key(arrival.info, now).key != nullptr;
}

Unexpected unusable(const Arrival& arrival, BindingSource source, std::int64_t now) {
  const Unusable why = encryption_key(arrival.info, now).why;
  const bool revoked = why == Unusable::revoked;
  const bool expired = why == Unusable::expired;
  std::string message(name_of(source));
  message.append(" has the certificate ").append(arrival.fingerprint);
  message.append(revoked   ? ", which is revoked"
                 : expired ? ", which has expired"
                           : ", to which nothing can be encrypted");
  return fail(ErrorKind::key, revoked ? "key.revoked" : expired ? "key.expired" : "key.unusable", std::move(message));
}

std::string_view word(Change change) {
  return change == Change::created ? "new" : change == Change::updated ? "updated" : "unchanged";
}

Result<void> report(cli::Context& context, const std::string& address, const Fingerprint& fingerprint,
                    BindingSource source, Change change, bool is_fresh) {
  if (context.quiet()) return {};
  const std::string result(word(change));
  const std::string from(binding_source_name(source));
  if (context.json())
    return context.print(json_line("smkey.search/1", json::Object{{"address", address},
                                                                  {"fingerprint", fingerprint},
                                                                  {"source", from},
                                                                  {"result", result},
                                                                  {"bound", is_fresh}}));
  std::string line = printable(address);
  line.append("  ").append(fingerprint).append("  ").append(from).append("  ").append(result).append("\n");
  return context.print(line);
}

Result<Change> take(Session& session, const Arrival& arrival) {
  return session.store.put_certificate(arrival.info, arrival.news);
}

// What was found for an address that is bound to `bound`.
Result<int> compare(Session& session, const std::string& address, const Fingerprint& bound, const Found& found) {
  const std::int64_t now = session.context.clock().now();
  bool is_there = false;  // the bound certificate, and it can be used
  const Arrival* other = nullptr;
  for (const Arrival& arrival : found.certificates) {
    if (arrival.fingerprint == bound) {
      const Change change = SM_TRY(take(session, arrival));
      SM_TRY(report(session.context, address, bound, found.source, change, false));
      is_there = is_usable(arrival, now);
    } else if (!other && is_usable(arrival, now)) {
      other = &arrival;
    }
  }
  if (!is_there && other) {
    SM_TRY(take(session, *other));
    SM_TRY(session.store.record_conflict(address, other->fingerprint, found.source));
  }
  // A conflict, this one or an older one, is said as it is said to who encrypts.
  SM_TRY(resolve_recipient(session.store, address));
  if (!is_there) return unusable(found.certificates.front(), found.source, now);
  return 0;
}

Result<int> bind(Session& session, const std::string& address, const Found& found) {
  const std::int64_t now = session.context.clock().now();
  const auto chosen =
      std::ranges::find_if(found.certificates, [&](const Arrival& arrival) { return is_usable(arrival, now); });
  for (const Arrival& arrival : found.certificates) {
    // What is here already is told what is new, be it that it is revoked.
    if (!is_usable(arrival, now) && SM_TRY(session.store.has_certificate(arrival.fingerprint)))
      SM_TRY(take(session, arrival));
  }
  if (chosen == found.certificates.end()) return unusable(found.certificates.front(), found.source, now);
  const Change change = SM_TRY(take(session, *chosen));
  if (SM_TRY(session.store.bind(address, chosen->fingerprint, found.source)) != Change::created) {
    // Somebody else was faster.
    const auto binding = SM_TRY(session.store.binding(address));
    if (binding && binding->fingerprint != chosen->fingerprint)
      return compare(session, address, binding->fingerprint, found);
  }
  SM_TRY(report(session.context, address, chosen->fingerprint, found.source, change, true));
  return 0;
}

Result<int> show(Session& session, const Found& found) {
  std::vector<const Arrival*> order;
  for (const Arrival& arrival : found.certificates) order.push_back(&arrival);
  const std::int64_t now = session.context.clock().now();
  std::stable_partition(order.begin(), order.end(), [&](const Arrival* arrival) { return is_usable(*arrival, now); });
  std::string packets;
  for (const Arrival* arrival : order) packets += arrival->found;
  SM_TRY(session.context.print(armor(ArmorKind::public_key, packets)));
  return 0;
}

}  // namespace

Result<int> search(cli::Context& context) {
  const std::string& given = context.arguments().front();
  const auto address = mime::parse_address(given);
  if (!address) return fail(ErrorKind::usage, "smkey.address", "not an address: " + given);
  const auto session = SM_TRY(Session::open(context));
  const auto binding = SM_TRY(session->store.binding(*address));
  std::optional<std::string> bound;
  if (binding) bound = SM_TRY(session->store.certificate(binding->fingerprint));

  const auto found = SM_TRY(look_up(*session, *address, bound.value_or(std::string())));
  if (!found) {
    context.note("neither the Web Key Directory nor the key server has a certificate for " + *address);
    return 2;
  }
  if (context.flag("dry-run")) return show(*session, *found);
  if (binding) return compare(*session, *address, binding->fingerprint, *found);
  return bind(*session, *address, *found);
}

}  // namespace sm::smkey
