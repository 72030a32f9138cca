#include "backend/idn/idn.hpp"
#include "cache_file.hpp"
#include "cli/exit.hpp"
#include "commands.hpp"
#include "json/line.hpp"
#include "policy_file.hpp"
#include "text/ascii.hpp"
#include "text/printable.hpp"
#include "text/time.hpp"

namespace sm::smmtasts {
namespace {

using mtasts::Entry;

// As the cache has it; a next hop need not be one that can have a policy.
Result<std::string> key_of(const std::string& text) {
  auto name = dns::host_name(text, idn::to_ascii);
  if (name) return lower(name->text());
  name.error().kind = ErrorKind::usage;
  return Unexpected{std::move(name).error()};
}

std::string_view state_of(const Entry& entry, std::int64_t now) {
  if (!entry.has_policy()) return "none";
  return entry.is_valid(now) ? "valid" : "expired";
}

std::string text_of(const Entry& entry, const std::optional<mtasts::Policy>& policy, std::int64_t now) {
  std::string text = printable(entry.domain);
  text.append(": ");
  if (!entry.has_policy())
    text.append("no policy");
  else
    text.append(policy ? name_of(policy->mode) : "unreadable")
        .append(entry.is_valid(now) ? " until " : " expired at ")
        .append(local_time(entry.expires));
  if (entry.failure)
    text.append(", failed at ")
        .append(local_time(entry.failure->when))
        .append(": ")
        .append(printable(entry.failure->code));
  return text.append("\n");
}

std::string details_of(const Entry& entry, const std::optional<mtasts::Policy>& policy) {
  std::string text;
  const auto add = [&](std::string_view key, std::string_view value) {
    text.append(key).append(": ").append(printable(value)).append("\n");
  };
  if (entry.has_policy()) {
    add("id", entry.id);
    add("fetched", local_time(entry.fetched));
    add("sha256", entry.body_hash);
  }
  if (entry.failure) add("failure", entry.failure->message);
  if (!policy) return text;
  for (const std::string& pattern : policy->mx) add("mx", pattern);
  add("max_age", std::to_string(policy->max_age));
  return text;
}

json::Value json_of(const Entry& entry, const std::optional<mtasts::Policy>& policy, std::int64_t now) {
  json::Value run = json::object({{"time", rfc3339(now)}});
  if (entry.has_policy()) {
    run.add("fetched", rfc3339(entry.fetched));
    run.add("expires", rfc3339(entry.expires));
    run.add("due", rfc3339(due_at(entry)));
  }
  if (entry.failure) {
    run.add("failed", rfc3339(entry.failure->when));
    run.add("reason", entry.failure->message);
  }
  return json::object({{"domain", entry.domain},
                       {"state", state_of(entry, now)},
                       {"id", entry.id.empty() ? json::Value() : json::Value(entry.id)},
                       {"policy", policy ? to_json(*policy) : json::Value()},
                       {"sha256", entry.has_policy() ? json::Value(entry.body_hash) : json::Value()},
                       {"failure", entry.failure ? json::Value(entry.failure->code) : json::Value()},
                       {"run", std::move(run)}});
}

std::optional<mtasts::Policy> policy_of(const Entry& entry) {
  return entry.has_policy() ? mtasts::read_policy(entry.body).policy : std::nullopt;
}

}  // namespace

Result<int> cache_list(cli::Context& context) {
  const auto cache = SM_TRY(open_cache(context, sqlite::Access::read));
  const std::int64_t now = context.clock().now();
  std::optional<Error> damaged;
  SM_TRY(cache->each([&](const Entry& entry) {
    const auto policy = policy_of(entry);
    if (entry.failure && entry.failure->code == mtasts::damaged_entry)
      damaged = fail(ErrorKind::data, entry.failure->code, entry.failure->message,
                     "smmtasts refresh fetches it anew; smmtasts cache purge " + entry.domain + " forgets it")
                    .error;
    return context.print(context.json() ? json_line("smmtasts.cache/1", json_of(entry, policy, now))
                                        : text_of(entry, policy, now));
  }));
  if (damaged) return Unexpected{*std::move(damaged)};
  return 0;
}

Result<int> cache_show(cli::Context& context) {
  const std::string domain = SM_TRY(key_of(context.arguments().front()));
  const auto cache = SM_TRY(open_cache(context, sqlite::Access::read));
  const auto entry = SM_TRY(cache->find(domain));
  if (!entry) return cli::exit_absent;
  const std::int64_t now = context.clock().now();
  const auto policy = policy_of(*entry);
  if (context.json()) {
    json::Value members = json_of(*entry, policy, now);
    members.add("body", entry->has_policy() ? json::Value(entry->body) : json::Value());
    SM_TRY(context.print(json_line("smmtasts.cache/1", members)));
    return 0;
  }
  SM_TRY(context.print(text_of(*entry, policy, now)));
  SM_TRY(context.print(details_of(*entry, policy)));
  return 0;
}

Result<int> cache_purge(cli::Context& context) {
  std::optional<std::string> domain;
  if (!context.arguments().empty()) domain = SM_TRY(key_of(context.arguments().front()));
  const auto cache = SM_TRY(open_cache(context, sqlite::Access::change));
  if (!domain) {
    const bool sure = SM_TRY(context.confirm("forget the policies of all domains, and what protects mail to them?"));
    if (!sure) return fail(ErrorKind::usage, "smmtasts.not-confirmed", "nothing was purged");
  }
  const std::size_t count = SM_TRY(cache->purge(domain));
  context.note(std::to_string(count) + (count == 1 ? " entry was purged" : " entries were purged"));
  return 0;
}

}  // namespace sm::smmtasts
