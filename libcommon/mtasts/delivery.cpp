#include "mtasts/delivery.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "text/ascii.hpp"

namespace sm::mtasts {
namespace {

using dane::Coverage;

constexpr std::int64_t temporary_holds = 10;   // seconds: one question for a burst of mail
constexpr std::size_t longest_value = 90'000;  // octets; the protocol's limit is 100,000 for the reply

// "mail.example.org:.example.net": "*." is written as "." (postconf(5), smtp_tls_secure_cert_match). Empty if there is
// no host.
std::string match_of(const Policy& policy) {
  std::string match;
  for (const std::string& pattern : policy.mx) {
    const bool star = pattern.starts_with("*.");
    if (is_ipv4_like(std::string_view(pattern).substr(star ? 2 : 0))) continue;
    if (!match.empty()) match += ':';
    match += star ? pattern.substr(1) : pattern;
  }
  return match;
}

// What Postfix 3.10 reports by TLSRPT, and from 3.10.5 on holds the names of MX hosts against. Written anew, not taken
// from what was served: braces and blanks mean something here.
std::string attributes_of(const std::string& domain, const Policy& policy) {
  std::string text = " policy_type=sts policy_domain=" + domain;
  for (const std::string& pattern : policy.mx) text.append(" mx_host_pattern=").append(pattern);
  const auto add = [&](std::string_view key, std::string_view value) {
    text.append(" { policy_string = ").append(key).append(": ").append(value).append(" }");
  };
  add("version", "STSv1");
  add("mode", name_of(policy.mode));
  for (const std::string& pattern : policy.mx) add("mx", pattern);
  add("max_age", std::to_string(policy.max_age));
  return text;
}

std::string secure_value(const std::string& domain, const Policy& policy, PostfixForm form) {
  const std::string match = match_of(policy);
  if (match.empty()) return {};
  std::string value = "secure match=" + match + " servername=hostname";
  if (form == PostfixForm::before_3_10) return value;
  const std::string attributes = attributes_of(domain, policy);
  if (value.size() + attributes.size() <= longest_value) value += attributes;
  return value;
}

Delivery temporary(std::string code, std::string reason) {
  Delivery delivery;
  delivery.kind = Delivery::Kind::temporary;
  delivery.code = std::move(code);
  delivery.reason = std::move(reason);
  delivery.holds = temporary_holds;
  return delivery;
}

// The cache fails: nothing is known of a policy.
Delivery without_cache(const dane::Destination& dane, const Error& error) {
  Delivery delivery;
  switch (dane.coverage) {
    // DANE alone decides.
    case Coverage::all:
      delivery = decide(dane, {}, PostfixForm::before_3_10);
      delivery.holds = std::min(delivery.holds, temporary_holds);
      break;
    default:
      delivery = temporary(error.code, error.message);
  }
  delivery.dane = dane.coverage;
  delivery.code = error.code;
  delivery.warnings.push_back(error.message);
  return delivery;
}

}  // namespace

std::string mark_of(const std::optional<Entry>& entry) {
  return entry && entry->has_policy() ? entry->id + " " + entry->body_hash : std::string();
}

Delivery decide(const dane::Destination& dane, const Standing& standing, PostfixForm form) {
  Delivery delivery;
  const bool enforce = standing.policy && standing.policy->mode == Mode::enforce;
  switch (dane.coverage) {
    case Coverage::temporary:
      // Neither is a policy a reason to pass over it (RFC 8461 §2).
      delivery = temporary("dane.temporary", dane.reason);
      break;
    case Coverage::all:
      delivery.value = "dane-only";
      break;
    case Coverage::some:
      // A host without records would get what the policy protects without any look at its certificate.
      delivery.value = enforce ? "dane-only" : "dane";
      break;
    case Coverage::insecure:
    case Coverage::unusable:
      // Here DANE proves nobody: whoever forges an MX RRset leads to a host with TLSA records of his own (RFC 7672
      // §2.2.1), and with unusable ones any certificate will do (§2.2). It does not fail either, so that a policy in
      // force overrides nothing (RFC 8461 §2), and must not be given up for it.
      delivery.value = enforce ? secure_value(standing.domain, *standing.policy, form) : "dane";
      if (delivery.value.empty()) delivery = temporary("mtasts.policy", "the policy names no host");
      break;
    case Coverage::none:
    case Coverage::no_mail:
      if (!enforce) break;
      delivery.value = secure_value(standing.domain, *standing.policy, form);
      // What no host fits can't be obeyed, and mail waits for a better one.
      if (delivery.value.empty()) delivery = temporary("mtasts.policy", "the policy names no host");
      break;
  }
  if (dane.coverage != Coverage::temporary && delivery.reason.empty()) {
    delivery.kind = delivery.value.empty() ? Delivery::Kind::none : Delivery::Kind::policy;
    delivery.holds = std::clamp<std::int64_t>(dane.ttl, 1, std::max<std::int64_t>(standing.holds, 1));
    if (standing.error) delivery.code = standing.error->code;
  }
  delivery.mark = mark_of(standing.entry);
  delivery.warnings = standing.warnings;
  delivery.dane = dane.coverage;
  if (standing.policy) delivery.mode = standing.policy->mode;
  return delivery;
}

Deliveries::Deliveries(dns::Resolver& resolver, const dane::ChainJudge& judge, Keeper& keeper, PostfixForm form,
                       std::chrono::milliseconds dns_timeout)
    : resolver_(resolver), judge_(judge), keeper_(keeper), form_(form), dns_timeout_(dns_timeout) {}

void Deliveries::ask(const dane::NextHop& next_hop, std::function<void(Delivery)> done) {
  struct Both {
    std::optional<dane::Destination> dane;
    std::optional<Result<Standing>> standing;
    std::function<void(Delivery)> done;
    std::string domain;
    PostfixForm form;

    void look() {
      if (!done || !dane) return;
      // Whatever a policy says (RFC 8461 §2): one that is slow to come delays nothing.
      const bool alone = dane->coverage == Coverage::all || dane->coverage == Coverage::temporary;
      if (!standing && !alone) return;
      if (!standing) standing = Standing{.domain = domain, .holds = day};
      const auto call = std::exchange(done, nullptr);
      call(*standing ? decide(*dane, **standing, form) : without_cache(*dane, standing->error()));
    }
  };
  const auto both = std::make_shared<Both>();
  both->done = std::move(done);
  both->domain = lower(next_hop.name.text());
  both->form = form_;
  dane::ask_destination(resolver_, judge_, next_hop, dns_timeout_, [both](dane::Destination destination) {
    both->dane = std::move(destination);
    both->look();
  });
  keeper_.policy_of(next_hop.name, [both](Result<Standing> standing) {
    both->standing = std::move(standing);
    both->look();
  });
}

}  // namespace sm::mtasts
