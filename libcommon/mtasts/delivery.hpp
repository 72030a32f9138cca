// What Postfix is told of a domain: DANE and MTA-STS together, as one line of smtp_tls_policy_maps.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dane/destination.hpp"
#include "mtasts/keeper.hpp"

namespace sm::mtasts {

struct Delivery {
  enum class Kind { policy, none, temporary };
  Kind kind = Kind::temporary;
  std::string value;   // of policy: "secure match=a:.b servername=hostname", "dane-only", "dane"; never an empty match
  std::string reason;  // of temporary; untrusted
  std::string code;    // Error::code of what went wrong on the way, "dane.temporary" of DANE; empty: nothing
  std::int64_t holds = 1;  // seconds for which this may be said again without asking
  // mark_of() the cache's entry that it rests on, empty if there is none: when that changes, this does not hold.
  std::string mark;
  std::vector<std::string> warnings;  // for a log; untrusted
  dane::Coverage dane = dane::Coverage::temporary;
  std::optional<Mode> mode;  // of the policy that counts; none: there is none, or it is not known
};

std::string mark_of(const std::optional<Entry>& entry);

// Which attributes Postfix knows: policy_type=sts and those that go with it came with 3.10, and older ones take them
// for a mistake (postconf(5), smtp_tls_policy_maps).
enum class PostfixForm { before_3_10, from_3_10 };

// The rule, without asking anybody (RFC 8461 §2, §5; RFC 7672 §2.2). DANE wins; what is unknown of it is temporary.
Delivery decide(const dane::Destination& dane, const Standing& standing, PostfixForm form);

class Deliveries {
 public:
  // `dns_timeout`: of each question about DANE.
  Deliveries(dns::Resolver& resolver, const dane::ChainJudge& judge, Keeper& keeper, PostfixForm form,
             std::chrono::milliseconds dns_timeout = std::chrono::milliseconds(10'000));
  // Asks for both at once, and calls back once, when all of it is known that matters: where DANE alone decides, nobody
  // waits for a policy. Who can't wait so long says "temporary"
  // himself. The policy domain is next_hop.name: a smart host is its own (RFC 8461 §3.4).
  void ask(const dane::NextHop& next_hop, std::function<void(Delivery)> done);

 private:
  dns::Resolver& resolver_;
  const dane::ChainJudge& judge_;
  Keeper& keeper_;
  PostfixForm form_;
  std::chrono::milliseconds dns_timeout_;
};

}  // namespace sm::mtasts
