#include "dane/check.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "dane/host_records.hpp"

namespace sm::dane {
namespace {

using report::Severity;

class DomainCheck : public std::enable_shared_from_this<DomainCheck> {
 public:
  DomainCheck(const CheckTools& tools, const CheckOptions& options, CheckDone done)
      : tools_(tools), options_(options), done_(std::move(done)) {
    report_.time = options.now;
  }

  void start(dns::Name domain) {
    report_.name = domain;
    report_.subject = domain.text();
    tools_.resolver.ask({.name = std::move(domain),
                         .type = dns::Type::mx,
                         .signatures = !options_.quick,
                         .timeout = options_.dns_timeout},
                        [self = shared_from_this()](const dns::Answer& answer) { self->on_mx(answer); });
  }

  void start(HostQuestion question) {
    report_.name = question.name;
    report_.subject = question.name.text() + ":" + std::to_string(question.port);
    report_.source = Source::given;
    check_hosts({std::move(question)});
  }

 private:
  void find(Severity severity, std::string code, std::string clause, std::string message, std::string advice = {}) {
    report_.findings.push_back({severity, "dane." + std::move(code), std::move(clause), report_.name.text(),
                                std::move(message), std::move(advice)});
  }

  void finish(Verdict verdict) {
    report_.verdict = verdict;
    const auto is_soon = [&](const Ending& ending) { return ending.when - options_.now < options_.ahead; };
    report_.ends_soon = std::ranges::any_of(report_.endings, is_soon);
    for (const HostReport& host : report_.hosts)
      report_.ends_soon = report_.ends_soon || std::ranges::any_of(host.endings, is_soon);
    std::exchange(done_, nullptr)(std::move(report_));
  }

  void on_mx(const dns::Answer& answer) {
    report_.asked = {answer.backend, answer.trust, answer.server};
    report_.mx_security = answer.security;
    const Standing standing = standing_of(answer);
    if (standing == Standing::bogus) {
      find(Severity::error, "mx-bogus", "RFC 7672 §2.1.2", "MX: " + why(answer),
           "no mail is delivered until the zone, or what stands between, is mended");
      report_.findings.back().detail = answer.reason;
      return finish(Verdict::bogus);
    }
    if (standing == Standing::unknown) {
      find(Severity::warning, "mx-failed", "RFC 7672 §2.1.2", "MX: " + why(answer));
      report_.findings.back().detail = answer.reason;
      return finish(Verdict::untested);
    }
    if (const auto end = signatures_end(answer, options_.now); end && answer.outcome == dns::Outcome::data) {
      report_.endings.push_back({"signature of MX " + report_.name.text(), *end, false});
      if (*end - options_.now < options_.ahead)
        find(Severity::warning, "signature-ends", "RFC 4035 §5.3.1",
             "the signature of MX ends within " + std::to_string(options_.ahead.count()) + " days",
             "see that the zone is signed again in time");
    }
    switch (answer.outcome) {
      case dns::Outcome::data:
        return take_mx(answer, standing == Standing::secure);
      case dns::Outcome::no_data:
        // Not on NXDOMAIN (RFC 5321 §5.1): there the domain itself has no address either.
        report_.source = Source::implicit;
        find(Severity::info, "implicit-mx", "RFC 5321 §5.1", "there is no MX record: mail goes to the domain itself");
        if (standing != Standing::secure) insecure_mx();
        return check_hosts({{.name = report_.name}});
      default:
        report_.source = Source::no_domain;
        find(Severity::info, "no-domain", "RFC 5321 §5.1", "there is no such domain");
        return finish(Verdict::no_mail);
    }
  }

  void insecure_mx() {
    find(Severity::warning, "mx-insecure", "RFC 7672 §2.2.1",
         "the MX records are not signed: who forges them chooses the hosts that mail goes to",
         "sign the domain's zone with DNSSEC");
  }

