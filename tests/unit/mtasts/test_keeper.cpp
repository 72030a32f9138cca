#include <doctest/doctest.h>

#include "fakes.hpp"
#include "text/time.hpp"

using namespace sm;
using namespace sm::mtasts;
using From = Standing::From;

namespace {

std::string mode_of(const Standing& standing) {
  return standing.policy ? std::string(name_of(standing.policy->mode)) : "no policy";
}

bool warns(const Standing& standing, std::string_view of) {
  for (const std::string& warning : standing.warnings)
    if (warning.find(of) != std::string::npos) return true;
  return false;
}

}  // namespace

TEST_CASE("keeper: what nobody has asked for is fetched, kept, and found again under its id") {
  World world;
  const Standing first = world.ask();
  CHECK(first.domain == "example.org");
  CHECK(first.from == From::network);
  CHECK(mode_of(first) == "enforce");
  CHECK(first.record == RecordState::found);
  CHECK(first.record_id == "1");
  CHECK(first.holds == 300);  // as long as the record: a new id is seen then
  CHECK(!first.error);
  CHECK(first.warnings.empty());
  CHECK(world.http.asked.at(0).url == "https://mta-sts.example.org/.well-known/mta-sts.txt");
  CHECK(world.cached().id == "1");
  CHECK(world.cached().body == World::enforce());
  CHECK(world.cached().body_hash.size() == 64);
  CHECK(world.cached().fetched == world.clock.time);
  CHECK(world.cached().expires == world.clock.time + 7 * day);
  CHECK(first.entry == world.cached());

  world.clock.time += 3600;
  const Standing second = world.ask();
  CHECK(second.from == From::cache);
  CHECK(second.policy == first.policy);
  CHECK(world.fetches() == 1);
}

TEST_CASE("keeper: another id is a new policy, whatever it says (RFC 8461 §3.3)") {
  World world;
  world.ask();
  world.clock.time += 3600;
  world.publish("2", World::policy("testing", day, "other.example.org"));
  const Standing standing = world.ask();
  CHECK(standing.from == From::network);
  CHECK(mode_of(standing) == "testing");
  CHECK(world.cached().id == "2");
  CHECK(world.cached().expires == world.clock.time + day);  // shorter than the one before: the domain says so
  CHECK(standing.warnings.empty());

  // §8.3: mode none takes it back.
  world.publish("3", "version: STSv1\nmode: none\nmax_age: 86400\n");
  CHECK(mode_of(world.ask()) == "none");
  CHECK(mode_of(world.ask()) == "none");
  CHECK(world.fetches() == 3);
}

TEST_CASE("keeper: no record and no policy are no policy, and nothing is kept") {
  World world;
  world.no_record();
  const Standing standing = world.ask();
  CHECK(standing.from == From::none);
  CHECK(!standing.policy);
  CHECK(!standing.error);
  CHECK(standing.record == RecordState::absent);
  CHECK(world.fetches() == 0);
  CHECK(world.cache.entries.empty());

  // Several are as good as none (§3.1).
  world.zone("300 IN TXT \"v=STSv1; id=1;\"\n_mta-sts.example.org. 300 IN TXT \"v=STSv1; id=2;\"");
  const Standing two = world.ask();
  CHECK(two.record == RecordState::invalid);
  CHECK(two.error->code == "mtasts.records");
  CHECK(!two.policy);
  CHECK(two.holds == 300);
  world.dns_fails();
  const Standing unknown = world.ask();
  CHECK(unknown.record == RecordState::unknown);
  CHECK(unknown.error->code == "mtasts.dns");
  CHECK(!unknown.policy);
  CHECK(unknown.holds == ask_again_after);
  CHECK(world.cache.entries.empty());
  CHECK(world.cache.writes == 0);
}

TEST_CASE(
    "keeper: a cached policy counts to its end, whether the record is gone, twice there, or not to be had (§3.1, "
    "§3.3)") {
  World world;
  world.ask();
  const auto gone = [&] { world.no_record(); };
  const auto twice = [&] {
    world.zone("300 IN TXT \"v=STSv1; id=1;\"\n_mta-sts.example.org. 300 IN TXT \"v=STSv1; id=2;\"");
  };
  const auto unknown = [&] { world.dns_fails(); };
  const std::int64_t end = world.cached().expires;
  for (const std::function<void()>& change :
       {std::function<void()>(gone), std::function<void()>(twice), std::function<void()>(unknown)}) {
    change();
    world.clock.time = end - 10;
    const Standing before = world.ask();
    CHECK(before.from == From::cache);
    CHECK(mode_of(before) == "enforce");
    CHECK(before.holds <= 10);
    CHECK(before.warnings.empty());
    world.clock.time = end;
    CHECK(world.ask().from == From::none);
    CHECK(!world.ask().policy);
  }
  CHECK(world.fetches() == 1);
}

