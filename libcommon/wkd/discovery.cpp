#include "wkd/discovery.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "dns/rdata.hpp"

namespace sm::wkd {
namespace {

void add_addresses(const dns::Answer& answer, std::vector<net::Address>& addresses) {
  for (const dns::Aaaa& one : answer.data<dns::Aaaa>()) addresses.push_back(net::make_address(one.address));
  for (const dns::A& one : answer.data<dns::A>()) addresses.push_back(net::make_address(one.address));
}

// That the name is not there, or has no address of this type.
bool is_denied(const dns::Answer& answer) {
  return answer.chain.size() <= 1 &&
         (answer.outcome == dns::Outcome::no_name || answer.outcome == dns::Outcome::no_data);
}

using Answers = std::array<std::optional<dns::Answer>, 2>;

Result<Answers> ask(dns::Resolver& resolver, std::string_view host, std::chrono::milliseconds timeout) {
  const dns::Name name = SM_TRY(dns::Name::parse(host));
  Answers answers;
  constexpr std::array types = {dns::Type::aaaa, dns::Type::a};
  for (std::size_t i = 0; i < types.size(); ++i) {
    resolver.ask({.name = name, .type = types[i], .timeout = timeout},
                 [&answers, i](dns::Answer answer) { answers[i] = std::move(answer); });
  }
  run(resolver);
  return answers;
}

}  // namespace

Result<Discovery> discover(dns::Resolver& resolver, std::string_view domain, std::chrono::milliseconds timeout) {
  const std::string host = host_of(Method::advanced, domain);
  const Answers answers = SM_TRY(ask(resolver, host, timeout));
  Discovery found;
  for (const auto& answer : answers) add_addresses(*answer, found.addresses);
  if (!found.addresses.empty()) return found;
  for (const auto& answer : answers) {
    if (answer->outcome != dns::Outcome::failed) continue;
    return fail(ErrorKind::temporary, "wkd.dns",
                "whether " + host + " exists can't be found out: " +
                    (answer->reason.empty() ? std::string(name_of(answer->failure)) : answer->reason));
  }
  const bool absent = std::ranges::all_of(answers, [](const auto& answer) { return is_denied(*answer); });
  found.method = absent ? Method::direct : Method::advanced;
  if (!absent) return found;
  // A domain that only has mail: nobody can be asked, today or later. What the DNS does not say is left to who asks.
  const Answers own = SM_TRY(ask(resolver, domain, timeout));
  found.is_there = !std::ranges::all_of(own, [](const auto& answer) { return is_denied(*answer); });
  return found;
}

}  // namespace sm::wkd
