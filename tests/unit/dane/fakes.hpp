// A world of names, servers and certificates in memory, for the rules alone.
#pragma once

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dane/check.hpp"
#include "dns/fake_resolver.hpp"

namespace sm::dane {

// Servers by address; whatever is not set refuses the connection. A result that is set for one kind of key holds for it
// alone.
class FakeProbe final : public net::SmtpProbe {
 public:
  void set(const std::string& address, net::ProbeResult result) {
    servers_[{address, net::KeyType::any}] = std::move(result);
  }
  void set(const std::string& address, net::KeyType key, net::ProbeResult result) {
    servers_[{address, key}] = std::move(result);
  }
  // "192.0.2.1 mx.example.org ecdsa" of each connection, in order.
  const std::vector<std::string>& asked() const { return asked_; }
  std::size_t most_open() const { return most_open_; }

  void ask(net::ProbeTarget target, Callback done) override {
    asked_.push_back(text_of(target.address) + " " + target.server_name + " " + std::string(name_of(target.key)));
    open_.emplace_back(std::move(target), std::move(done));
    most_open_ = std::max(most_open_, open_.size());
  }
  std::size_t open() const override { return open_.size(); }
  void add_descriptors(std::vector<pollfd>&) override {}
  int timeout() const override { return open_.empty() ? -1 : 0; }
  void process(std::span<const pollfd>) override {
    for (auto& [target, done] : std::exchange(open_, {})) done(answer(target));
  }

 private:
  net::ProbeResult answer(const net::ProbeTarget& target) const {
    for (const net::KeyType key : {target.key, net::KeyType::any})
      if (const auto found = servers_.find({text_of(target.address), key}); found != servers_.end())
        return found->second;
    return {.outcome = net::ProbeOutcome::connect_refused, .detail = "Connection refused"};
  }

  std::map<std::pair<std::string, net::KeyType>, net::ProbeResult> servers_;
  std::vector<std::pair<net::ProbeTarget, Callback>> open_;
  std::vector<std::string> asked_;
  std::size_t most_open_ = 0;
};

inline net::ProbeResult presents(std::string certificate) {
  return {.outcome = net::ProbeOutcome::handshake,
          .step = net::ProbeStep::done,
          .chain = {std::move(certificate)},
          .tls_version = "TLSv1.3"};
}
inline net::ProbeResult ends(net::ProbeOutcome outcome, net::ProbeStep step = net::ProbeStep::greeting) {
  return {.outcome = outcome, .step = step};
}

// A "certificate" is 32 octets, which are its own digest; with a name and an end in front for usage 2:
// "mx.example.org/20/" and the octets, that is days from now.
class FakeJudge final : public ChainJudge {
 public:
  Result<ChainVerdict> verify(const ChainQuestion& question) const override {
    questions.push_back(question);
    ChainVerdict verdict{.result = ChainResult::no_match};
    const std::string& own = question.chain.front();
    for (std::size_t i = 0; i < question.records.size(); ++i) {
      const dns::Tlsa& record = question.records[i];
      if (!own.ends_with(record.data)) continue;
      verdict = {.result = ChainResult::match, .record = i, .depth = record.usage == 2 ? 1 : 0};
      if (record.usage != 2) break;
      const std::string name = own.substr(0, own.find('/'));
      const bool fits = name == question.base_domain ||
                        std::ranges::find(question.further_names, name) != question.further_names.end();
      if (!fits) verdict.result = ChainResult::wrong_name;
      if (fits) verdict.valid_until = question.now + std::chrono::days(std::stoi(own.substr(own.find('/') + 1)));
      break;
    }
    return verdict;
  }
  bool full_data_parses(const dns::Tlsa& record) const override { return record.data == "whole"; }
  Result<CertificateFacts> read(const std::string&) const override { return CertificateFacts{}; }

  mutable std::vector<ChainQuestion> questions;
};

struct World {
  explicit World(std::string_view zone_text) : resolver(zone_text) {}

  dns::FakeResolver resolver;
  FakeProbe probe;
  FakeJudge judge;
  Sessions sessions{probe};
  CheckOptions options{.now = std::chrono::sys_seconds(std::chrono::sys_days{std::chrono::year{2026} / 11 / 28})};

  CheckTools tools() { return {resolver, sessions, judge}; }
  void drive() {
    while (resolver.open() != 0 || probe.open() != 0) {
      resolver.process({});
      probe.process({});
    }
  }
  CheckReport domain(std::string_view name) {
    std::optional<CheckReport> report;
    check_domain(tools(), options, *dns::Name::parse(name), [&](CheckReport got) { report = std::move(got); });
    drive();
    if (!report) throw std::logic_error("the check did not end");
    return *std::move(report);
  }
  CheckReport host(std::string_view name, std::uint16_t port) {
    std::optional<CheckReport> report;
    check_given_host(tools(), options,
                     {.name = *dns::Name::parse(name), .port = port, .protocol = net::protocol_of(port)},
                     [&](CheckReport got) { report = std::move(got); });
    drive();
    if (!report) throw std::logic_error("the check did not end");
    return *std::move(report);
  }
};

inline bool has(const CheckReport& report, std::string_view code, std::string_view clause = {}) {
  return std::ranges::any_of(all_findings(report), [&](const report::Finding& finding) {
    return finding.code == code && (clause.empty() || finding.clause == clause);
  });
}

}  // namespace sm::dane
