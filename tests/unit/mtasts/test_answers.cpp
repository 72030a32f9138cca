#include <doctest/doctest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "mtasts/answers.hpp"

using namespace sm;
using namespace sm::mtasts;
using std::chrono::milliseconds;

namespace {

struct FakeCache final : Cache {
  std::map<std::string, Entry, std::less<>> entries;
  std::uint64_t changes = 1;
  bool broken = false;
  int finds = 0;

  Result<std::optional<Entry>> find(std::string_view domain) override {
    ++finds;
    if (broken) return fail(ErrorKind::temporary, "cache.busy", "locked");
    const auto found = entries.find(domain);
    return found == entries.end() ? std::optional<Entry>() : found->second;
  }
  Result<void> put(const Entry& entry) override {
    ++changes;
    entries[entry.domain] = entry;
    return {};
  }
  Result<void> put_failure(std::string_view, const Failure&) override { return {}; }
  Result<void> each(const std::function<Result<void>(Entry)>&) override { return {}; }
  Result<std::size_t> purge(std::optional<std::string_view>) override { return std::size_t{0}; }
  Result<std::size_t> drop_before(std::int64_t) override { return std::size_t{0}; }
  Result<std::uint64_t> version() override {
    if (broken) return fail(ErrorKind::temporary, "cache.busy", "locked");
    return changes;
  }
};

Entry entry(std::string domain, std::string body) {
  return {.domain = std::move(domain), .id = "1", .body = body, .body_hash = body, .fetched = 1, .expires = 1000};
}
Delivery policy(std::string value, std::int64_t holds = 100) {
  return {.kind = Delivery::Kind::policy, .value = std::move(value), .reason = {}, .holds = holds, .mark = {}};
}
Delivery none(std::int64_t holds = 100) {
  return {.kind = Delivery::Kind::none, .value = {}, .reason = {}, .holds = holds, .mark = {}};
}
Delivery temporary(std::string reason) {
  return {.value = {}, .reason = std::move(reason), .code = "dns.timeout", .mark = {}};
}

// Look-ups end when the test says so, or at once where `known` has the domain.
struct Fixture {
  FakeCache cache;
  milliseconds now{1'000'000};
  std::vector<std::string> asked;
  std::vector<std::pair<std::string, std::function<void(Delivery)>>> open;
  std::map<std::string, Delivery> known;
  std::vector<std::string> log;
  std::vector<std::string> told;
  Answers answers;

  Answers::Ask asker() {
    return [this](const std::string& domain, std::function<void(Delivery)> done) {
      asked.push_back(domain);
      if (const auto found = known.find(domain); found != known.end())
        done(found->second);
      else
        open.emplace_back(domain, std::move(done));
    };
  }
  explicit Fixture(const AnswersLimits& limits = {})
      : answers(
            cache, asker(), [this] { return now; }, limits, [this](const std::string& line) { log.push_back(line); }) {}

  // The reply if it is there at once, "" otherwise; what comes later is in `told`, with `who`.
  std::string ask(const std::string& domain, const std::string& who = "x") {
    const auto reply =
        answers.ask(domain, [this, who](std::string_view later) { told.push_back(who + " " + std::string(later)); });
    return reply ? std::string(*reply) : "";
  }
  void end(const std::string& domain, const Delivery& delivery) {
    const auto found = std::find_if(open.begin(), open.end(), [&](const auto& one) { return one.first == domain; });
    REQUIRE(found != open.end());
    const auto done = std::move(found->second);
    open.erase(found);
    done(delivery);
  }
};

using All = std::vector<std::string>;

}  // namespace

