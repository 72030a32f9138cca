// What a sender knows of a domain's policy: the cache first, the network where that is not enough (RFC 8461 §3.3,
// §5.1).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "mtasts/cache.hpp"
#include "mtasts/discovery.hpp"

namespace sm::mtasts {

inline constexpr std::int64_t retry_after = 300;        // seconds at least between failed tries by the same id (§3.3)
inline constexpr std::int64_t refresh_after = day;      // seconds until a policy is fetched again though its id stands
inline constexpr std::int64_t forget_after = 30 * day;  // seconds that `refresh` still tries for what has expired
inline constexpr std::int64_t ask_again_after = 60;     // seconds for which a DNS that does not answer is left alone

// When a policy is to be fetched again: after refresh_after, of a shorter-lived one after half its life (§10.2: "before
// they expire", "once per day"). Precondition: it has one.
std::int64_t due_at(const Entry& entry);

struct Standing {
  enum class From { none, cache, network };
  std::string domain;            // A-labels, lower case, no dot at the end
  std::optional<Policy> policy;  // that counts now; none: behave as if there were none (§3.3)
  From from = From::none;
  std::optional<Entry> entry;  // as it is in the cache now, or would be if `write` were set
  // Why the network had nothing better, a cached policy may count nevertheless; or why the cache did not take it.
  std::optional<Error> error;
  RecordState record = RecordState::unknown;  // unknown also if it was not asked for
  std::string record_id;
  // Seconds for which this holds without asking again; at least 1; never beyond the policy's end.
  std::int64_t holds = 1;
  std::vector<std::string> warnings;  // "same id, new body", "a refresh failed" …; for a log; untrusted
};

struct KeeperPorts {
  dns::Resolver& resolver;
  net::HttpClient& client;
  Cache& cache;
  const Clock& clock;
};

struct KeeperOptions {
  bool write = true;   // only serve and refresh write to the cache
  bool named = false;  // net::Request::named
  std::chrono::milliseconds dns_timeout{10'000};
  std::chrono::milliseconds fetch_timeout{60'000};
};

class Keeper {
 public:
  Keeper(const KeeperPorts& ports, const KeeperOptions& options);

  using Done = std::function<void(Result<Standing>)>;  // an error: of the cache alone

  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  // Asks for the record, fetches the policy if its id is not the cached one's, and keeps it. Many askers of one domain
  // share one look-up. What is cached and valid under the same id is the answer at once; if it is due (due_at()), and
  // `write` is set, it is fetched behind that. Calls back once, from a port's process() or, where the cache fails, from
  // here. The ports call back to this: they must end first, or with it.
  void policy_of(const dns::Name& domain, Done done);
  // Fetches even though the id is the cached one's: what `refresh` does with what is due. What stands in the way of
  // that is noted as a failure in the cache, also that the record is gone.
  void refresh(const dns::Name& domain, Done done);

 private:
  struct Job;
  enum class Aim { answer, refresh };

  void begin(const dns::Name& domain, Aim aim, Done done);
  void take_record(const std::shared_ptr<Job>& job, const RecordAnswer& answer);
  void fetch(const std::shared_ptr<Job>& job);
  void fetch_behind(const Job& job);
  void keep(Job& job, PolicyAnswer answer);
  void fail_with(Job& job, Error error, bool is_refresh);
  void finish(const std::shared_ptr<Job>& job);

  KeeperPorts ports_;
  KeeperOptions options_;
  std::map<std::pair<dns::Name, Aim>, std::shared_ptr<Job>> jobs_;  // those that others may join
  std::set<dns::Name> behind_;                                      // being fetched behind an answer
  std::map<dns::Name, std::vector<std::string>> unsaid_;            // warnings of that, for the next answer
};

}  // namespace sm::mtasts
