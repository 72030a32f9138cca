#include <doctest/doctest.h>

#include "fakes.hpp"
#include "mtasts/delivery.hpp"
#include "mtasts/next_hop.hpp"

using namespace sm;
using namespace sm::mtasts;
using dane::Coverage;
using Kind = Delivery::Kind;

namespace {

Standing standing_of(std::optional<Mode> mode) {
  Standing standing{.domain = "example.org", .holds = 3600};
  if (mode) standing.policy = Policy{.mode = *mode, .mx = {"mx.example.org", "*.example.net"}, .max_age = 86'400};
  return standing;
}

// What Postfix is told: a value, "none" or "temporary".
std::string told(const Delivery& delivery) {
  if (delivery.kind == Kind::policy) return delivery.value;
  return delivery.kind == Kind::none ? "none" : "temporary";
}

std::string told(Coverage coverage, std::optional<Mode> mode, PostfixForm form = PostfixForm::before_3_10) {
  return told(decide({.coverage = coverage, .ttl = 300, .reason = "r"}, standing_of(mode), form));
}

const std::string secure = "secure match=mx.example.org:.example.net servername=hostname";

// No server has to prove anything here.
class NoJudge final : public dane::ChainJudge {
 public:
  Result<dane::ChainVerdict> verify(const dane::ChainQuestion&) const override { return dane::ChainVerdict{}; }
  bool full_data_parses(const dns::Tlsa&) const override { return false; }
  Result<dane::CertificateFacts> read(const std::string&) const override { return dane::CertificateFacts{}; }
};

}  // namespace

TEST_CASE("delivery: the whole table") {
  struct Row {
    Coverage coverage;
    std::string enforce;
    std::string testing;  // and none, and no policy
  };
  const Row table[] = {
      {Coverage::all, "dane-only", "dane-only"},
      {Coverage::some, "dane-only", "dane"},
      {Coverage::insecure, secure, "dane"},
      {Coverage::unusable, secure, "dane"},
      {Coverage::none, secure, "none"},
      {Coverage::no_mail, secure, "none"},
      {Coverage::temporary, "temporary", "temporary"},
  };
  for (const Row& row : table) {
    CAPTURE(name_of(row.coverage));
    CHECK(told(row.coverage, Mode::enforce) == row.enforce);
    CHECK(told(row.coverage, Mode::testing) == row.testing);
    CHECK(told(row.coverage, Mode::none) == row.testing);
    CHECK(told(row.coverage, std::nullopt) == row.testing);
  }
}

TEST_CASE("delivery: attributes are for Postfix 3.10, and for policies of MTA-STS alone") {
  const auto form = PostfixForm::from_3_10;
  CHECK(told(Coverage::none, Mode::enforce, form) ==
        secure +
            " policy_type=sts policy_domain=example.org mx_host_pattern=mx.example.org mx_host_pattern=*.example.net"
            " { policy_string = version: STSv1 } { policy_string = mode: enforce }"
            " { policy_string = mx: mx.example.org } { policy_string = mx: *.example.net }"
            " { policy_string = max_age: 86400 }");
  CHECK(told(Coverage::all, Mode::enforce, form) == "dane-only");
  CHECK(told(Coverage::some, Mode::none, form) == "dane");
  CHECK(told(Coverage::none, Mode::testing, form) == "none");
  // What would be too long for a reply goes without.
  Standing standing = standing_of(Mode::enforce);
  for (int i = 0; i < 2000; ++i) standing.policy->mx.push_back("mx" + std::to_string(i) + ".a-long-name.example.org");
  const Delivery delivery = decide({.coverage = Coverage::none, .ttl = 300, .reason = {}}, standing, form);
  CHECK(delivery.value.size() < 90'000);
  CHECK(delivery.value.find("policy_type") == std::string::npos);
  CHECK(delivery.value.ends_with(".org servername=hostname"));
}

TEST_CASE("delivery: it holds as long as the least of what led to it, and names its entry") {
  const auto holds = [](std::uint32_t ttl, std::int64_t policy) {
    Standing standing = standing_of(Mode::enforce);
    standing.holds = policy;
    return decide({.coverage = Coverage::none, .ttl = ttl, .reason = {}}, standing, PostfixForm::before_3_10).holds;
  };
  CHECK(holds(300, 3600) == 300);
  CHECK(holds(3600, 20) == 20);
  CHECK(holds(0, 3600) == 1);
  CHECK(holds(4'000'000'000, 3600) == 3600);

  Standing standing = standing_of(Mode::enforce);
  standing.entry = Entry{.domain = "example.org", .id = "1", .body = "b", .body_hash = "h"};
  standing.error = fail(ErrorKind::temporary, "net.timeout", "late").error;
  standing.warnings = {"w"};
  const Delivery delivery = decide({.coverage = Coverage::none, .ttl = 5, .reason = {}}, standing, {});
  CHECK(delivery.mark == mark_of(standing.entry));
  CHECK(!delivery.mark.empty());
  CHECK(delivery.code == "net.timeout");
  CHECK(delivery.warnings == standing.warnings);
  CHECK(delivery.mode == Mode::enforce);
  CHECK(mark_of(std::nullopt).empty());
  CHECK(mark_of(Entry{.domain = "example.org"}).empty());
  auto other = standing.entry;
  other->fetched = 7;
  CHECK(mark_of(other) == delivery.mark);
  other->id = "2";
  CHECK(mark_of(other) != delivery.mark);

  const Delivery temporary = decide({.coverage = Coverage::temporary, .ttl = 0, .reason = "bogus"}, standing, {});
  CHECK(temporary.reason == "bogus");
  CHECK(temporary.code == "dane.temporary");
  CHECK(temporary.holds == 10);
}

TEST_CASE("delivery: never an empty match, and never an address") {
  const auto told_of = [](std::vector<std::string> patterns) {
    Standing standing = standing_of(Mode::enforce);
    standing.policy->mx = std::move(patterns);
    return told(decide({.coverage = Coverage::none, .ttl = 5, .reason = {}}, standing, {}));
  };
  CHECK(told_of({}) == "temporary");
  CHECK(told_of({"192.0.2.1"}) == "temporary");
  CHECK(told_of({"*.0.2.1"}) == "temporary");
  CHECK(told_of({"192.0.2.1", "a.example", "192.0.2.2"}) == "secure match=a.example servername=hostname");
  // The reader of policies lets these not even come so far.
  CHECK(!read_policy("version: STSv1\nmode: enforce\nmax_age: 86400\n").policy);
  CHECK(!read_policy("version: STSv1\nmode: enforce\nmx: [192.0.2.1]\nmax_age: 86400\n").policy);
  CHECK(!read_policy("version: STSv1\nmode: enforce\nmx: 2001:db8::1\nmax_age: 86400\n").policy);
}

TEST_CASE("deliveries: both are asked for at once, and the answer comes once") {
  World world;
  const NoJudge judge;
  Deliveries deliveries(world.resolver, judge, *world.keeper, PostfixForm::before_3_10);
  const auto ask = [&](std::string_view key) {
    std::vector<Delivery> answers;
    const auto hop = next_hop(key, [](std::string_view) -> Result<std::string> { return std::string(); });
    deliveries.ask(hop.value(), [&](Delivery delivery) { answers.push_back(std::move(delivery)); });
    CHECK(world.resolver.open() >= 2);
    world.drive();
    REQUIRE(answers.size() == 1);
    return answers.front();
  };
  const std::string mx = "example.org. 60 IN MX 10 mx.example.org.\nmx.example.org. 60 IN A 192.0.2.1\n";
  const std::string tlsa =
      "_25._tcp.mx.example.org. 60 IN TLSA 3 1 1 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n";
  world.resolver.add(mx);
  CHECK(told(ask("example.org")) == "secure match=mx.example.org servername=hostname");
  world.resolver.add(tlsa);
  CHECK(told(ask("example.org")) == "dane-only");
  world.resolver.fail(dns::Failure::servfail, "_25._tcp.mx.example.org");
  CHECK(told(ask("example.org")) == "temporary");

  // A smart host is its own policy domain, and needs no MX.
  world.publish("1", World::enforce());
  world.resolver.add(mx + tlsa);
  CHECK(told(ask("[mx.example.org]")) == "dane-only");
  CHECK(told(ask("[mx.example.org]:587")) == "none");
  CHECK(world.resolver.asked().back() == "_587._tcp.mx.example.org TLSA");

  // Without the cache DANE alone may decide, and nothing else.
  world.cache.broken = fail(ErrorKind::data, "cache.damaged", "damaged").error;
  const Delivery alone = ask("example.org");
  CHECK(told(alone) == "dane-only");
  CHECK(alone.warnings == std::vector<std::string>{"damaged"});
  world.publish("1", World::enforce());
  world.resolver.add(mx);
  const Delivery none = ask("example.org");
  CHECK(told(none) == "temporary");
  CHECK(none.code == "cache.damaged");
}

TEST_CASE("deliveries: where DANE alone decides, nobody waits for a policy host") {
  World world;
  const NoJudge judge;
  Deliveries deliveries(world.resolver, judge, *world.keeper, PostfixForm::before_3_10);
  const std::string mx = "example.org. 60 IN MX 10 mx.example.org.\nmx.example.org. 60 IN A 192.0.2.1\n";
  const std::string tlsa =
      "_25._tcp.mx.example.org. 60 IN TLSA 3 1 1 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n";
  const auto ask = [&] {
    std::vector<std::string> answers;
    const auto hop = next_hop("example.org", [](std::string_view) -> Result<std::string> { return std::string(); });
    deliveries.ask(hop.value(), [&](const Delivery& delivery) { answers.push_back(told(delivery)); });
    while (world.resolver.open() != 0) world.resolver.process({});
    const std::vector<std::string> at_once = answers;
    CHECK(world.http.open() == 1);
    world.drive();
    CHECK(answers.size() == 1);
    return at_once;
  };
  world.resolver.add(mx + tlsa);
  CHECK(ask() == std::vector<std::string>{"dane-only"});
  world.publish("2", World::enforce());
  world.resolver.add(mx);
  CHECK(ask().empty());
  world.publish("3", World::enforce());
  world.resolver.add(mx + tlsa);
  world.resolver.fail(dns::Failure::servfail, "_25._tcp.mx.example.org");
  CHECK(ask() == std::vector<std::string>{"temporary"});
}
