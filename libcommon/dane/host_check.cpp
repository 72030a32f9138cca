#include "dane/host_check.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <utility>

#include "dane/check.hpp"
#include "dane/host_records.hpp"
#include "dane/tlsa.hpp"
#include "text/ascii.hpp"
#include "text/time.hpp"

namespace sm::dane {
namespace {

using net::KeyType;
using net::ProbeOutcome;
using report::Severity;

// What may mean no more than that the server has no key of the kind that was asked for: some close instead of an alert.
bool may_lack_key(const net::ProbeResult& result) {
  return result.outcome == ProbeOutcome::no_common_parameters ||
         (result.outcome == ProbeOutcome::closed && result.step == net::ProbeStep::handshake);
}

// What speaks of a server that does not answer as it should, so that nothing is proven about its TLS.
std::string untested_clause(const net::ProbeResult& result) {
  const bool connecting = result.step == net::ProbeStep::connect;
  switch (result.outcome) {
    case ProbeOutcome::unreachable:
    case ProbeOutcome::connect_refused:
      return "RFC 5321 §5.1";
    case ProbeOutcome::timed_out:
      return connecting ? "RFC 5321 §5.1" : "RFC 5321 §4.5.3.2";
    case ProbeOutcome::busy:
      return result.step == net::ProbeStep::starttls ? "RFC 3207 §4" : "RFC 5321 §4.2.1";
    case ProbeOutcome::refused:
      return "RFC 5321 §3.1";
    case ProbeOutcome::malformed:
      return "RFC 5321 §4.2";
    case ProbeOutcome::closed:
      return result.step == net::ProbeStep::handshake ? "RFC 7672 §2.2" : "RFC 5321 §3.8";
    default:
      return "RFC 7672 §2.2";
  }
}

// RFC 7672 §2.2, step by step; each step is a callback of the one before.
class HostCheck : public std::enable_shared_from_this<HostCheck> {
 public:
  HostCheck(const CheckTools& tools, const CheckOptions& options, HostQuestion question,
            std::function<void(HostReport)> done)
      : tools_(tools), options_(options), question_(std::move(question)), done_(std::move(done)) {
    report_.name = question_.name;
    report_.canonical = question_.name;
    report_.preference = question_.preference;
    report_.port = question_.port;
  }

  void start() {
    ask_host_records(tools_.resolver,
                     {.name = question_.name,
                      .port = question_.port,
                      .family = options_.family,
                      .signatures = !options_.quick,
                      .timeout = options_.dns_timeout},
                     [self = shared_from_this()](const HostRecords& records) { self->judge_addresses(records); });
  }

 private:
  void find(Severity severity, std::string code, std::string clause, std::string message, std::string advice = {}) {
    report_.findings.push_back({severity, "dane." + std::move(code), std::move(clause), report_.name.text(),
                                std::move(message), std::move(advice)});
  }
  // Of one address.
  void find_at(const net::ProbeTarget& target, Severity severity, std::string code, std::string clause,
               std::string message, std::string advice = {}) {
    find(severity, std::move(code), std::move(clause), std::move(message), std::move(advice));
    report_.findings.back().subject += " [" + text_of(target.address) + "]";
  }

  void finish(HostVerdict verdict) {
    report_.verdict = verdict;
    std::exchange(done_, nullptr)(std::move(report_));
  }

  void bogus(const dns::Answer& answer) {
    find(Severity::error, "bogus", "RFC 7672 §2.1.2",
         text_of(answer.type) + " " + answer.name.text() + ": " + why(answer),
         "mail is not delivered to this host until its zone, or what stands between, is mended");
    report_.findings.back().detail = answer.reason;
    finish(HostVerdict::bogus);
  }
  void unknown(const dns::Answer& answer) {
    find(Severity::warning, "dns-failed", "RFC 7672 §2.1.2",
         text_of(answer.type) + " " + answer.name.text() + ": " + why(answer));
    report_.findings.back().detail = answer.reason;
  }

