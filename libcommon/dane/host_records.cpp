#include "dane/host_records.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "dane/tlsa.hpp"

namespace sm::dane {
namespace {

using End = HostRecords::End;

// RFC 7672 §2.2, step by step; each step is a callback of the one before.
class HostLookUp : public std::enable_shared_from_this<HostLookUp> {
 public:
  HostLookUp(dns::Resolver& resolver, HostQuery query, std::function<void(HostRecords)> done)
      : resolver_(resolver), query_(std::move(query)), done_(std::move(done)) {
    records_.canonical = query_.name;
  }

  void start() {
    const bool v4 = query_.family != net::Address::Family::v6;
    const bool v6 = query_.family != net::Address::Family::v4;
    pending_ = static_cast<int>(v4) + static_cast<int>(v6);
    if (v4) ask(query_.name, dns::Type::a, &HostLookUp::on_address);
    if (v6) ask(query_.name, dns::Type::aaaa, &HostLookUp::on_address);
  }

 private:
  using Step = void (HostLookUp::*)(dns::Answer);
  void ask(dns::Name name, dns::Type type, Step step) {
    resolver_.ask({.name = std::move(name), .type = type, .signatures = query_.signatures, .timeout = query_.timeout},
                  [self = shared_from_this(), step](dns::Answer answer) { (*self.*step)(std::move(answer)); });
  }

  void finish(End end) {
    records_.end = end;
    std::exchange(done_, nullptr)(std::move(records_));
  }

  // Whether that ends it all.
  bool ends(const dns::Answer& answer) {
    const Standing standing = standing_of(answer);
    if (standing == Standing::bogus) finish(End::bogus);
    if (standing == Standing::unknown) finish(End::unknown);
    return standing == Standing::bogus || standing == Standing::unknown;
  }

  // ---- addresses (§2.2.2)

  void on_address(dns::Answer answer) {
    records_.addresses.push_back(std::move(answer));
    if (--pending_ == 0) judge_addresses();
  }

  void judge_addresses() {
    auto& answers = records_.addresses;
    std::ranges::sort(answers, {}, [](const dns::Answer& answer) { return answer.type; });
    const auto is = [](Standing what) {
      return [what](const dns::Answer& answer) { return standing_of(answer) == what; };
    };
    if (std::ranges::any_of(answers, is(Standing::bogus))) return finish(End::bogus);
    if (std::ranges::all_of(answers, is(Standing::unknown))) return finish(End::unknown);
    records_.secure = std::ranges::none_of(answers, is(Standing::insecure));
    bool has_alias = false;
    bool has_address = false;
    for (const dns::Answer& answer : answers) {
      if (standing_of(answer) == Standing::unknown) continue;
      if (!has_address) records_.canonical = answer.canonical();
      has_alias = has_alias || answer.chain.size() > 1;
      has_address = has_address || !addresses_in(answer).empty();
    }
    if (!has_address) return finish(End::no_address);
    if (records_.secure) {
      // The name at the end of the aliases first, then the original one (§2.2.3).
      if (has_alias) candidates_ = {records_.canonical};
      candidates_.push_back(query_.name);
      return next_tlsa();
    }
    // AD covers the whole chain: the host's own alias may be secure though its target is not, and then TLSA records at
    // the host's own name count.
    if (has_alias) return ask(query_.name, dns::Type::cname, &HostLookUp::on_alias);
    finish(End::insecure);
  }

  void on_alias(dns::Answer answer) {
    records_.alias = std::move(answer);
    const dns::Answer& alias = *records_.alias;
    if (ends(alias)) return;
    if (!alias.secure() || alias.outcome != dns::Outcome::data) return finish(End::insecure);
    candidates_ = {query_.name};
    next_tlsa();
  }

  // ---- TLSA (§2.2.3)

  void next_tlsa() {
    for (; candidate_ < candidates_.size(); ++candidate_) {
      auto name = tlsa_name(candidates_[candidate_], query_.port);
      // A name too long for the prefix has no TLSA record.
      if (name) return ask(*std::move(name), dns::Type::tlsa, &HostLookUp::on_tlsa);
    }
    finish(End::no_tlsa);
  }

  void on_tlsa(dns::Answer answer) {
    records_.tlsa.push_back(std::move(answer));
    const dns::Answer& tlsa = records_.tlsa.back();
    // Never a downgrade (§2.1.2).
    if (ends(tlsa)) return;
    if (tlsa.outcome == dns::Outcome::data && tlsa.secure()) {
      records_.base_domain = candidates_[candidate_];
      return finish(End::tlsa);
    }
    ++candidate_;
    next_tlsa();
  }

  dns::Resolver& resolver_;
  HostQuery query_;
  std::function<void(HostRecords)> done_;
  HostRecords records_;
  int pending_ = 0;
  std::vector<dns::Name> candidates_;  // for the TLSA base domain, in order
  std::size_t candidate_ = 0;
};

}  // namespace

const dns::Answer* HostRecords::fault() const {
  if (end != End::bogus && end != End::unknown) return nullptr;
  if (!tlsa.empty()) return &tlsa.back();
  if (alias) return &*alias;
  const Standing wanted = end == End::bogus ? Standing::bogus : Standing::unknown;
  const auto found =
      std::ranges::find(addresses, wanted, [](const dns::Answer& answer) { return standing_of(answer); });
  return found == addresses.end() ? nullptr : &*found;
}

std::uint32_t HostRecords::ttl() const {
  if (end == End::bogus || end == End::unknown) return 0;
  std::uint32_t smallest = UINT32_MAX;
  for (const dns::Answer& answer : addresses)
    if (standing_of(answer) != Standing::unknown) smallest = std::min(smallest, answer.ttl);
  if (alias) smallest = std::min(smallest, alias->ttl);
  for (const dns::Answer& answer : tlsa) smallest = std::min(smallest, answer.ttl);
  return smallest;
}

void ask_host_records(dns::Resolver& resolver, HostQuery query, std::function<void(HostRecords)> done) {
  std::make_shared<HostLookUp>(resolver, std::move(query), std::move(done))->start();
}

std::vector<net::Address> addresses_in(const dns::Answer& answer) {
  std::vector<net::Address> addresses;
  for (const dns::Record& record : answer.records) {
    if (const auto* v4 = std::get_if<dns::A>(&record.data)) addresses.push_back(net::make_address(v4->address));
    if (const auto* v6 = std::get_if<dns::Aaaa>(&record.data)) addresses.push_back(net::make_address(v6->address));
  }
  return addresses;
}

Standing standing_of(const dns::Answer& answer) {
  // First: what is bogus may come with data.
  if (answer.security == dns::Security::bogus || answer.failure == dns::Failure::bogus) return Standing::bogus;
  if (answer.outcome == dns::Outcome::failed) return Standing::unknown;
  switch (answer.security) {
    case dns::Security::secure:
      return Standing::secure;
    case dns::Security::insecure:
      return Standing::insecure;
    default:
      return Standing::unknown;  // nobody validated it: neither a promise nor the lack of one is proven
  }
}

std::string why(const dns::Answer& answer) {
  if (standing_of(answer) == Standing::bogus) return "bogus";
  return answer.outcome == dns::Outcome::failed ? "no answer (" + std::string(name_of(answer.failure)) + ")"
                                                : "nobody validated the answer";
}

}  // namespace sm::dane
