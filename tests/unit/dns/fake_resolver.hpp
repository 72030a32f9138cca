// A Resolver in memory: records in zone text, and lists of names that are insecure, bogus or fail. Everything else is
// secure, denials too.
//
//   FakeResolver resolver("example.org. IN MX 10 mail.example.org.\n");
//   resolver.set(Security::insecure, "example.net");        // it and all below, as a zone
//   resolver.fail(Failure::timeout, "slow.example.org");    // this name, any type
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dns/resolver.hpp"
#include "dns/zone_text.hpp"

namespace sm::dns {

class FakeResolver final : public Resolver {
 public:
  explicit FakeResolver(std::string_view zone_text = {}) { add(zone_text); }

  // These throw if what they are given does not parse: a fault of the test.
  void add(std::string_view zone_text) {
    auto parsed = parse_zone_text(zone_text);
    if (!parsed) throw std::invalid_argument(parsed.error().message);
    records_.insert(records_.end(), parsed->begin(), parsed->end());
  }
  void set(Security security, std::string_view zone) { zones_[parse(zone)] = security; }
  void fail(Failure failure, std::string_view name, std::optional<Type> type = {}) {
    failing_[{parse(name), type}] = failure;
  }
  // What the answers say of themselves; Trust::nobody makes all of them indeterminate.
  Trust trust = Trust::validated_here;

  // "example.org MX" of every question, in the order asked.
  const std::vector<std::string>& asked() const { return asked_; }

  void ask(Query query, Callback done) override {
    asked_.push_back(query.name.text() + " " + text_of(query.type));
    open_.push_back({std::move(query), std::move(done)});
  }
  std::size_t open() const override { return open_.size(); }
  void add_descriptors(std::vector<pollfd>&) override {}
  int timeout() const override { return open_.empty() ? -1 : 0; }
  // Answers what was asked before it was called.
  void process(std::span<const pollfd>) override {
    for (std::size_t count = open_.size(); count != 0; --count) {
      auto [query, done] = std::move(open_.front());
      open_.pop_front();
      done(answer(query));
    }
  }

 private:
  static Name parse(std::string_view text) {
    auto name = Name::parse(text);
    if (!name) throw std::invalid_argument(name.error().message);
    return *std::move(name);
  }

  Security security_of(const Name& name) const {
    for (Name zone = name;; zone = zone.parent()) {
      if (const auto found = zones_.find(zone); found != zones_.end()) return found->second;
      if (zone.is_root()) return Security::secure;
    }
  }

  std::optional<Failure> failure_of(const Name& name, Type type) const {
    for (const std::optional<Type>& which : {std::optional<Type>(type), std::optional<Type>()})
      if (const auto found = failing_.find({name, which}); found != failing_.end()) return found->second;
    return std::nullopt;
  }

  static void failed(Answer& answer, Failure failure) {
    answer.outcome = Outcome::failed;
    answer.failure = failure;
    answer.security = failure == Failure::bogus ? Security::bogus : Security::indeterminate;
    if (failure == Failure::servfail || failure == Failure::bogus) answer.rcode = Rcode::servfail;
    if (failure == Failure::refused) answer.rcode = Rcode::refused;
    answer.reason = "the test says so: " + std::string(name_of(failure));
    answer.records.clear();
    answer.signatures.clear();
  }

  Answer answer(const Query& query) const {
    Answer answer{.name = query.name,
                  .type = query.type,
                  .security = Security::secure,
                  .rcode = Rcode::noerror,
                  .chain = {query.name},
                  .ttl = 0x7FFFFFFF,
                  .trust = trust};
    while (true) {
      const Name at = answer.canonical();
      if (const auto failure = failure_of(at, query.type)) {
        failed(answer, *failure);
        return answer;
      }
      // Worse is greater.
      answer.security = std::max(answer.security, trust == Trust::nobody ? Security::indeterminate : security_of(at));
      if (answer.security == Security::bogus) {
        failed(answer, Failure::bogus);
        return answer;
      }
      std::optional<Name> target;
      bool exists = false;
      for (const Record& record : records_) {
        exists = exists || record.name.is_within(at);
        if (record.name != at) continue;
        const auto* signature = std::get_if<Rrsig>(&record.data);
        if (signature && query.signatures && (signature->covered == query.type || signature->covered == Type::cname))
          answer.signatures.push_back(record);
        if (record.type == query.type) answer.records.push_back(record);
        const auto* alias = std::get_if<Cname>(&record.data);
        if (alias && query.type != Type::cname) target = alias->target;
        if (record.type == query.type || target) answer.ttl = std::min(answer.ttl, record.ttl);
      }
      if (target && answer.chain.size() < 20) {
        answer.chain.push_back(*target);
        continue;
      }
      if (target) {
        failed(answer, Failure::malformed);
        return answer;
      }
      answer.outcome = !answer.records.empty() ? Outcome::data : exists ? Outcome::no_data : Outcome::no_name;
      if (answer.outcome != Outcome::data) answer.ttl = 0;
      if (answer.outcome == Outcome::no_name) answer.rcode = Rcode::nxdomain;
      if (answer.security == Security::insecure) answer.reason = "the zone is not signed";
      return answer;
    }
  }

  struct Open {
    Query query;
    Callback done;
  };
  std::vector<Record> records_;
  std::map<Name, Security> zones_;
  std::map<std::pair<Name, std::optional<Type>>, Failure> failing_;
  std::deque<Open> open_;
  std::vector<std::string> asked_;
};

}  // namespace sm::dns
