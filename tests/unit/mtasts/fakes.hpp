// A domain, its policy host, a cache and a clock in memory, for the rules alone.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "dns/fake_resolver.hpp"
#include "mtasts/keeper.hpp"
#include "webdav/fake_http.hpp"

namespace sm::mtasts {

class TestClock final : public Clock {
 public:
  std::int64_t now() const override { return time; }
  std::int64_t time = 1'800'000'000;
};

class MemoryCache final : public Cache {
 public:
  std::map<std::string, Entry, std::less<>> entries;
  std::optional<Error> broken;      // whatever is asked
  std::optional<Error> unwritable;  // whatever would change it
  std::optional<Error> damaged;     // find(), until the entry is put anew
  std::size_t writes = 0;

  Result<std::optional<Entry>> find(std::string_view domain) override {
    if (broken) return Unexpected{*broken};
    if (damaged) return Unexpected{*damaged};
    const auto found = entries.find(domain);
    if (found == entries.end()) return std::optional<Entry>();
    return std::optional(found->second);
  }
  Result<void> put(const Entry& entry) override {
    if (auto error = no_write()) return Unexpected{*error};
    entries[entry.domain] = entry;
    damaged.reset();
    return {};
  }
  Result<void> put_failure(std::string_view domain, const Failure& failure) override {
    if (auto error = no_write()) return Unexpected{*error};
    Entry& entry = entries[std::string(domain)];
    entry.domain = domain;
    entry.failure = failure;
    return {};
  }
  Result<void> each(const std::function<Result<void>(Entry)>& take) override {
    if (broken) return Unexpected{*broken};
    for (const auto& [domain, entry] : entries) SM_TRY(take(entry));
    return {};
  }
  Result<std::size_t> purge(std::optional<std::string_view> domain) override {
    if (auto error = no_write()) return Unexpected{*error};
    if (domain) return entries.erase(std::string(*domain));
    return std::exchange(entries, {}).size();
  }
  Result<std::size_t> drop_before(std::int64_t time) override {
    if (auto error = no_write()) return Unexpected{*error};
    return std::erase_if(entries, [&](const auto& item) {
      const Entry& entry = item.second;
      return (entry.has_policy() ? entry.expires : entry.failure ? entry.failure->when : 0) < time;
    });
  }
  Result<std::uint64_t> version() override { return std::uint64_t{1}; }

 private:
  std::optional<Error> no_write() {
    if (broken) return broken;
    if (unwritable) return unwritable;
    ++writes;
    return std::nullopt;
  }
};

// One domain, example.org, whose record and policy can be changed at any time.
struct World {
  dns::FakeResolver resolver;
  test::FakeHttp http{[this](const test::FakeHttp::Asked&) { return answer(); }};
  MemoryCache cache;
  TestClock clock;
  KeeperOptions options;
  std::unique_ptr<Keeper> keeper = make();

  World() { publish("1", enforce()); }

  std::unique_ptr<Keeper> make() {
    return std::make_unique<Keeper>(KeeperPorts{resolver, http, cache, clock}, options);
  }
  void open_again(bool write) {
    options.write = write;
    keeper = make();
  }

  static std::string policy(std::string_view mode, std::int64_t max_age, std::string_view mx = "mx.example.org") {
    std::string text = "version: STSv1\nmode: ";
    text.append(mode).append("\nmx: ").append(mx);
    return text.append("\nmax_age: ").append(std::to_string(max_age)).append("\n");
  }
  static std::string enforce() { return policy("enforce", 7 * day); }

  void publish(std::string_view id, std::string body) {
    publish_id(id);
    serve(200, std::move(body));
  }
  void publish_id(std::string_view id) { zone("300 IN TXT \"v=STSv1; id=" + std::string(id) + ";\""); }
  void zone(const std::string& records) { resolver = dns::FakeResolver("_mta-sts.example.org. " + records + "\n"); }
  void no_record() { resolver = dns::FakeResolver("example.org. 300 IN A 192.0.2.1\n"); }
  void dns_fails() { resolver.fail(dns::Failure::timeout, "_mta-sts.example.org"); }
  void serve(int status, std::string body) {
    unreachable = false;
    response = test::answer(status, std::move(body));
  }
  bool unreachable = false;
  net::Response response;

  void drive() {
    while (resolver.open() != 0 || http.open() != 0) {
      resolver.process({});
      http.process({});
    }
  }
  Result<Standing> try_ask(bool refresh = false) {
    std::optional<Result<Standing>> result;
    const auto done = [&](Result<Standing> standing) { result = std::move(standing); };
    const auto name = *dns::Name::parse("example.org");
    if (refresh)
      keeper->refresh(name, done);
    else
      keeper->policy_of(name, done);
    drive();
    if (!result) throw std::logic_error("it did not end");
    return *std::move(result);
  }
  Standing ask() { return *try_ask(); }
  Standing refresh() { return *try_ask(true); }
  std::size_t fetches() const { return http.asked.size(); }
  const Entry& cached() const { return cache.entries.at("example.org"); }

 private:
  Result<net::Response> answer() const {
    if (unreachable) return fail(ErrorKind::temporary, "net.unreachable", "no route");
    return response;
  }
};

}  // namespace sm::mtasts
