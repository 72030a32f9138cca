// What Postfix is told of a domain: DANE and MTA-STS together, as one line of smtp_tls_policy_maps.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "dane/destination.hpp"
#include "mtasts/keeper.hpp"

namespace sm::mtasts {

struct Delivery {
  enum class Kind { policy, none, temporary };
  Kind kind = Kind::temporary;
  std::string value;   // of policy: "secure match=a:.b servername=hostname", "dane-only", "dane"; never an empty match
  std::string reason;  // of temporary; untrusted
  std::int64_t holds = 1;  // seconds for which this may be said again without asking
  // mark_of() the cache's entry that it rests on, empty if there is none: when that changes, this does not hold.
  std::string mark;
  std::vector<std::string> warnings;  // for a log; untrusted
};

std::string mark_of(const std::optional<Entry>& entry);

// Which attributes Postfix knows.
enum class PostfixForm { before_3_10, from_3_10 };

// The rule, without asking anybody (RFC 8461 §2, §5; RFC 7672 §2.2). DANE wins; what is unknown of it is temporary.
Delivery decide(const dane::Destination& dane, const Standing& standing, PostfixForm form);

class Deliveries {
 public:
  Deliveries(dns::Resolver& resolver, const dane::ChainJudge& judge, Keeper& keeper, PostfixForm form);
  // Asks for both at once, and calls back once, when all of it is known. Who can't wait so long says "temporary"
  // himself.
  void ask(const dns::Name& domain, std::function<void(Delivery)> done);

 private:
  dns::Resolver& resolver_;
  const dane::ChainJudge& judge_;
  Keeper& keeper_;
  PostfixForm form_;
};

}  // namespace sm::mtasts