TEST_CASE(
    "keeper: a policy that can't be fetched leaves the one that is cached, and is not asked for for five minutes") {
  World world;
  world.ask();
  const Entry before = world.cached();
  world.clock.time += 3600;
  world.publish_id("2");
  world.serve(500, "");
  const Standing failed = world.ask();
  CHECK(failed.from == From::cache);
  CHECK(mode_of(failed) == "enforce");
  CHECK(failed.error->code == "mtasts.status");
  CHECK(failed.holds == 300);
  CHECK(warns(failed, "can't be refreshed, and counts until " + rfc3339(before.expires)));
  // Its life is what it was; the failure stands beside it.
  Entry after = before;
  after.failure = {.when = world.clock.time, .code = "mtasts.status", .message = failed.error->message, .id = "2"};
  CHECK(world.cached() == after);
  CHECK(world.fetches() == 2);

  // Not in this process, and not in another one.
  for (const std::int64_t wait : {1, 298}) {
    world.clock.time += wait;
    for (const bool again : {false, true}) {
      if (again) world.open_again(true);
      const Standing waiting = world.ask();
      CHECK(waiting.from == From::cache);
      CHECK(waiting.error->code == "mtasts.status");
      CHECK(waiting.holds == (wait == 1 ? 299 : 1));
      CHECK(waiting.warnings.empty());
    }
  }
  CHECK(world.refresh().error);
  CHECK(world.fetches() == 2);
  // "per version ID": a new id says that something was done.
  world.publish_id("3");
  CHECK(world.ask().error);
  CHECK(world.fetches() == 3);
  world.clock.time += retry_after;
  world.serve(200, World::policy("testing", day));
  CHECK(world.ask().from == From::network);
  CHECK(world.fetches() == 4);
  CHECK(!world.cached().failure);

  // A clock that goes back does not make us wait for years.
  world.publish_id("4");
  world.unreachable = true;
  CHECK(world.ask().error->code == "net.unreachable");
  world.clock.time -= 1000;
  world.ask();
  CHECK(world.fetches() == 6);
}

TEST_CASE("keeper: the first fetch that fails is remembered too, and counts as no policy") {
  World world;
  world.serve(301, "");
  const Standing failed = world.ask();
  CHECK(failed.from == From::none);
  CHECK(!failed.policy);
  CHECK(failed.error->code == "mtasts.status");
  CHECK(failed.warnings.empty());
  CHECK(!world.cached().has_policy());
  CHECK(world.cached().failure->id == "1");
  world.clock.time += 299;
  CHECK(!world.ask().policy);
  CHECK(world.fetches() == 1);
  world.clock.time += 1;
  world.serve(200, World::enforce());
  CHECK(world.ask().policy);
  CHECK(!world.cached().failure);
}

TEST_CASE("keeper: what is served and is no policy replaces none") {
  World world;
  world.ask();
  world.publish("2", "version: STSv1\nmode: enforce\n");
  const Standing standing = world.ask();
  CHECK(standing.from == From::cache);
  CHECK(standing.error->code == "mtasts.policy");
  CHECK(world.cached().id == "1");
  CHECK(world.cached().body == World::enforce());
}

TEST_CASE("keeper: a failed refresh of mode none is nothing to warn of (§10.2)") {
  World world;
  world.publish("1", "version: STSv1\nmode: none\nmax_age: 604800\n");
  world.ask();
  world.unreachable = true;
  world.publish_id("2");
  const Standing standing = world.ask();
  CHECK(standing.error);
  CHECK(mode_of(standing) == "none");
  CHECK(standing.warnings.empty());
}