TEST_CASE("answers/ready: one look-up, then from memory, for as long as it holds") {
  Fixture f;
  CHECK(f.ask("a.example").empty());
  f.end("a.example", policy("dane-only", 10));
  CHECK(f.told == All{"x 12:OK dane-only,"});
  f.now += milliseconds(9'999);
  CHECK(f.ask("a.example") == "12:OK dane-only,");
  CHECK(f.asked == All{"a.example"});
  f.now += milliseconds(1);
  CHECK(f.ask("a.example").empty());
  f.end("a.example", none());
  CHECK(f.ask("a.example") == "9:NOTFOUND ,");
  CHECK(f.answers.counts().ready == 2);
  CHECK(f.answers.counts().lookups == 2);
  CHECK(f.answers.counts().by_kind == std::array<std::uint64_t, 3>{2, 2, 0});
}

TEST_CASE("answers/ready: what is known without waiting is answered at once") {
  Fixture f;
  f.known["a.example"] = none();
  CHECK(f.ask("a.example") == "9:NOTFOUND ,");
  CHECK(f.answers.lookups() == 0);
  CHECK(f.told.empty());
  CHECK(f.answers.timeout() == -1);
}

TEST_CASE("answers/share: many askers, one look-up") {
  Fixture f;
  for (const char* who : {"1", "2", "3"}) CHECK(f.ask("a.example", who).empty());
  CHECK(f.ask("b.example", "4").empty());
  CHECK(f.asked == All{"a.example", "b.example"});
  f.end("a.example", none());
  CHECK(f.told == All{"1 9:NOTFOUND ,", "2 9:NOTFOUND ,", "3 9:NOTFOUND ,"});
  CHECK(f.answers.counts().shared == 2);
}

TEST_CASE("answers/deadline: each asker has his own; the look-up goes on, and serves the next") {
  Fixture f({.deadline = milliseconds(25'000)});
  CHECK(f.ask("a.example", "1").empty());
  f.now += milliseconds(10'000);
  CHECK(f.ask("a.example", "2").empty());
  CHECK(f.ask("b.example", "3").empty());
  CHECK(f.answers.timeout() == 15'000);
  f.answers.expire();
  CHECK(f.told.empty());
  f.now += milliseconds(15'000);
  f.answers.expire();
  REQUIRE(f.told.size() == 1);
  CHECK(f.told[0].starts_with("1 "));
  CHECK(f.told[0].find(":TEMP no answer in time") != std::string::npos);
  CHECK(f.ask("a.example", "4").empty());
  CHECK(f.asked.size() == 2);
  f.end("a.example", policy("dane"));
  CHECK(f.told.size() == 3);
  CHECK(f.told[1] == "2 7:OK dane,");
  CHECK(f.told[2] == "4 7:OK dane,");
  f.now += milliseconds(10'000);
  f.answers.expire();
  CHECK(f.told.size() == 4);
  CHECK(f.answers.timeout() == -1);
  // Nobody waits any more.
  f.end("b.example", none());
  CHECK(f.told.size() == 4);
  CHECK(f.ask("b.example") == "9:NOTFOUND ,");
  CHECK(f.answers.counts().late == 2);
}

TEST_CASE("answers/limits: so many look-ups at a time, so many wait, and one that nobody waits for is not begun") {
  Fixture f({.open = 2, .waiting = 2, .deadline = milliseconds(1'000)});
  for (const char* domain : {"a", "b", "c", "d"}) CHECK(f.ask(domain).empty());
  CHECK(f.asked == All{"a", "b"});
  CHECK(f.ask("e").find(":TEMP too many") != std::string::npos);
  CHECK(f.ask("a").empty());
  CHECK(f.answers.counts().refused == 1);
  f.end("a", none());
  CHECK(f.asked == All{"a", "b", "c"});
  f.now += milliseconds(1'000);
  f.answers.expire();
  CHECK(f.answers.lookups() == 2);
  f.end("b", none());
  CHECK(f.asked.size() == 3);
  CHECK(f.ask("d").empty());
  CHECK(f.asked.back() == "d");
  f.end("c", none());
  f.end("d", none());
  CHECK(f.answers.lookups() == 0);
}

TEST_CASE("answers/cache: what another process has changed is seen, and nothing else is asked for anew") {
  Fixture f({.version_every = milliseconds(500)});
  REQUIRE(f.cache.put(entry("a.example", "old")));
  REQUIRE(f.cache.put(entry("b.example", "old")));
  for (const char* domain : {"a.example", "b.example"}) {
    f.ask(domain);
    Delivery delivery = policy("dane");
    delivery.mark = mark_of(f.cache.entries.at(domain));
    f.end(domain, delivery);
  }
  f.ask("none.example");
  Delivery nothing = none();
  nothing.mark = mark_of({});
  f.end("none.example", nothing);
  CHECK_FALSE(f.ask("a.example").empty());
  CHECK(f.cache.finds == 0);
  REQUIRE(f.cache.put(entry("a.example", "new")));
  REQUIRE(f.cache.put(entry("none.example", "new")));
  f.now += milliseconds(500);
  CHECK(f.ask("a.example").empty());
  CHECK_FALSE(f.ask("b.example").empty());
  CHECK(f.ask("none.example").empty());
  CHECK_FALSE(f.ask("b.example").empty());
  CHECK(f.cache.finds == 3);  // each once
  CHECK(f.answers.counts().dropped == 2);
}

TEST_CASE("answers/cache: a change while a look-up is under way is not missed") {
  Fixture f;
  REQUIRE(f.cache.put(entry("a.example", "old")));
  f.ask("a.example");
  Delivery delivery = policy("dane");
  delivery.mark = mark_of(f.cache.entries.at("a.example"));
  REQUIRE(f.cache.put(entry("a.example", "new")));
  f.now += milliseconds(5'000);
  f.ask("b.example");  // looks at the version
  f.end("a.example", delivery);
  f.now += milliseconds(5'000);
  CHECK(f.ask("a.example").empty());
}

TEST_CASE("answers/cache: a smart host is its own policy domain, whatever its port") {
  Fixture f;
  REQUIRE(f.cache.put(entry("a.example", "old")));
  for (const char* hop : {"[a.example]", "[a.example]:587", "a.example:587"}) {
    f.ask(hop);
    Delivery delivery = policy("dane");
    delivery.mark = mark_of(f.cache.entries.at("a.example"));
    f.end(hop, delivery);
  }
  ++f.cache.changes;
  f.now += milliseconds(5'000);
  for (const char* hop : {"[a.example]", "[a.example]:587", "a.example:587"}) CHECK(f.ask(hop) == "7:OK dane,");
  CHECK(f.cache.finds == 3);
}

TEST_CASE("answers/cache: one that is locked takes nothing away") {
  Fixture f;
  f.ask("a.example");
  f.end("a.example", policy("dane"));
  f.cache.broken = true;
  ++f.cache.changes;
  f.now += milliseconds(5'000);
  CHECK(f.ask("a.example") == "7:OK dane,");
}

TEST_CASE("answers/memory: bounded; what was not asked for longest goes first") {
  Fixture f({.memory = 4 * 400});
  for (const char* domain : {"a", "b", "c", "d"}) {
    f.ask(domain);
    f.end(domain, none());
  }
  CHECK(f.answers.size() == 4);
  CHECK_FALSE(f.ask("a").empty());
  f.ask("e");
  f.end("e", none());
  CHECK(f.answers.size() == 4);
  CHECK_FALSE(f.ask("a").empty());
  CHECK(f.ask("b").empty());
  f.end("b", policy(std::string(90'000, 'x')));
  CHECK(f.answers.size() == 1);
  CHECK_FALSE(f.ask("b").empty());
  for (int i = 0; i < 1000; ++i) {
    f.ask(std::to_string(i));
    f.end(std::to_string(i), temporary("why"));
  }
  CHECK(f.answers.memory() <= 4 * 400);
}

TEST_CASE("answers/reload: nothing that was ready is said; who waits gets what is found now") {
  Fixture f({.open = 1});
  f.ask("ready.example");
  f.end("ready.example", policy("dane"));
  f.ask("a.example", "1");
  f.ask("b.example", "2");
  auto before = std::move(f.open);
  f.open.clear();
  f.answers.begin_anew(f.asker());
  before[0].second(none());  // from before: does not count
  CHECK(f.told == All{"x 7:OK dane,"});
  f.end("a.example", policy("dane-only"));
  f.end("b.example", none());
  CHECK(f.told == All{"x 7:OK dane,", "1 12:OK dane-only,", "2 9:NOTFOUND ,"});
  CHECK(f.ask("ready.example").empty());
}

TEST_CASE("answers/log: a change once, a failure not every time") {
  Fixture f;
  const auto look = [&](const Delivery& delivery) {
    f.now += milliseconds(200'000);
    f.log.clear();
    f.ask("a.example");
    f.end("a.example", delivery);
    return f.log;
  };
  CHECK(look(policy("dane-only")).empty());
  CHECK(look(policy("dane-only")).empty());
  CHECK(look(none()) == All{"a.example: it was \"dane-only\", and is no policy"});
  CHECK(look(temporary("SERVFAIL")) == All{"a.example: nothing is known, and mail waits: SERVFAIL"});
  CHECK(look(temporary("SERVFAIL")).empty());
  CHECK(look(policy("dane")) == All{"a.example: it was no policy, and is \"dane\""});
  f.now += milliseconds(3'600'000);
  Delivery delivery = policy("dane");
  delivery.warnings = {"same id, new body"};
  CHECK(look(delivery) == All{"a.example: same id, new body"});
  CHECK(look(delivery).empty());
  CHECK(f.answers.counts().failures == std::map<std::string, std::uint64_t>{{"dns.timeout", 2}});
}
