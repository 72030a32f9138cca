// What a domain says of its policy now: the record in the DNS (RFC 8461 §3.1), and what its policy host serves (§3.3).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "dns/resolver.hpp"
#include "mtasts/policy.hpp"
#include "mtasts/record.hpp"
#include "net/http.hpp"

namespace sm::mtasts {

inline constexpr std::chrono::milliseconds fetch_timeout{60'000};  // §3.3: one minute

// "_mta-sts.<domain>". Error: dns.bad-name (data): too long.
Result<dns::Name> record_name(const dns::Name& domain);
// "https://mta-sts.<domain>/.well-known/mta-sts.txt" (§3.2). Error: dns.bad-name (data): too long, or no host's name.
Result<net::Url> policy_url(const dns::Name& domain);

enum class RecordState {
  found,
  absent,   // no such name, no TXT, or none that begins "v=STSv1;"
  invalid,  // several, or one that can't be read: as good as absent (§3.1)
  unknown,  // the DNS gave no answer that can be used
};

std::string_view name_of(RecordState);  // "found"

struct RecordAnswer {
  RecordState state = RecordState::unknown;
  std::optional<Record> record;  // of found
  std::optional<Error> error;    // of invalid: pick_record()'s; of unknown: mtasts.dns (temporary)
  dns::Answer answer;            // its ttl says how long all of this holds; 0 of unknown
};

struct PolicyAnswer {
  std::optional<Policy> policy;           // none: `error` says why
  std::string body;                       // as served with status 200, whether or not it is a policy
  Reading reading;                        // of that body
  std::optional<net::Response> response;  // if the host answered; its body is empty here
  // net.…: no answer came; mtasts.status (temporary): it was not 200; mtasts.policy (data): it is no valid policy
  std::optional<Error> error;
};

// Both call back once, from the port's process(); from here only for a domain that has no record_name() or no
// policy_url(), with that error (an invalid record). Never more than one HTTP exchange: no redirect is
// followed, and nothing but status 200 is a policy (§3.3).
void ask_record(dns::Resolver& resolver, const dns::Name& domain, std::chrono::milliseconds timeout,
                std::function<void(RecordAnswer)> done);
// `client` must match certificates by DNS-ID alone (§3.3). `named`, `certificates`: of net::Request.
void fetch_policy(net::HttpClient& client, const dns::Name& domain, bool named, std::chrono::milliseconds timeout,
                  std::function<void(PolicyAnswer)> done, bool certificates = false);

// Whether there is no policy, and the domain's own doing is why: its policy host answered, or is named wrongly.
// Otherwise another try, or another place, may tell.
bool is_domains_fault(const PolicyAnswer& answer);

}  // namespace sm::mtasts