  void note_signatures(const dns::Answer& answer) {
    const auto end = signatures_end(answer, options_.now);
    if (!end) return;
    report_.endings.push_back({"signature of " + text_of(answer.type) + " " + answer.name.text(), *end, false});
    if (*end - options_.now < options_.ahead)
      find(Severity::warning, "signature-ends", "RFC 4035 §5.3.1",
           "the signature of " + text_of(answer.type) + " " + answer.name.text() + " ends within " +
               std::to_string(options_.ahead.count()) + " days",
           "see that the zone is signed again in time");
  }

  // ---- addresses (RFC 7672 §2.2.2)

  void judge_addresses(const HostRecords& records) {
    const dns::Answer& first = records.addresses.front();
    report_.asked = {first.backend, first.trust, first.server};
    std::size_t known = 0;
    for (const dns::Answer& answer : records.addresses) {
      const Standing standing = standing_of(answer);
      if (standing == Standing::bogus) return bogus(answer);
      if (standing == Standing::unknown) {
        unknown(answer);
        untested_ = true;
        continue;
      }
      ++known;
      std::ranges::copy(addresses_in(answer), std::back_inserter(report_.addresses));
      if (answer.outcome == dns::Outcome::data) note_signatures(answer);
    }
    if (known == 0) return finish(HostVerdict::untested);
    report_.canonical = records.canonical;
    report_.address_security = records.secure ? dns::Security::secure : dns::Security::insecure;
    sort_addresses();
    if (report_.addresses.empty()) return no_address(records.secure);
    if (records.alias && !judge_alias(records)) return;
    if (records.end != HostRecords::End::insecure) return judge_tlsa(records);
    find(Severity::info, "address-insecure", "RFC 7672 §2.2.2", "the addresses are not signed: DANE does not apply",
         "sign the host's zone with DNSSEC");
    finish(HostVerdict::no_dane);
  }

  void sort_addresses() {
    auto& addresses = report_.addresses;
    std::ranges::sort(addresses, {},
                      [](const net::Address& address) { return std::pair(address.family, address.octets); });
    addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
    if (addresses.size() <= max_addresses) return;
    addresses.resize(max_addresses);
    find(Severity::warning, "many-addresses", "", "there are more addresses than are tested");
    untested_ = true;
  }

  void no_address(bool secure) {
    if (untested_) return finish(HostVerdict::untested);
    if (options_.family) {
      find(Severity::warning, "no-address", "", "there is no address of the family asked for");
      return finish(HostVerdict::untested);
    }
    find(Severity::warning, "no-address", "RFC 5321 §5.1", "the host has no address");
    // Who can forge an address for it receives mail.
    finish(secure ? HostVerdict::no_address : HostVerdict::no_dane);
  }

  // Whether its own name is secure, so that the check goes on.
  bool judge_alias(const HostRecords& records) {
    const dns::Answer& answer = *records.alias;
    if (records.fault() == &answer) {
      fault(answer);
      return false;
    }
    if (records.end == HostRecords::End::insecure) {
      find(Severity::info, "address-insecure", "RFC 7672 §2.2.2",
           "the host is an alias, and that is not signed: DANE does not apply", "sign the host's zone with DNSSEC");
      finish(HostVerdict::no_dane);
      return false;
    }
    note_signatures(answer);
    find(Severity::info, "alias-insecure", "RFC 7672 §2.2.2",
         "the host is an alias into a zone that is not signed: TLSA records count at its own name only");
    return true;
  }

  void fault(const dns::Answer& answer) {
    if (standing_of(answer) == Standing::bogus) return bogus(answer);
    unknown(answer);
    finish(HostVerdict::untested);
  }

  // ---- TLSA (RFC 7672 §2.2.3)

  void judge_tlsa(const HostRecords& records) {
    if (const dns::Answer* answer = records.fault()) return fault(*answer);
    if (records.end == HostRecords::End::tlsa) {
      note_signatures(records.tlsa.back());
      report_.base_domain = records.base_domain;
      return judge_records(records.tlsa.back());
    }
    if (std::ranges::any_of(records.tlsa, [](const auto& answer) { return answer.outcome == dns::Outcome::data; }))
      find(Severity::warning, "tlsa-insecure", "RFC 7672 §2.1.1",
           "there are TLSA records, and DNSSEC does not vouch for them: they count for nothing",
           "sign the zone that they are in");
    else
      find(Severity::info, "tlsa-none", "RFC 7672 §2.2", "there is no TLSA record");
    finish(HostVerdict::no_dane);
  }

