#include "dns/answer.hpp"

#include <algorithm>

namespace sm::dns {
namespace {

constexpr std::uint32_t max_ttl = 0x7FFFFFFF;

void failed(Answer& answer, Failure failure) {
  answer.outcome = Outcome::failed;
  answer.failure = failure;
  answer.ttl = 0;
  answer.chain.resize(1);
  answer.records.clear();
  answer.signatures.clear();
}

// What validation has to say says more than that something was cached or stale.
void choose_error(const Message& message, Answer& answer) {
  if (!message.edns) return;
  for (ExtendedError& error : message.edns->options.extended_errors())
    if (!answer.extended_error || (is_dnssec_error(error.code) && !is_dnssec_error(answer.extended_error->code)))
      answer.extended_error = std::move(error);
}

bool is_at(const Record& record, const Name& name, Type type) {
  return record.type == type && record.dns_class == class_in && record.name == name;
}

// Follows the aliases and takes the records at their end. False: a loop, a chain too long, or an alias that is none.
bool follow(const Message& message, const Query& query, Answer& answer) {
  while (true) {
    const Name at = answer.canonical();
    const Record* alias = nullptr;
    for (const Record& record : message.answers) {
      if (is_at(record, at, query.type)) {
        answer.records.push_back(record);
        answer.ttl = std::min(answer.ttl, record.ttl);
      } else if (!alias && is_at(record, at, Type::cname)) {
        alias = &record;
      }
    }
    if (!answer.records.empty() || !alias) return true;
    const auto* cname = std::get_if<Cname>(&alias->data);
    if (!cname || answer.chain.size() == max_chain) return false;
    if (std::ranges::find(answer.chain, cname->target) != answer.chain.end()) return false;
    answer.ttl = std::min(answer.ttl, alias->ttl);
    answer.chain.push_back(cname->target);
  }
}

void take_signatures(const Message& message, const Query& query, Answer& answer) {
  for (const Record& record : message.answers) {
    const auto* signature = std::get_if<Rrsig>(&record.data);
    if (!signature || record.dns_class != class_in) continue;
    // A DNAME has the signature; the CNAMEs made of it have none (RFC 6672 §5.3.1).
    if (signature->covered == Type::dname &&
        std::ranges::any_of(answer.chain, [&](const Name& name) { return name.is_within(record.name); }))
      answer.signatures.push_back(record);
    const auto place = std::ranges::find(answer.chain, record.name);
    if (place == answer.chain.end()) continue;
    if (signature->covered == (place + 1 == answer.chain.end() ? query.type : Type::cname))
      answer.signatures.push_back(record);
  }
}

}  // namespace

Answer answer_to(const Query& query) {
  return {.name = query.name, .type = query.type, .chain = {query.name}};
}

void read_answer(const Message& message, const Query& query, Answer& answer) {
  choose_error(message, answer);
  if (!message.response || message.truncated || message.opcode != 0 || message.questions.size() != 1 ||
      message.questions.front() != Question{query.name, query.type})
    return failed(answer, Failure::malformed);
  answer.rcode = message.rcode;
  if (message.rcode == Rcode::servfail) return failed(answer, Failure::servfail);
  if (message.rcode != Rcode::noerror && message.rcode != Rcode::nxdomain) return failed(answer, Failure::refused);

  answer.ttl = max_ttl;
  if (!follow(message, query, answer)) return failed(answer, Failure::malformed);
  if (!answer.records.empty()) {
    if (message.rcode == Rcode::nxdomain) return failed(answer, Failure::malformed);
    answer.outcome = Outcome::data;
    answer.failure = Failure::none;
    if (query.signatures) take_signatures(message, query, answer);
    return;
  }
  // RFC 2308 §5: a denial lives as long as the SOA with it says; without one it is not to be cached. An NS there
  // instead is a referral (§2.2): the server does not look further for us.
  const Soa* soa = nullptr;
  bool referral = false;
  for (const Record& record : message.authority) {
    referral = referral || record.type == Type::ns;
    if (soa) continue;
    soa = std::get_if<Soa>(&record.data);
    if (soa) answer.ttl = std::min({answer.ttl, record.ttl, soa->minimum});
  }
  if (!soa) answer.ttl = 0;
  if (message.rcode == Rcode::noerror && referral && !soa) return failed(answer, Failure::refused);
  answer.outcome = message.rcode == Rcode::nxdomain ? Outcome::no_name : Outcome::no_data;
  answer.failure = Failure::none;
  if (query.signatures) take_signatures(message, query, answer);
}

std::string describe(const ExtendedError& error) {
  const std::string_view name = extended_error_name(error.code);
  std::string text(name.empty() ? "an unknown extended error" : name);
  text += " (extended error " + std::to_string(error.code);
  if (!error.text.empty()) text += ": \"" + error.text + "\"";
  return text + ")";
}

}  // namespace sm::dns