TEST_CASE("keeper: same id and new body, new id and same body") {
  World world;
  world.ask();
  world.clock.time += 10;
  world.serve(200, World::policy("enforce", day));
  const Standing changed = world.refresh();
  CHECK(warns(changed, "its id, \"1\", has not"));
  CHECK(mode_of(changed) == "enforce");
  CHECK(world.cached().expires == world.clock.time + day);
  CHECK(world.refresh().warnings.empty());
  world.publish_id("2");
  CHECK(warns(world.ask(), "the id has changed, to \"2\", and the policy has not"));
  CHECK(world.ask().warnings.empty());
  // Also when the policy in the cache is over.
  world.clock.time += 2 * day;
  world.serve(200, World::policy("testing", day));
  CHECK(warns(world.ask(), "its id, \"2\", has not"));
}

TEST_CASE("keeper/refresh: a success begins the policy's life anew; what stands in the way is noted") {
  World world;
  world.ask();
  world.clock.time += day;
  const Standing standing = world.refresh();
  CHECK(standing.from == From::network);
  CHECK(standing.warnings.empty());
  CHECK(world.cached().fetched == world.clock.time);
  CHECK(world.cached().expires == world.clock.time + 7 * day);

  world.clock.time += day;
  world.no_record();
  const Standing gone = world.refresh();
  CHECK(gone.error->code == "mtasts.no-record");
  CHECK(mode_of(gone) == "enforce");
  CHECK(warns(gone, "can't be refreshed"));
  CHECK(world.cached().failure->code == "mtasts.no-record");
  CHECK(world.cached().expires == world.clock.time + 6 * day);
  world.dns_fails();
  const Standing unknown = world.refresh();
  CHECK(unknown.error->code == "mtasts.dns");
  CHECK(warns(unknown, "can't be refreshed"));
  CHECK(world.fetches() == 2);
  // The record is there again: nothing has been fetched in vain.
  world.publish_id("1");
  CHECK(world.refresh().from == From::network);
  CHECK(!world.cached().failure);

  // Who has nothing to lose has nothing noted.
  World other;
  other.no_record();
  CHECK(!other.refresh().error);
  other.dns_fails();
  CHECK(other.refresh().error);
  CHECK(other.cache.entries.empty());
}

TEST_CASE("keeper: who must not write does not") {
  World world;
  world.open_again(false);
  const Standing standing = world.ask();
  CHECK(standing.from == From::network);
  CHECK(standing.entry->body == World::enforce());
  world.serve(500, "");
  CHECK(!world.ask().policy);
  CHECK(world.cache.writes == 0);
  // And reads what others have written.
  world.open_again(true);
  world.serve(200, World::enforce());
  world.ask();
  world.open_again(false);
  world.clock.time += 2 * day;
  CHECK(world.ask().from == From::cache);
  CHECK(world.fetches() == 3);
}

TEST_CASE("keeper: many askers share one look-up, and each gets the answer once") {
  World world;
  int answers = 0;
  const auto name = *dns::Name::parse("example.org");
  const auto count = [&](const Result<Standing>& standing) {
    CHECK(standing->policy);
    ++answers;
  };
  for (int i = 0; i < 50; ++i) world.keeper->policy_of(*dns::Name::parse(i % 2 ? "example.org" : "EXAMPLE.org"), count);
  world.resolver.process({});
  for (int i = 0; i < 50; ++i) world.keeper->policy_of(name, count);
  world.drive();
  CHECK(answers == 100);
  CHECK(world.fetches() == 1);
  CHECK(world.resolver.asked().size() == 1);
  // Who is called back may ask again at once.
  std::optional<Standing> second;
  world.keeper->policy_of(name, [&](const Result<Standing>&) {
    world.keeper->policy_of(name, [&](Result<Standing> standing) { second = *std::move(standing); });
  });
  world.drive();
  CHECK(second->from == From::cache);
}

