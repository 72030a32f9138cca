#include <optional>

#include "cache_file.hpp"
#include "cli/exit.hpp"
#include "commands.hpp"
#include "json/line.hpp"
#include "mtasts/discovery.hpp"
#include "network.hpp"
#include "policy_file.hpp"
#include "text/ascii.hpp"
#include "text/printable.hpp"
#include "text/time.hpp"

namespace sm::smmtasts {
namespace {

using mtasts::RecordState;

constexpr std::size_t window = 10;

struct Finding {
  mtasts::RecordAnswer record;
  mtasts::PolicyAnswer policy;         // of a record that is found
  std::optional<mtasts::Entry> entry;  // of the cache, where the network has no policy and that one still counts
  std::optional<mtasts::Policy> cached;

  // What counts now (RFC 8461 §3.3).
  const std::optional<mtasts::Policy>& counting() const { return policy.policy ? policy.policy : cached; }
  // Why the network has none.
  std::optional<Error> error() const { return record.state == RecordState::found ? policy.error : record.error; }

  int status() const {
    if (counting()) return cli::exit_yes;
    switch (record.state) {
      case RecordState::absent:
        return cli::exit_absent;
      case RecordState::invalid:
        return cli::exit_no;
      case RecordState::unknown:
        return cli::exit_temporary;
      case RecordState::found:
        break;
    }
    return is_domains_fault(policy) ? cli::exit_no : cli::exit_temporary;
  }
};

std::string_view result_of(int status) {
  switch (status) {
    case cli::exit_yes:
      return "policy";
    case cli::exit_no:
      return "invalid";
    case cli::exit_absent:
      return "no-policy";
    default:
      return "not-known";
  }
}

Finding find(const Network& network, const dns::Name& domain) {
  Finding finding;
  mtasts::ask_record(network.resolver(), domain, network.dns_timeout,
                     [&](mtasts::RecordAnswer answer) { finding.record = std::move(answer); });
  run(network.resolver());
  if (finding.record.state != RecordState::found) return finding;
  mtasts::fetch_policy(network.client(), domain, false, network.fetch_timeout,
                       [&](mtasts::PolicyAnswer answer) { finding.policy = std::move(answer); });
  run(network.client());
  return finding;
}

Result<void> add_cached(const cli::Context& context, const dns::Name& domain, Finding& finding) {
  if (finding.policy.policy) return {};
  const auto cache = SM_TRY(readable_cache(context));
  if (!cache) return {};
  auto entry = SM_TRY(cache->find(lower(domain.text())));
  if (!entry || !entry->is_valid(context.clock().now())) return {};
  finding.cached = mtasts::read_policy(entry->body).policy;
  if (finding.cached) finding.entry = std::move(entry);
  return {};
}

std::string text_of(const dns::Name& domain, const Finding& finding, std::int64_t now) {
  std::string text = domain.text();
  text.append(": ");
  const auto error = finding.error();
  if (!finding.counting()) {
    text.append(result_of(finding.status())).append(": ");
    text += error ? printable(error->message) : "there is no record at _mta-sts." + domain.text();
    return text.append("\n");
  }
  const mtasts::Policy& policy = *finding.counting();
  text.append(name_of(policy.mode)).append(", from the ").append(finding.entry ? "cache" : "network").append("\n");
  text.append("id: ").append(finding.entry ? finding.entry->id : finding.record.record->id).append("\n");
  for (const std::string& pattern : policy.mx) text.append("mx: ").append(pattern).append("\n");
  text.append("max_age: ").append(std::to_string(policy.max_age)).append("\n");
  if (!finding.entry) return text;
  text.append("fetched: ").append(local_time(finding.entry->fetched)).append(", ");
  text.append(std::to_string(now - finding.entry->fetched)).append(" s ago\n");
  text.append("expires: ").append(local_time(finding.entry->expires)).append("\n");
  text.append("why: ").append(error ? printable(error->message) : "there is no record now");
  return text.append("\n");
}

json::Value json_of(const dns::Name& domain, const Finding& finding, std::int64_t now) {
  const auto& policy = finding.counting();
  const auto error = finding.error();
  json::Value record = json::object({{"state", name_of(finding.record.state)}});
  if (finding.record.record) record.add("id", finding.record.record->id);
  json::Value run = json::object({{"time", rfc3339(now)}, {"server", finding.record.answer.server}});
  if (finding.record.state != RecordState::unknown) run.add("ttl", finding.record.answer.ttl);
  if (policy) {
    const std::int64_t fetched = finding.entry ? finding.entry->fetched : now;
    run.add("fetched", rfc3339(fetched));
    run.add("expires", rfc3339(finding.entry ? finding.entry->expires : now + policy->max_age));
    run.add("age", now - fetched);
  }
  if (error) run.add("reason", error->message);
  return json::object({{"domain", domain.text()},
                       {"status", finding.status()},
                       {"result", result_of(finding.status())},
                       {"from", policy ? json::Value(finding.entry ? "cache" : "network") : json::Value()},
                       {"record", std::move(record)},
                       {"policy", policy ? to_json(*policy) : json::Value()},
                       {"error", error ? json::Value(error->code) : json::Value()},
                       {"findings", report::to_json(finding.policy.reading.findings)},
                       {"run", std::move(run)}});
}

}  // namespace

Result<int> lookup(cli::Context& context) {
  const dns::Name domain = SM_TRY(parse_domain(context.arguments().front()));
  const Network network = SM_TRY(Network::open(context, window));
  Finding finding = find(network, domain);
  SM_TRY(add_cached(context, domain, finding));
  const int status = finding.status();
  if (context.json()) {
    SM_TRY(context.print(json_line("smmtasts.lookup/1", json_of(domain, finding, context.clock().now()))));
    return status;
  }
  SM_TRY(context.print(text_of(domain, finding, context.clock().now())));
  if (const auto error = finding.error(); error && !error->hint.empty()) context.note(error->hint);
  if (!finding.policy.policy || context.verbose())
    SM_TRY(context.print(report::text(finding.policy.reading.findings, context.color())));
  return status;
}

}  // namespace sm::smmtasts