  void judge_records(const dns::Answer& answer) {
    for (dns::Tlsa& record : answer.data<dns::Tlsa>()) {
      const Usability usability = dane::usability(record, tools_.judge);
      report_.records.push_back({std::move(record), usability});
    }
    std::ranges::sort(report_.records, {}, &TlsaRecord::data);
    bool any = false;
    for (const TlsaRecord& record : report_.records) {
      any = any || record.usability == Usability::usable;
      if (record.usability == Usability::usable) continue;
      find(Severity::warning, "tlsa-unusable",
           record.usability == Usability::pkix_usage ? "RFC 7672 §3.1.3" : "RFC 7672 §2.2",
           "TLSA " + parameters_of(record.data) + " can't be used: " + std::string(name_of(record.usability)),
           record.usability == Usability::pkix_usage ? "publish usage 3, or 2" : "mend or remove it");
    }
    if (!any) {
      find(Severity::error, "all-unusable", "RFC 7672 §2.2",
           "none of the TLSA records can be used: TLS is demanded, and nothing says of whom",
           "publish a record \"3 1 1\" with the SHA-256 of the server's key");
      return finish(HostVerdict::unusable);
    }
    test_addresses();
  }

  // ---- servers

  void test_addresses() {
    sessions_.resize(report_.addresses.size());
    // One more, so that none of what is known already ends the host before all are asked.
    pending_ = static_cast<int>(sessions_.size()) + 1;
    if (!options_.quick) {
      ++pending_;
      tools_.resolver.ask(
          {// It had TLSA records: it is not too long.
           .name = *tlsa_name(*report_.base_domain, question_.port),
           .type = dns::Type::a,
           .signatures = true,
           .timeout = options_.dns_timeout},
          [self = shared_from_this()](const dns::Answer& answer) { self->on_denial(answer); });
    }
    for (std::size_t i = 0; i < sessions_.size(); ++i) connect(i, options_.quick ? KeyType::any : KeyType::ecdsa);
    one_less();
  }

  void one_less() {
    if (--pending_ == 0) judge_sessions();
  }

  // Whether the zone can prove that something is not there: one that can't fails with other records, at other hosts.
  void on_denial(const dns::Answer& answer) {
    const bool broken = standing_of(answer) == Standing::bogus || answer.failure == dns::Failure::servfail;
    if (broken) {
      find(Severity::warning, "denial", "RFC 7672 §2.1.2",
           "the name servers can't deny the existence of A " + answer.name.text() + ": " + why(answer),
           "update them: senders that meet this on their way don't deliver mail");
      report_.findings.back().detail = answer.reason;
    }
    one_less();
  }

  void connect(std::size_t index, KeyType key) {
    const net::ProbeTarget target{.address = report_.addresses[index],
                                  .port = question_.port,
                                  .server_name = lower(report_.base_domain->text()),
                                  .key = key,
                                  .protocol = question_.protocol};
    tools_.sessions.ask(target, [self = shared_from_this(), index, target](Sessions::Seen seen) {
      self->on_session(index, target, std::move(seen));
    });
  }

  void on_session(std::size_t index, const net::ProbeTarget& target, Sessions::Seen seen) {
    auto& sessions = sessions_[index];
    sessions.push_back({.target = target, .seen = std::move(seen)});
    const net::ProbeResult& result = *sessions.back().seen;
    const bool complete = result.outcome == ProbeOutcome::handshake;
    if (complete) judge_chain(sessions.back());
    // One after the other: some servers take it amiss otherwise.
    if (target.key == KeyType::ecdsa && (complete || may_lack_key(result))) return connect(index, KeyType::rsa);
    if (target.key == KeyType::rsa && may_lack_key(result)) {
      const bool other = sessions.front().seen->outcome == ProbeOutcome::handshake;
      if (!other) return connect(index, KeyType::any);
    }
    one_less();
  }