TEST_CASE("keeper: what is due is fetched behind the answer, which does not wait") {
  World world;
  world.ask();
  world.clock.time += day;
  world.serve(200, World::policy("testing", 7 * day));
  std::optional<Standing> standing;
  world.keeper->policy_of(*dns::Name::parse("example.org"), [&](Result<Standing> got) { standing = *std::move(got); });
  world.resolver.process({});
  REQUIRE(standing);
  CHECK(standing->from == From::cache);
  CHECK(mode_of(*standing) == "enforce");
  CHECK(world.http.open() == 1);
  // Who asks meanwhile does not wait either, and does not have it fetched twice.
  world.keeper->policy_of(*dns::Name::parse("example.org"), [&](Result<Standing> got) { standing = *std::move(got); });
  world.resolver.process({});
  CHECK(world.http.open() == 1);
  world.drive();
  CHECK(world.cached().fetched == world.clock.time);
  // What was to be said of it is said with the next answer.
  const Standing next = world.ask();
  CHECK(mode_of(next) == "testing");
  CHECK(warns(next, "its id, \"1\", has not"));
  CHECK(world.ask().warnings.empty());

  world.clock.time += day;
  world.unreachable = true;
  CHECK(!world.ask().error);
  CHECK(warns(world.ask(), "can't be refreshed"));
  CHECK(world.fetches() == 3);
}

TEST_CASE("keeper: a cache that fails is an error; one that can't be written costs no answer") {
  World world;
  world.cache.broken = fail(ErrorKind::data, "cache.damaged", "damaged").error;
  CHECK(world.try_ask().error().code == "cache.damaged");
  world.cache.broken.reset();
  world.cache.unwritable = fail(ErrorKind::temporary, "cache.failed", "disk full").error;
  const Standing standing = world.ask();
  CHECK(mode_of(standing) == "enforce");
  CHECK(standing.error->code == "cache.failed");
  CHECK(warns(standing, "can't be kept: disk full"));
}

TEST_CASE("keeper: a damaged entry is nobody's policy, and refresh fetches it anew") {
  World world;
  world.ask();
  world.cache.damaged = fail(ErrorKind::data, "cache.damaged", "damaged").error;
  CHECK(world.try_ask().error().code == "cache.damaged");
  // What can't be fetched stays damaged: mail waits, and does not go out without its policy.
  world.unreachable = true;
  CHECK(world.refresh().error);
  CHECK(world.try_ask().error().code == "cache.damaged");
  world.unreachable = false;
  world.clock.time += retry_after;
  const Standing standing = world.refresh();
  CHECK(!standing.error);
  CHECK(warns(standing, "damaged"));
  CHECK(mode_of(world.ask()) == "enforce");
}

TEST_CASE("keeper: a clock that is set back ends no policy") {
  World world;
  world.ask();
  world.dns_fails();
  world.clock.time -= 3600;
  CHECK(mode_of(world.ask()) == "enforce");
  world.clock.time += 3600 + 7 * day;
  CHECK(mode_of(world.ask()) != "enforce");
}

TEST_CASE("keeper: a policy for no time counts for the mail in hand") {
  World world;
  world.publish("1", World::policy("enforce", 0));
  const Standing standing = world.ask();
  CHECK(mode_of(standing) == "enforce");
  CHECK(standing.holds == 1);
  world.ask();
  CHECK(world.fetches() == 2);
}

// ---- days in which nobody sleeps

namespace {

// A timer that runs `refresh` every hour, and a mail every ten minutes; the times of all fetches, in minutes.
struct Days : World {
  std::int64_t begin = clock.time;
  std::vector<std::int64_t> fetched;
  std::vector<std::string> warnings;
  std::string modes;  // one letter for each mail whose answer differs from the one before: e, t, n, -

  void run(std::int64_t minutes, bool mail, bool timer) {
    const std::int64_t end = clock.time + minutes * 60;
    for (; clock.time < end; clock.time += 60) {
      const std::int64_t minute = (clock.time - begin) / 60;
      if (mail && minute % 10 == 0) {
        const Standing standing = ask();
        take(standing, minute);
        const char mode = standing.policy ? name_of(standing.policy->mode).front() : '-';
        if (modes.empty() || modes.back() != mode) modes += mode;
      }
      if (timer && minute % 60 == 30) {
        const auto entry = cache.entries.find("example.org");
        if (entry != cache.entries.end() && entry->second.has_policy() && clock.time >= due_at(entry->second))
          take(refresh(), minute);
      }
    }
  }
  void take(const Standing& standing, std::int64_t minute) {
    while (fetched.size() < fetches()) fetched.push_back(minute);
    std::ranges::copy(standing.warnings, std::back_inserter(warnings));
  }
};

using Minutes = std::vector<std::int64_t>;
constexpr std::int64_t day_minutes = 24 * 60;

}  // namespace

