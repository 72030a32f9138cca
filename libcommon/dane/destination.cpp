#include "dane/destination.hpp"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "dane/check.hpp"
#include "dane/host_records.hpp"
#include "dane/usability.hpp"

namespace sm::dane {
namespace {

constexpr std::uint32_t again_after = 60;  // seconds, for what is not known

class DestinationLookUp : public std::enable_shared_from_this<DestinationLookUp> {
 public:
  DestinationLookUp(dns::Resolver& resolver, const ChainJudge& judge, NextHop next_hop,
                    std::chrono::milliseconds timeout, std::function<void(Destination)> done)
      : resolver_(resolver), judge_(judge), next_hop_(std::move(next_hop)), timeout_(timeout), done_(std::move(done)) {}

  void start() {
    result_.ttl = UINT32_MAX;
    if (next_hop_.is_host) return ask_hosts({next_hop_.name});
    resolver_.ask({.name = next_hop_.name, .type = dns::Type::mx, .timeout = timeout_},
                  [self = shared_from_this()](const dns::Answer& answer) { self->on_mx(answer); });
  }

 private:
  void finish(Coverage coverage) {
    result_.coverage = coverage;
    if (coverage == Coverage::temporary) result_.ttl = 0;
    std::exchange(done_, nullptr)(std::move(result_));
  }

  void note_fault(const dns::Answer& answer) {
    failed_ = true;
    if (!result_.reason.empty()) return;
    result_.reason = text_of(answer.type) + " " + answer.name.text() + ": " + why(answer);
    if (!answer.reason.empty()) result_.reason.append(": ").append(answer.reason);
  }

  void on_mx(const dns::Answer& answer) {
    const Standing standing = standing_of(answer);
    if (standing == Standing::bogus || standing == Standing::unknown) {
      note_fault(answer);
      return finish(Coverage::temporary);
    }
    secure_ = standing == Standing::secure;
    result_.ttl = answer.ttl;
    if (answer.outcome == dns::Outcome::no_name) return finish(Coverage::no_mail);
    // Without an MX record mail goes to the domain itself (RFC 5321 §5.1).
    if (answer.outcome == dns::Outcome::no_data) return ask_hosts({next_hop_.name});
    const std::vector<dns::Mx> records = answer.data<dns::Mx>();
    std::vector<dns::Name> hosts;
    for (const dns::Mx& mx : records)
      if (!mx.exchange.is_root()) hosts.push_back(mx.exchange);
    std::ranges::sort(hosts);
    hosts.erase(std::unique(hosts.begin(), hosts.end()), hosts.end());
    // What can't be read, or is too much, may be a host without TLSA records.
    without_ = records.size() != answer.records.size() || hosts.size() > max_hosts;
    if (hosts.size() > max_hosts) hosts.resize(max_hosts);
    // The null MX (RFC 7505).
    if (hosts.empty()) return finish(Coverage::no_mail);
    ask_hosts(std::move(hosts));
  }

  void ask_hosts(std::vector<dns::Name> hosts) {
    pending_ = hosts.size();
    for (dns::Name& host : hosts)
      ask_host_records(resolver_, {.name = std::move(host), .port = next_hop_.port, .timeout = timeout_},
                       [self = shared_from_this()](const HostRecords& records) { self->on_host(records); });
  }

  void on_host(const HostRecords& records) {
    switch (records.end) {
      case HostRecords::End::tlsa: {
        const auto tlsa = records.tlsa.back().data<dns::Tlsa>();
        const bool any = std::ranges::any_of(
            tlsa, [&](const dns::Tlsa& record) { return usability(record, judge_) == Usability::usable; });
        (any ? usable_ : unusable_) = true;
        break;
      }
      case HostRecords::End::no_tlsa:
      case HostRecords::End::insecure:
        without_ = true;
        break;
      case HostRecords::End::no_address:
        // Who could forge an address for it would get mail.
        without_ = without_ || !records.secure;
        break;
      case HostRecords::End::bogus:
      case HostRecords::End::unknown:
        note_fault(*records.fault());
        break;
    }
    if (!records.fault()) result_.ttl = std::min(result_.ttl, records.ttl());
    if (--pending_ == 0) judge();
  }

  void judge() {
    // Who obeys DANE leaves a host of which nothing is known, and takes one that proves itself (§2.1.2). If there is
    // none, it is not known whether there will be.
    if (failed_ && !usable_) return finish(Coverage::temporary);
    if (failed_) result_.ttl = std::min(result_.ttl, again_after);
    result_.reason.clear();
    if (!usable_ && !unusable_) return finish(without_ ? Coverage::none : Coverage::no_mail);
    if (!usable_) return finish(Coverage::unusable);
    if (!secure_) return finish(Coverage::insecure);
    finish(unusable_ || without_ || failed_ ? Coverage::some : Coverage::all);
  }

  dns::Resolver& resolver_;
  const ChainJudge& judge_;
  NextHop next_hop_;
  std::chrono::milliseconds timeout_;
  std::function<void(Destination)> done_;
  Destination result_;
  bool secure_ = true;  // the MX RRset
  std::size_t pending_ = 0;
  // Whether there are hosts that have usable TLSA records, unusable ones alone, none; or of which nothing is known.
  bool usable_ = false;
  bool unusable_ = false;
  bool without_ = false;
  bool failed_ = false;
};

}  // namespace

std::string_view name_of(Coverage coverage) {
  switch (coverage) {
    case Coverage::none:
      return "none";
    case Coverage::all:
      return "all";
    case Coverage::some:
      return "some";
    case Coverage::insecure:
      return "insecure";
    case Coverage::unusable:
      return "unusable";
    case Coverage::temporary:
      return "temporary";
    case Coverage::no_mail:
      return "no-mail";
  }
  return "";
}

void ask_destination(dns::Resolver& resolver, const ChainJudge& judge, NextHop next_hop,
                     std::chrono::milliseconds timeout, std::function<void(Destination)> done) {
  std::make_shared<DestinationLookUp>(resolver, judge, std::move(next_hop), timeout, std::move(done))->start();
}

}  // namespace sm::dane