  void judge_chain(SessionReport& session) {
    ChainQuestion question{
        .chain = session.seen->chain, .base_domain = report_.base_domain->text(), .now = options_.now};
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < report_.records.size(); ++i) {
      if (report_.records[i].usability != Usability::usable) continue;
      question.records.push_back(report_.records[i].data);
      places.push_back(i);
    }
    for (const dns::Name& name : question_.further_names) question.further_names.push_back(name.text());
    auto verdict = tools_.judge.verify(question);
    if (!verdict) {
      session.verdict = ChainVerdict{.result = ChainResult::untrusted, .reason = verdict.error().message};
      return;
    }
    if (verdict->record) {
      verdict->record = places.at(*verdict->record);
      report_.records[*verdict->record].matched = true;
    }
    session.verdict = std::move(*verdict);
    if (auto facts = tools_.judge.read(session.seen->chain.front())) session.certificate = *std::move(facts);
  }

  void judge_sessions() {
    bool failed = false;
    for (auto& sessions : sessions_) {
      const bool any = std::ranges::any_of(
          sessions, [](const SessionReport& session) { return session.seen->outcome == ProbeOutcome::handshake; });
      for (SessionReport& session : sessions) {
        // With none complete, the last one, of any key, speaks for all.
        session.not_offered = may_lack_key(*session.seen) && (any || &session != &sessions.back());
        if (session.not_offered) {
          // An alert says so. Who just closes may have had another reason.
          if (session.seen->outcome == ProbeOutcome::closed)
            find_at(session.target, Severity::info, "key-closed", "",
                    std::string(name_of(session.target.key)) +
                        ": the server closed the connection, which is taken for having no such key");
          continue;
        }
        if (session.verdict) {
          failed = !judge_match(session) || failed;
        } else if (is_untested(session.seen->outcome)) {
          report_untested(session);
          untested_ = true;
        } else {
          report_unprotected(session);
          failed = true;
        }
      }
      std::ranges::move(sessions, std::back_inserter(report_.sessions));
    }
    if (failed) return finish(HostVerdict::failed);
    if (untested_) return finish(HostVerdict::untested);
    for (const TlsaRecord& record : report_.records)
      if (!options_.quick && record.usability == Usability::usable && !record.matched)
        find(Severity::info, "tlsa-unmatched", "RFC 7671 §8.1",
             "TLSA " + parameters_of(record.data) + " matches nothing that was presented: the next key?");
    finish(HostVerdict::is_protected);
  }

  // Whether it does.
  bool judge_match(const SessionReport& session) {
    const ChainVerdict& verdict = *session.verdict;
    const std::string key = session.target.key == KeyType::any ? "" : std::string(name_of(session.target.key)) + ": ";
    const auto error = [&](std::string code, std::string clause, std::string message, std::string advice) {
      find_at(session.target, Severity::error, std::move(code), std::move(clause), key + std::move(message),
              std::move(advice));
      return false;
    };
    switch (verdict.result) {
      case ChainResult::match:
        break;
      case ChainResult::no_match:
        return error("mismatch", "RFC 7672 §2.2", "no TLSA record matches what the server presents",
                     "publish a record for it, or give the server the key that is published");
      case ChainResult::wrong_name:
        return error("wrong-name", "RFC 7672 §3.2.3", "the certificate is for other names",
                     "usage 2 demands the host's name in it");
      case ChainResult::expired:
        return error("expired", "RFC 7672 §3.1.2", "a certificate has expired: dates count with usage 2", "renew it");
      case ChainResult::not_yet_valid:
        return error("not-yet-valid", "RFC 7672 §3.1.2", "a certificate is not yet valid: dates count with usage 2",
                     "see to the server's clock, or to its issuer's");
      case ChainResult::unusable:
      case ChainResult::untrusted:
        return error("untrusted", "RFC 7672 §3.1.2", "the chain does not hold: " + verdict.reason,
                     "have the server send every certificate up to the one that is published");
    }
    const std::string what =
        verdict.record ? "TLSA " + parameters_of(report_.records[*verdict.record].data) : "a TLSA record";
    find_at(session.target, Severity::ok, "match", verdict.valid_until ? "RFC 7672 §3.1.2" : "RFC 7672 §3.1.1",
            key + what + " matches at depth " + std::to_string(verdict.depth) + ", " + session.seen->tls_version);
    if (session.certificate) {
      const CertificateFacts& facts = *session.certificate;
      find_at(session.target, Severity::info, "certificate", "",
              key + facts.subject + ", " + facts.key + ", by " + facts.issuer + ", until " +
                  rfc3339(facts.not_after.time_since_epoch().count()) +
                  (verdict.valid_until ? "" : ", which does not count with usage 3"));
    }
    if (!verdict.valid_until) return true;
    report_.endings.push_back({"certificate of " + report_.name.text() + " [" + text_of(session.target.address) + "]",
                               *verdict.valid_until, true});
    if (*verdict.valid_until - options_.now < options_.ahead)
      find_at(session.target, Severity::warning, "certificate-ends", "RFC 7672 §3.1.2",
              key + "a certificate ends on " + rfc3339(verdict.valid_until->time_since_epoch().count()), "renew it");
    return true;
  }

