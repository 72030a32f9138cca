#include <algorithm>
#include <set>

#include "base/primitives.hpp"
#include "cache_file.hpp"
#include "cli/exit.hpp"
#include "commands.hpp"
#include "json/line.hpp"
#include "mtasts/keeper.hpp"
#include "network.hpp"
#include "resolver/options.hpp"
#include "text/ascii.hpp"
#include "text/time.hpp"

namespace sm::smmtasts {
namespace {

using mtasts::Entry;
using mtasts::Standing;

constexpr std::size_t default_jobs = 20;

struct Subject {
  dns::Name name;
  bool is_named = false;  // by the user
  bool was_valid = false;
  std::string body_hash;  // of what was cached; empty: nothing
  std::int64_t expires = 0;
};

// At random up to an eighth earlier than due: not all that was fetched together is fetched together again, and nobody
// can tell when to be in the way (RFC 8461 §10.2).
bool is_due(const Entry& entry, std::int64_t now) {
  const std::int64_t due = due_at(entry);
  std::uint32_t random = 0;
  random_bytes({reinterpret_cast<char*>(&random), sizeof random});
  const std::int64_t earlier = (due - entry.fetched) / 8 * random / UINT32_MAX;
  return now >= due - earlier;
}

bool was_tried(const Entry& entry, std::int64_t now) {
  return entry.failure && entry.failure->when <= now && now < entry.failure->when + mtasts::retry_after;
}

// What ends first comes first: it is what a run that is ended early must not miss.
Result<std::vector<Subject>> subjects_of(const cli::Context& context, mtasts::Cache& cache) {
  std::set<dns::Name> named;
  for (const std::string& argument : context.arguments()) named.insert(SM_TRY(parse_domain(argument)));
  std::vector<Subject> subjects;
  const std::int64_t now = context.clock().now();
  SM_TRY(cache.each([&](const Entry& entry) -> Result<void> {
    auto name = dns::Name::parse(entry.domain);
    if (!name) return {};
    const bool is_named = named.erase(*name) != 0;
    const bool is_damaged = entry.failure && entry.failure->code == mtasts::damaged_entry;
    if (is_named || is_damaged || (entry.has_policy() && is_due(entry, now) && !was_tried(entry, now)))
      subjects.push_back(
          {*std::move(name), is_named || is_damaged, entry.is_valid(now), entry.body_hash, entry.expires});
    return {};
  }));
  std::ranges::sort(subjects, {}, &Subject::expires);
  for (const dns::Name& name : named) subjects.push_back({.name = name, .is_named = true});
  return subjects;
}

class Refresh {
 public:
  Refresh(cli::Context& context, const Network& network, mtasts::Cache& cache, std::vector<Subject> subjects)
      : context_(context),
        network_(network),
        keeper_({network.resolver(), network.client(), cache, context.clock()},
                {.dns_timeout = network.dns_timeout, .fetch_timeout = network.fetch_timeout}),
        subjects_(std::move(subjects)) {}

  Result<int> run(std::size_t jobs) {
    std::vector<pollfd> polled;
    std::size_t next = 0;
    while (true) {
      for (; next < subjects_.size() && next - done_ < jobs; ++next)
        keeper_.refresh(subjects_[next].name, [this, next](Result<Standing> standing) {
          ++done_;
          if (failed_) return;
          auto taken = standing ? take(subjects_[next], *standing) : Result<void>(Unexpected{standing.error()});
          if (!taken) failed_ = std::move(taken).error();
        });
      // What is wrong with the cache is wrong for all of them.
      if (failed_) return Unexpected{*std::move(failed_)};
      if (done_ == subjects_.size()) return status_;
      polled.clear();
      turn({&network_.resolver(), &network_.client()}, polled);
    }
  }

 private:
  static std::string_view result_of(const Subject& subject, const Standing& standing) {
    if (standing.from == Standing::From::network && !standing.error) {
      if (subject.body_hash.empty()) return "added";
      return subject.body_hash == standing.entry->body_hash ? "refreshed" : "changed";
    }
    // Neither here nor there.
    const bool no_policy = standing.record == mtasts::RecordState::absent && !standing.error;
    return no_policy ? "no-policy" : "failed";
  }

  Result<void> take(const Subject& subject, const Standing& standing) {
    if (standing.error && standing.error->code.starts_with("cache.") && !standing.error->retry())
      return Unexpected{*standing.error};
    const std::string_view result = result_of(subject, standing);
    for (const std::string& warning : standing.warnings) context_.warn(standing.domain + ": " + warning);
    // Nobody loses anything by the others: mode none, and what has expired long since.
    const bool matters =
        subject.is_named || (subject.was_valid && standing.policy && standing.policy->mode != mtasts::Mode::none);
    if (result == "failed" && matters) {
      status_ = cli::exit_temporary;
      if (standing.warnings.empty()) context_.warn(standing.domain + ": " + standing.error->message);
    } else if (result == "no-policy") {
      context_.warn(standing.domain + ": there is no policy");
    } else {
      std::string text = standing.domain + ": " + std::string(result);
      if (standing.error) text.append(": ").append(standing.error->message);
      context_.note(text);
    }
    if (!context_.json()) return {};
    return context_.print(json_line("smmtasts.refresh/1", json_of(result, standing, context_.clock().now())));
  }

  static json::Value json_of(std::string_view result, const Standing& standing, std::int64_t now) {
    json::Array warnings;
    for (const std::string& warning : standing.warnings) warnings.push_back(warning);
    json::Value run = json::object({{"time", rfc3339(now)}, {"warnings", std::move(warnings)}});
    if (standing.policy) run.add("expires", rfc3339(standing.entry->expires));
    if (standing.error) run.add("reason", standing.error->message);
    return json::object({{"domain", standing.domain},
                         {"result", result},
                         {"mode", standing.policy ? json::Value(name_of(standing.policy->mode)) : json::Value()},
                         {"error", standing.error ? json::Value(standing.error->code) : json::Value()},
                         {"run", std::move(run)}});
  }

  cli::Context& context_;
  const Network& network_;
  mtasts::Keeper keeper_;
  std::vector<Subject> subjects_;
  std::size_t done_ = 0;
  int status_ = cli::exit_yes;
  std::optional<Error> failed_;
};

}  // namespace

Result<int> refresh(cli::Context& context) {
  if (const auto option = option_against_keeping(context); !option.empty())
    return fail(ErrorKind::usage, "smmtasts.kept", "refresh does not go with --" + std::string(option),
                "what it fetches is kept, and obeyed later without it");
  const std::size_t jobs = SM_TRY(jobs_of(context, default_jobs));
  const auto cache = SM_TRY(open_cache(context, sqlite::Access::write));
  SM_TRY(cache->drop_before(context.clock().now() - mtasts::forget_after));
  auto subjects = SM_TRY(subjects_of(context, *cache));
  if (subjects.empty()) return 0;
  const Network network = SM_TRY(Network::open(context, jobs));
  return Refresh(context, network, *cache, std::move(subjects)).run(jobs);
}

}  // namespace sm::smmtasts
