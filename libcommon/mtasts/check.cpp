#include "mtasts/check.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "dane/check.hpp"
#include "text/ascii.hpp"
#include "text/time.hpp"

namespace sm::mtasts {
namespace {

using net::KeyType;
using net::ProbeOutcome;
using report::Severity;

constexpr std::chrono::milliseconds slow_fetch{10'000};

// A text that was meant for a record and is none.
bool is_near_miss(std::string_view text) {
  const std::string low = lower(text.substr(0, 32));
  return low.find("sts") != std::string::npos && low.find("v=") != std::string::npos;
}

// What may mean no more than that the server has no key of the kind that was asked for.
bool may_lack_key(const net::ProbeResult& result) {
  return result.outcome == ProbeOutcome::no_common_parameters ||
         (result.outcome == ProbeOutcome::closed && result.step == net::ProbeStep::handshake);
}

// The first of the worst.
std::string reason_in(const dane::CheckReport& report) {
  const auto findings = all_findings(report);
  const auto reason = std::ranges::max_element(findings, {}, &report::Finding::severity);
  return reason == findings.end() ? std::string() : reason->subject + ": " + reason->message;
}

std::string date(std::int64_t when) {
  return rfc3339(when);
}

class DomainCheck : public std::enable_shared_from_this<DomainCheck> {
 public:
  DomainCheck(const CheckTools& tools, const CheckOptions& options, CheckDone done)
      : tools_(tools), options_(options), done_(std::move(done)) {
    report_.time = options.now;
  }

  void start(dns::Name domain) {
    report_.name = std::move(domain);
    ask_record(tools_.resolver, report_.name, options_.dns_timeout,
               [self = shared_from_this()](RecordAnswer answer) { self->on_record(std::move(answer)); });
  }

 private:
  report::Finding& find(Severity severity, std::string_view code, std::string_view clause, std::string message,
                        std::string advice = {}) {
    report::Finding& finding = report_.findings.emplace_back();
    finding.severity = severity;
    finding.code = "mtasts." + std::string(code);
    finding.clause = clause;
    finding.subject = report_.name.text();
    finding.message = std::move(message);
    finding.advice = std::move(advice);
    return finding;
  }

  void finish(Verdict verdict) {
    report_.verdict = verdict;
    std::exchange(done_, nullptr)(std::move(report_));
  }
  // By what was found, unless an error says more.
  void conclude(Verdict otherwise) {
    if (report::worst(report_.findings) == Severity::error) return finish(Verdict::faulty);
    finish(untested_ && otherwise == Verdict::holds ? Verdict::untested : otherwise);
  }

  // ---- the record (RFC 8461 §3.1)

  void on_record(RecordAnswer answer) {
    report_.record = std::move(answer);
    const RecordAnswer& record = report_.record;
    switch (record.state) {
      case RecordState::unknown:
        find(Severity::warning, "record-failed", "RFC 8461 §3.3", record.error->message, record.error->hint).detail =
            record.answer.reason;
        compare_with_cache();
        return finish(Verdict::untested);
      case RecordState::absent:
        note_near_misses();
        find(Severity::info, "no-record", "RFC 8461 §3.1", "there is no record at _mta-sts." + report_.name.text());
        compare_with_cache();
        return finish(Verdict::no_policy);
      case RecordState::invalid:
        note_near_misses();
        find(Severity::error, std::string_view(record.error->code).substr(record.error->code.find('.') + 1),
             "RFC 8461 §3.1", record.error->message, record.error->hint);
        break;
      case RecordState::found:
        find(Severity::ok, "record", "RFC 8461 §3.1", "the record is there, with id " + record.record->id);
        break;
    }
    if (record.answer.chain.size() > 1)
      find(Severity::info, "record-alias", "RFC 8461 §8.2",
           "the record is that of " + record.answer.canonical().text() + ", to which an alias leads");
    ask_the_rest();
  }

  void note_near_misses() {
    for (const dns::Txt& txt : report_.record.answer.data<dns::Txt>()) {
      const std::string text = txt.joined();
      if (!is_record(text) && is_near_miss(text))
        find(Severity::warning, "near-record", "RFC 8461 §3.1",
             "a TXT record is there that does not begin \"v=STSv1;\", and does not count: \"" + text + "\"",
             "no white space and no other case of letters before that semicolon");
    }
  }

  void ask_the_rest() {
    pending_ = 3;
    const auto self = shared_from_this();
    // Whoever answers at once is counted too.
    fetch_policy(
        tools_.client, report_.name, false, options_.fetch_timeout,
        [self](PolicyAnswer answer) {
          self->report_.policy = std::move(answer);
          self->one_less();
        },
        true);
    dane::CheckOptions options;
    options.ahead = options_.ahead;
    options.family = options_.family;
    options.dns_timeout = options_.dns_timeout;
    options.now = options_.now;
    dane::check_domain({tools_.resolver, tools_.sessions, tools_.dane}, options, report_.name,
                       [self](dane::CheckReport report) {
                         self->report_.dane = std::move(report);
                         self->one_less();
                       });
    ask_reporting();
  }

  void one_less() {
    if (--pending_ == 0) judge_answers();
  }

  void ask_reporting() {
    auto name = dns::Name::join(*dns::Name::parse("_smtp._tls"), report_.name);
    if (!name) return one_less();
    tools_.resolver.ask({.name = *std::move(name), .type = dns::Type::txt, .timeout = options_.dns_timeout},
                        [self = shared_from_this()](dns::Answer answer) {
                          self->reporting_ = std::move(answer);
                          self->one_less();
                        });
  }

  void judge_answers() {
    judge_policy();
    compare_with_cache();
    judge_reporting();
    judge_dane();
    // Without a policy an error was found, or it was not tested; in mode none there is nothing that a host could fail.
    if (report_.mode().value_or(Mode::none) == Mode::none) return conclude(Verdict::holds);
    if (!take_hosts()) return;
    judge_patterns();
    test_hosts();
  }

  // ---- the policy (RFC 8461 §3.2, §3.3)

  void judge_policy() {
    const PolicyAnswer& answer = *report_.policy;
    for (const report::Finding& finding : answer.reading.findings) report_.findings.push_back(finding);
    if (answer.response) judge_response(*answer.response);
    if (answer.policy) {
      find(Severity::ok, "policy-host", "RFC 8461 §3.3", "the policy host's certificate holds, and it serves a policy");
      find(Severity::ok, "policy", "RFC 8461 §3.2",
           "the policy is valid: " + std::string(name_of(answer.policy->mode)) + " for " +
               std::to_string(answer.policy->max_age) + " s");
      return;
    }
    const Error& error = *answer.error;
    if (error.code == "mtasts.policy") return;  // the findings of the reading say it
    if (!is_domains_fault(answer)) {
      untested_ = true;
      find(Severity::warning, "policy-not-tested", "RFC 8461 §3.3", "the policy could not be fetched: " + error.code,
           "try again, or from another network: senders who have the policy keep it")
          .detail = error.message;
      return;
    }
    report::Finding& finding = find(Severity::error, "policy-fetch", "RFC 8461 §3.3", "the policy can't be fetched");
    finding.advice = error.hint.empty() ? "see what the policy host answers: curl -v https://mta-sts." +
                                              report_.name.text() + "/.well-known/mta-sts.txt"
                                        : error.hint;
    finding.detail = error.message;
    if (answer.response) {
      finding.code = answer.response->redirect() ? "mtasts.redirect" : "mtasts.status";
      finding.message = error.message;
      finding.detail.clear();
    } else if (error.code == "net.private-address") {
      finding.code = "mtasts.private-address";
      finding.clause = "RFC 6890 §2.2";
      finding.message = "the policy host is on a private, loopback or link-local address, where nobody else finds it";
      finding.advice = "give it an address that the Internet routes; --allow-private asks it all the same";
    } else if (error.code == "net.no-host") {
      finding.code = "mtasts.no-policy-host";
      finding.message = "the policy host has no address";
      finding.advice = "publish one, or take the record away";
    } else if (error.code == "net.certificate") {
      finding.code = "mtasts.policy-host-certificate";
      finding.message = "the policy host's certificate does not hold";
      finding.advice =
          "it takes one by an authority that is trusted everywhere, with the host's name in its subjectAltName";
    } else if (error.code == "net.too-long") {
      finding.code = "mtasts.size";
      finding.message = "the policy has more than 64 KiB, or its header has";
      finding.advice = "senders stop there, and have no policy then";
    }
  }

  void judge_response(const net::Response& response) {
    const std::string media = response.media_type();
    if (response.status == 200 && media != "text/plain")
      find(Severity::warning, "content-type", "RFC 8461 §3.2",
           media.empty() ? "the policy has no Content-Type" : "the policy is served as " + media,
           "serve it as text/plain");
    if (response.elapsed > slow_fetch)
      find(Severity::warning, "slow", "RFC 8461 §3.3", "the policy host takes more than ten seconds",
           "a sender waits for a minute at most, and some for less");
    if (response.certificates.empty()) return;
    const auto facts = tools_.dane.read(response.certificates.front());
    if (!facts) return;
    report_.policy_host_end = facts->not_after;
    if (facts->not_after - options_.now < options_.ahead) {
      report_.ends_soon = true;
      find(Severity::warning, "policy-host-certificate-ends", "RFC 8461 §3.3",
           "the policy host's certificate ends on " + date(facts->not_after.time_since_epoch().count()), "renew it");
    }
  }

  // ---- what senders may have (RFC 8461 §3.3, §5.1)

  void compare_with_cache() {
    if (!tools_.cache) return;
    const auto entry = tools_.cache->find(lower(report_.name.text()));
    if (!entry) {
      find(Severity::info, "cache", "", "the cache can't be read").detail = entry.error().message;
      return;
    }
    if (!*entry || !(*entry)->has_policy()) return;
    const Entry& before = **entry;
    // Times of the cache change with each refresh.
    const std::string since = "it was fetched " + date(before.fetched);
    if (!report_.mode()) {
      if (before.is_valid(options_.now.time_since_epoch().count()))
        find(Severity::info, "cached", "RFC 8461 §3.3", "the cache has a policy, which counts for those who have it")
            .detail = since + " and ends " + date(before.expires);
      return;
    }
    const bool same_id = report_.record.record && report_.record.record->id == before.id;
    const bool same_body = report_.policy->body == before.body;
    if (same_id && !same_body)
      find(Severity::warning, "same-id", "RFC 8461 §3.1",
           "the policy is not the cache's, and the id is still the same: who has the old one keeps it",
           "change the id with each change of the policy, once the policy is there")
          .detail = since;
    if (!same_id && same_body && report_.record.record)
      find(Severity::info, "same-policy", "RFC 8461 §3.1",
           "the id is not the cache's, and the policy is still the same", "a new id announces a new policy")
          .detail = since;
    const Reading reading = read_policy(before.body);
    if (reading.policy && reading.policy->mode != report_.mode())
      find(Severity::info, "mode-changed", "RFC 8461 §8.3",
           "the mode of the cache's policy is " + std::string(name_of(reading.policy->mode)) + ", and is " +
               std::string(name_of(*report_.mode())) + " now")
          .detail = since;
  }

  // ---- reports (RFC 8460 §3)

  void judge_reporting() {
    if (!reporting_ || reporting_->outcome == dns::Outcome::failed || reporting_->security == dns::Security::bogus) {
      find(Severity::info, "tlsrpt-failed", "RFC 8460 §3", "where reports go could not be asked");
      return;
    }
    std::vector<std::string> texts;
    for (const dns::Txt& txt : reporting_->data<dns::Txt>()) texts.push_back(txt.joined());
    auto reporting = pick_reporting(texts);
    if (!reporting) {
      find(Severity::warning, "tlsrpt", "RFC 8460 §3", "_smtp._tls: " + reporting.error().message,
           reporting.error().hint);
      return;
    }
    if (*reporting) {
      find(Severity::ok, "tlsrpt", "RFC 8460 §3", "failures are reported to " + (*reporting)->to.front());
      report_.reporting = *std::move(*reporting);
      return;
    }
    // In mode testing the reports are what it is for.
    find(report_.mode() == Mode::testing ? Severity::warning : Severity::info, "no-tlsrpt", "RFC 8460 §3",
         "there is no record at _smtp._tls: nobody will say when mail fails",
         R"(publish "v=TLSRPTv1; rua=mailto:…" there)");
  }

  // ---- DANE, which counts first (RFC 8461 §2)

  void judge_dane() {
    const dane::CheckReport& dane = *report_.dane;
    const auto say = [&](Severity severity, std::string message, std::string advice = {}) -> report::Finding& {
      return find(severity, "dane", "RFC 8461 §2", std::move(message), std::move(advice));
    };
    switch (dane.verdict) {
      case dane::Verdict::is_protected:
        say(Severity::ok, "every host is protected by DANE: senders who know it go by it, the others by this policy");
        return;
      case dane::Verdict::partial:
        say(Severity::warning,
            "some hosts have DANE: senders who know it demand it of these, and the policy of the others",
            "publish TLSA records for every host");
        return;
      case dane::Verdict::opportunistic:
        say(Severity::info, "every host has DANE, but the MX records are not signed: this policy protects them");
        return;
      case dane::Verdict::no_dane:
        say(Severity::info, "there is no DANE: this policy is all that protects");
        return;
      case dane::Verdict::unusable:
        say(Severity::warning,
            "no TLSA record can be used: senders who know DANE demand TLS of anybody, and this policy says of whom",
            "publish records that can be used, or none");
        return;
      case dane::Verdict::failed:
      case dane::Verdict::bogus: {
        // In mode none nothing of it is a matter of MTA-STS.
        auto& finding =
            say(report_.mode() == Mode::none ? Severity::warning : Severity::error,
                "DANE is there and fails, and no policy stands in for it (" + std::string(name_of(dane.verdict)) + ")",
                "smdane check says what to do");
        finding.detail = reason_in(dane);
        return;
      }
      case dane::Verdict::untested:
        untested_ = true;
        say(Severity::warning, "whether DANE stands in the way could not be seen", "smdane check says why").detail =
            reason_in(dane);
        return;
      case dane::Verdict::null_mx:
      case dane::Verdict::no_mail:
        return;
    }
  }

  // ---- the hosts (RFC 8461 §4.1, §4.2)

  // False: there are none, and all is said.
  bool take_hosts() {
    const dane::CheckReport& dane = *report_.dane;
    switch (dane.source) {
      case dane::Source::null_mx:
        find(Severity::warning, "null-mx", "RFC 7505 §3", "there is a policy, and the domain takes no mail",
             "take the record away, by way of a policy of mode none");
        conclude(Verdict::no_mail);
        return false;
      case dane::Source::no_domain:
        find(Severity::warning, "no-domain", "RFC 5321 §5.1", "there is a policy, and no such domain");
        conclude(Verdict::no_mail);
        return false;
      case dane::Source::none:
      case dane::Source::given:
        // judge_dane() has said so: bogus is an error, and what could not be asked is not tested.
        conclude(Verdict::holds);
        return false;
      case dane::Source::implicit:
        find(Severity::info, "implicit-mx", "RFC 5321 §5.1", "there is no MX record: the host is the domain itself");
        break;
      case dane::Source::mx:
        break;
    }
    for (const dane::HostReport& host : dane.hosts) {
      HostReport& own = report_.hosts.emplace_back();
      own.name = host.name;
      own.preference = host.preference;
      own.addresses = host.addresses;
      if (host.canonical != host.name)
        find_at(
            host.name.text(), Severity::info, "mx-alias", "RFC 5321 §5.1",
            "the MX host is an alias of " + host.canonical.text() + ": policy and certificate have to name the host");
      if (!host.addresses.empty()) continue;
      if (host.verdict == dane::HostVerdict::untested || host.verdict == dane::HostVerdict::bogus) {
        untested_ = true;
        find_at(host.name.text(), Severity::warning, "mx-not-tested", "RFC 8461 §4.2",
                "not tested: no address is known");
      } else {
        find_at(host.name.text(), Severity::warning, "mx-no-address", "RFC 5321 §5.1", "the MX host has no address",
                "remove it from the MX records");
      }
    }
    const auto has_none = [](const HostReport& host) { return host.addresses.empty(); };
    if (untested_ || !std::ranges::all_of(report_.hosts, has_none)) return true;
    conclude(Verdict::no_mail);
    return false;
  }

  report::Finding& find_at(std::string subject, Severity severity, std::string_view code, std::string_view clause,
                           std::string message, std::string advice = {}) {
    report::Finding& finding = find(severity, code, clause, std::move(message), std::move(advice));
    finding.subject = std::move(subject);
    return finding;
  }

  void judge_patterns() {
    const Policy& policy = *report_.policy->policy;
    for (HostReport& host : report_.hosts) {
      host.fits = matches(policy, host.name.text());
      if (host.fits)
        find_at(host.name.text(), Severity::ok, "mx", "RFC 8461 §4.1", "the policy lets it get mail");
      else
        find_at(host.name.text(), Severity::error, "mx", "RFC 8461 §4.1",
                policy.mode == Mode::enforce ? "no mx of the policy fits: senders don't deliver to it"
                                             : "no mx of the policy fits: with enforce senders won't deliver to it",
                "add \"mx: " + lower(host.name.text()) + "\" to the policy, and then change the id");
    }
    for (const std::string& pattern : policy.mx) {
      const Policy one{.mode = policy.mode, .mx = {pattern}, .max_age = policy.max_age};
      const auto fits = [&](const HostReport& host) { return matches(one, host.name.text()); };
      if (std::ranges::none_of(report_.hosts, fits))
        find(Severity::info, "mx-unused", "RFC 8461 §4.1", "mx " + pattern + " fits no MX host of today");
    }
  }

  void test_hosts() {
    // One more, so that none of what is known already ends it before all are asked.
    pending_ = 1;
    sessions_.resize(report_.hosts.size());
    for (std::size_t i = 0; i < report_.hosts.size(); ++i) {
      const HostReport& host = report_.hosts[i];
      sessions_[i].resize(host.addresses.size());
      for (std::size_t j = 0; j < host.addresses.size(); ++j) {
        if (!options_.allow_private && !is_public(host.addresses[j])) {
          untested_ = true;
          find_at(subject_of(i, j), Severity::warning, "mx-private-address", "RFC 6890 §2.2",
                  "not tested: a private, loopback or link-local address", "--allow-private tests it");
          continue;
        }
        ++pending_;
        connect(i, j, KeyType::ecdsa);
      }
    }
    session_done();
  }

  std::string subject_of(std::size_t host, std::size_t address) const {
    const HostReport& one = report_.hosts[host];
    return one.name.text() + " [" + text_of(one.addresses[address]) + "]";
  }

  // As dane/host_check.cpp does, so that one session serves both.
  void connect(std::size_t host, std::size_t address, KeyType key) {
    const HostReport& one = report_.hosts[host];
    const net::ProbeTarget target{.address = one.addresses[address],
                                  .port = 25,
                                  .server_name = lower(one.name.text()),
                                  .key = key,
                                  .protocol = net::Protocol::smtp};
    tools_.sessions.ask(target, [self = shared_from_this(), host, address, target](dane::Sessions::Seen seen) {
      self->on_session(host, address, target, std::move(seen));
    });
  }

  void on_session(std::size_t host, std::size_t address, const net::ProbeTarget& target, dane::Sessions::Seen seen) {
    auto& sessions = sessions_[host][address];
    sessions.push_back({.target = target, .seen = std::move(seen), .verdict = {}});
    const net::ProbeResult& result = *sessions.back().seen;
    const bool complete = result.outcome == ProbeOutcome::handshake;
    if (complete) judge_chain(sessions.back(), report_.hosts[host]);
    if (target.key == KeyType::ecdsa && (complete || may_lack_key(result))) return connect(host, address, KeyType::rsa);
    if (target.key == KeyType::rsa && may_lack_key(result) && sessions.front().seen->outcome != ProbeOutcome::handshake)
      return connect(host, address, KeyType::any);
    session_done();
  }

  void judge_chain(SessionReport& session, const HostReport& host) const {
    auto verdict = tools_.pkix.verify({session.seen->chain, lower(host.name.text()), options_.now});
    if (verdict) {
      session.verdict = *std::move(verdict);
      return;
    }
    session.verdict = dane::ChainVerdict{};
    session.verdict->result = dane::ChainResult::untrusted;
    session.verdict->reason = verdict.error().message;
  }

  void session_done() {
    if (--pending_ != 0) return;
    for (std::size_t i = 0; i < sessions_.size(); ++i)
      for (std::size_t j = 0; j < sessions_[i].size(); ++j) judge_sessions(i, j);
    conclude(Verdict::holds);
  }

  void judge_sessions(std::size_t host, std::size_t address) {
    auto& sessions = sessions_[host][address];
    const bool any = std::ranges::any_of(
        sessions, [](const SessionReport& session) { return session.seen->outcome == ProbeOutcome::handshake; });
    for (SessionReport& session : sessions) {
      // With none complete, the last one, of any key, speaks for all.
      session.not_offered = may_lack_key(*session.seen) && (any || &session != &sessions.back());
      if (session.not_offered) continue;
      if (session.verdict)
        judge_certificate(session, subject_of(host, address));
      else
        judge_failure(*session.seen, subject_of(host, address));
    }
    std::ranges::move(sessions, std::back_inserter(report_.hosts[host].sessions));
  }

  void judge_certificate(const SessionReport& session, const std::string& subject) {
    const dane::ChainVerdict& verdict = *session.verdict;
    const std::string key = session.target.key == KeyType::any ? "" : std::string(name_of(session.target.key)) + ": ";
    const auto error = [&](std::string_view code, const std::string& message, std::string advice) {
      find_at(subject, Severity::error, code, "RFC 8461 §4.2", key + message, std::move(advice));
    };
    switch (verdict.result) {
      case dane::ChainResult::match:
        break;
      case dane::ChainResult::wrong_name:
        return error("mx-wrong-name", "the certificate is for other names",
                     "the MX host's name has to stand in its subjectAltName; the domain's does not help");
      case dane::ChainResult::expired:
        return error("mx-expired", "a certificate has expired", "renew it");
      case dane::ChainResult::not_yet_valid:
        return error("mx-not-yet-valid", "a certificate is not yet valid", "see to the clocks");
      default:
        return error("mx-untrusted", "no authority that is trusted vouches for the certificate: " + verdict.reason,
                     "get one that is trusted everywhere, and have the server send the intermediates with it");
    }
    find_at(subject, Severity::ok, "mx-certificate", "RFC 8461 §4.2",
            key + "the certificate holds, " + session.seen->tls_version);
    if (!verdict.valid_until) return;
    if (!report_.mx_end || *verdict.valid_until < *report_.mx_end) report_.mx_end = verdict.valid_until;
    if (*verdict.valid_until - options_.now >= options_.ahead) return;
    report_.ends_soon = true;
    find_at(subject, Severity::warning, "mx-certificate-ends", "RFC 8461 §4.2",
            key + "a certificate ends on " + date(verdict.valid_until->time_since_epoch().count()), "renew it");
  }

  void judge_failure(const net::ProbeResult& result, const std::string& subject) {
    if (is_untested(result.outcome)) {
      untested_ = true;
      find_at(subject, Severity::warning, "mx-not-tested", "RFC 8461 §4.2",
              "not tested: " + std::string(name_of(result.outcome)) + " at " + std::string(name_of(result.step)),
              result.outcome == ProbeOutcome::unreachable ? "without IPv6, or IPv4, here: -4 or -6 tests the others"
              : result.step == net::ProbeStep::connect    ? "outgoing port 25 may be blocked: try from another network"
                                                          : "")
          .detail = result.detail;
      return;
    }
    const auto error = [&](std::string_view code, std::string_view clause, std::string_view message,
                           std::string_view advice) {
      auto& finding = find_at(subject, Severity::error, code, clause, std::string(message), std::string(advice));
      finding.detail = result.detail;
    };
    switch (result.outcome) {
      case ProbeOutcome::plaintext_injected:
        return error("mx-injected", "RFC 3207 §6", "octets in clear came behind the reply to STARTTLS",
                     "update the server, or find out who stands between");
      case ProbeOutcome::tls_too_old:
        return error("mx-tls-too-old", "RFC 8996 §4", "there is no TLS 1.2 or later", "update the server");
      case ProbeOutcome::starttls_refused:
        return error("mx-starttls-refused", "RFC 8461 §4.2", "STARTTLS is offered and refused",
                     "mend the server's TLS");
      default:
        return error("mx-no-starttls", "RFC 8461 §4.2", "STARTTLS is not offered",
                     "switch it on, or find out who strips it");
    }
  }

  CheckTools tools_;
  CheckOptions options_;
  CheckDone done_;
  CheckReport report_;
  int pending_ = 0;
  bool untested_ = false;
  std::optional<dns::Answer> reporting_;
  std::vector<std::vector<std::vector<SessionReport>>> sessions_;  // by host and address
};

}  // namespace

void check_domain(const CheckTools& tools, const CheckOptions& options, dns::Name domain, CheckDone done) {
  const auto check = std::make_shared<DomainCheck>(tools, options, std::move(done));
  check->start(std::move(domain));
}

}  // namespace sm::mtasts