  void take_mx(const dns::Answer& answer, bool secure) {
    std::vector<dns::Mx> records = answer.data<dns::Mx>();
    if (records.size() != answer.records.size()) {
      find(Severity::warning, "mx-malformed", "RFC 1035 §3.3.9", "an MX record can't be read");
      untested_ = true;
    }
    report_.source = Source::mx;
    if (answer.records.size() == 1 && records.size() == 1 && records.front().exchange.is_root()) {
      report_.source = Source::null_mx;
      find(Severity::info, "null-mx", "RFC 7505 §3", "the domain takes no mail");
      return finish(Verdict::null_mx);
    }
    if (!secure) insecure_mx();
    if (std::erase_if(records, [](const dns::Mx& mx) { return mx.exchange.is_root(); }) != 0)
      find(Severity::warning, "null-mx-with-others", "RFC 7505 §3", "a null MX stands beside other MX records",
           "remove it, or them");
    // Two records may name one host.
    std::ranges::sort(records, {}, [](const dns::Mx& mx) { return std::pair(mx.exchange.key(), mx.preference); });
    records.erase(std::unique(records.begin(), records.end(),
                              [](const dns::Mx& a, const dns::Mx& b) { return a.exchange == b.exchange; }),
                  records.end());
    std::ranges::sort(records, {}, [](const dns::Mx& mx) { return std::pair(mx.preference, mx.exchange.key()); });
    if (records.size() > max_hosts) {
      records.resize(max_hosts);
      find(Severity::warning, "many-hosts", "", "there are more MX hosts than are tested");
      untested_ = true;
    }
    std::vector<HostQuestion> questions;
    for (dns::Mx& mx : records) {
      HostQuestion question{.name = std::move(mx.exchange), .preference = mx.preference};
      question.further_names = {report_.name};
      // "If the next hop is an alias, and that is secure, its target too" (RFC 7672 §3.2.2).
      if (secure && answer.canonical() != report_.name) question.further_names.push_back(answer.canonical());
      questions.push_back(std::move(question));
    }
    check_hosts(std::move(questions));
  }

  void check_hosts(std::vector<HostQuestion> questions) {
    if (questions.empty()) return finish(untested_ ? Verdict::untested : Verdict::no_mail);
    report_.hosts.resize(questions.size());
    pending_ = questions.size();
    for (std::size_t i = 0; i < questions.size(); ++i)
      check_host(tools_, options_, std::move(questions[i]), [self = shared_from_this(), i](HostReport host) {
        self->report_.hosts[i] = std::move(host);
        if (--self->pending_ == 0) self->judge();
      });
  }

  std::size_t count(HostVerdict verdict) const {
    return static_cast<std::size_t>(std::ranges::count(report_.hosts, verdict, &HostReport::verdict));
  }

  void judge() {
    if (report_.source == Source::given) report_.asked = report_.hosts.front().asked;
    hint_at_port_25();
    if (count(HostVerdict::failed) != 0) return finish(Verdict::failed);
    if (count(HostVerdict::bogus) != 0) return finish(Verdict::bogus);
    if (count(HostVerdict::unusable) != 0) return finish(Verdict::unusable);
    const std::size_t is_protected = count(HostVerdict::is_protected);
    const std::size_t no_dane = count(HostVerdict::no_dane);
    // That some have none is known whatever the untested ones have.
    if (is_protected != 0 && no_dane != 0) {
      find(Severity::error, "partial", "RFC 7672 §2.2.1", "some hosts of the domain have no TLSA records",
           "publish them for every host: senders take the one that answers");
      return finish(Verdict::partial);
    }
    if (count(HostVerdict::untested) != 0 || untested_) return finish(Verdict::untested);
    if (no_dane != 0) return finish(Verdict::no_dane);
    if (is_protected == 0) return finish(Verdict::no_mail);
    const bool secure = report_.source == Source::given || report_.mx_security == dns::Security::secure;
    finish(secure ? Verdict::is_protected : Verdict::opportunistic);
  }

  // Many networks let nobody out to port 25, which looks like a fault of every server.
  void hint_at_port_25() {
    bool any = false;
    for (const HostReport& host : report_.hosts)
      for (const SessionReport& session : host.sessions) {
        const bool lost = session.target.port == 25 && session.seen->outcome == net::ProbeOutcome::timed_out &&
                          session.seen->step == net::ProbeStep::connect;
        if (!lost) return;
        any = true;
      }
    if (any)
      find(Severity::info, "port-25", "", "no connection to port 25 came about: outgoing port 25 may be blocked here",
           "try from another network");
  }

  CheckTools tools_;
  CheckOptions options_;
  CheckDone done_;
  CheckReport report_;
  std::size_t pending_ = 0;
  bool untested_ = false;
};

}  // namespace

void check_domain(const CheckTools& tools, const CheckOptions& options, dns::Name domain, CheckDone done) {
  const auto check = std::make_shared<DomainCheck>(tools, options, std::move(done));
  check->start(std::move(domain));
}

void check_given_host(const CheckTools& tools, const CheckOptions& options, HostQuestion question, CheckDone done) {
  const auto check = std::make_shared<DomainCheck>(tools, options, std::move(done));
  check->start(std::move(question));
}

}  // namespace sm::dane