  void report_untested(const SessionReport& session) {
    const net::ProbeResult& result = *session.seen;
    find_at(session.target, Severity::warning, "not-tested", untested_clause(result),
            "not tested: " + std::string(name_of(result.outcome)) + " at " + std::string(name_of(result.step)));
    report_.findings.back().detail = result.detail;
  }

  void report_unprotected(const SessionReport& session) {
    const net::ProbeResult& result = *session.seen;
    const auto error = [&](std::string code, std::string clause, std::string message, std::string advice) {
      find_at(session.target, Severity::error, std::move(code), std::move(clause), std::move(message),
              std::move(advice));
      report_.findings.back().detail = result.detail;
    };
    switch (result.outcome) {
      case ProbeOutcome::plaintext_injected:
        return error("injected", "RFC 3207 §6", "octets in clear came behind the reply to STARTTLS",
                     "update the server, or find out who stands between");
      case ProbeOutcome::tls_too_old:
        return error("tls-too-old", "RFC 8996 §4", "there is no TLS 1.2 or later", "update the server");
      case ProbeOutcome::starttls_refused:
        return error("starttls-refused", "RFC 3207 §4", "STARTTLS is offered and refused", "mend the server's TLS");
      default:
        return error("no-starttls", "RFC 7672 §2.2", "STARTTLS is not offered",
                     "switch it on, or find out who strips it: mail is not delivered without");
    }
  }

  CheckTools tools_;
  CheckOptions options_;
  HostQuestion question_;
  std::function<void(HostReport)> done_;
  HostReport report_;
  int pending_ = 0;
  bool untested_ = false;
  std::vector<std::vector<SessionReport>> sessions_;  // by address
};

}  // namespace

void check_host(const CheckTools& tools, const CheckOptions& options, HostQuestion question,
                std::function<void(HostReport)> done) {
  std::make_shared<HostCheck>(tools, options, std::move(question), std::move(done))->start();
}

std::optional<std::chrono::sys_seconds> signatures_end(const dns::Answer& answer, std::chrono::sys_seconds now) {
  // An RRset holds as long as one of its signatures does.
  std::map<std::pair<std::string, dns::Type>, std::int64_t> last;
  for (const dns::Record& record : answer.signatures) {
    const auto* signature = std::get_if<dns::Rrsig>(&record.data);
    if (!signature) continue;
    const std::int64_t left = dns::seconds_until(signature->expiration, now.time_since_epoch().count());
    const auto [found, is_new] = last.try_emplace({record.name.key(), signature->covered}, left);
    if (!is_new) found->second = std::max(found->second, left);
  }
  if (last.empty()) return std::nullopt;
  const auto first = std::ranges::min_element(last, {}, [](const auto& entry) { return entry.second; });
  return now + std::chrono::seconds(first->second);
}

}  // namespace sm::dane
