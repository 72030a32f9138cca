// What a sender knows of a domain's policy: the cache first, the network where that is not enough (RFC 8461 §3.3,
// §5.1).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "mtasts/cache.hpp"
#include "mtasts/discovery.hpp"

namespace sm::mtasts {

inline constexpr std::int64_t retry_after = 300;    // seconds at least between failed tries (§3.3)
inline constexpr std::int64_t refresh_after = day;  // seconds until a policy is fetched again though its id stands

struct Standing {
  enum class From { none, cache, network };
  std::optional<Policy> policy;  // that counts now; none: behave as if there were none (§3.3)
  From from = From::none;
  std::optional<Entry> entry;  // as it is in the cache now
  std::optional<Error> error;  // why the network had nothing better; a cached policy may count nevertheless
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

  // Asks for the record, fetches the policy if its id is not the cached one's, and keeps it. Many askers of one domain
  // share one look-up. Calls back once, from a port's process() or, where nothing has to be asked, from here.
  void policy_of(const dns::Name& domain, Done done);
  // Fetches even though the id is the cached one's: what `refresh` does with what is due.
  void refresh(const dns::Name& domain, Done done);

 private:
  KeeperPorts ports_;
  KeeperOptions options_;
};

}  // namespace sm::mtasts