TEST_CASE("keeper/24 hours: a policy is fetched once, and again when the day is over") {
  Days days;
  days.run(day_minutes, true, true);
  CHECK(days.fetched == Minutes{0});
  days.run(2 * day_minutes, true, false);  // mail alone keeps it fresh, too
  CHECK(days.fetched == Minutes{0, day_minutes, 2 * day_minutes});
  days.run(day_minutes, false, true);  // and so does the timer alone
  CHECK(days.fetched == Minutes{0, day_minutes, 2 * day_minutes, 3 * day_minutes + 30});
  CHECK(days.cached().expires == days.begin + (3 * day_minutes + 30) * 60 + 7 * day);
  CHECK(days.warnings.empty());
  CHECK(days.modes == "e");
}

TEST_CASE("keeper/24 hours: one that lives for a day is fetched after half of it, and never ends") {
  Days days;
  days.publish("1", World::policy("enforce", day));
  days.run(3 * day_minutes, false, true);
  CHECK(days.fetched.empty());  // nobody has asked for it
  days.run(1, true, false);
  const std::int64_t first = 3 * day_minutes;
  days.run(day_minutes, false, true);
  CHECK(days.fetched == Minutes{first, first + 12 * 60 + 30});
  days.run(2 * day_minutes, true, true);
  CHECK(days.modes == "e");
  CHECK(days.fetched.size() == 6);
}

TEST_CASE("keeper/24 hours: a policy host that is gone is tried, the policy counts to its end, and not longer") {
  Days days;
  days.publish("1", World::policy("enforce", 2 * day));
  days.run(60, true, true);
  days.unreachable = true;
  days.run(day_minutes - 60, true, true);
  CHECK(days.fetched == Minutes{0});
  days.run(day_minutes, true, true);
  CHECK(days.modes == "e");
  // From the hour at which it was due at every mail, as these are ten minutes apart; at the timer's half hours a mail
  // has just tried, or is five minutes off.
  CHECK(days.fetched.at(1) == day_minutes);
  for (std::size_t i = 2; i < days.fetched.size(); ++i) CHECK(days.fetched[i] - days.fetched[i - 1] >= 5);
  CHECK(!days.warnings.empty());
  const std::size_t tries = days.fetched.size();
  days.run(60, true, true);
  CHECK(days.modes == "e-");  // expired at the minute, and still tried for
  CHECK(days.fetched.size() > tries);
  days.serve(200, World::policy("enforce", 2 * day));
  days.run(10, true, true);
  CHECK(days.modes == "e-e");
}

TEST_CASE("keeper/24 hours: without a network it counts as long as it would have") {
  Days days;
  days.publish("1", World::policy("enforce", 3 * day));
  days.run(1, true, true);
  days.unreachable = true;
  days.dns_fails();
  days.run(3 * day_minutes - 1, true, true);
  CHECK(days.modes == "e");
  CHECK(days.fetched == Minutes{0});  // without a record nothing is fetched
  days.run(10, true, true);
  CHECK(days.modes == "e-");
  days.publish("1", World::policy("enforce", 3 * day));
  days.run(20, true, true);
  CHECK(days.modes == "e-e");
}

TEST_CASE("keeper/24 hours: tries that fail are five minutes apart, however often somebody asks") {
  Days days;
  days.serve(503, "");
  Minutes tries;
  for (int second = 0; second < day; second += 20) {
    const std::size_t before = days.fetches();
    CHECK(!days.ask().policy);
    if (days.fetches() != before) tries.push_back(second);
    days.clock.time += 20;
  }
  CHECK(tries.size() == day / retry_after);
  for (std::size_t i = 1; i < tries.size(); ++i) CHECK(tries[i] - tries[i - 1] == retry_after);
}

TEST_CASE("keeper/24 hours: a change of id is seen at the next mail, and the modes change with it") {
  Days days;
  days.run(5 * 60, true, true);
  days.publish("2", World::policy("testing", 7 * day));
  days.run(5 * 60, true, true);
  days.publish("3", "version: STSv1\nmode: none\nmax_age: 86400\n");
  days.run(5 * 60, true, true);
  days.no_record();
  days.run(9 * 60, true, true);
  CHECK(days.modes == "etn");
  CHECK(days.fetched == Minutes{0, 300, 600});
  days.run(day_minutes, true, true);
  CHECK(days.modes == "etn-");
  CHECK(days.warnings.empty());
}
