#include "dane/check_report.hpp"

#include <algorithm>
#include <array>

#include "dane/tlsa.hpp"
#include "text/time.hpp"

namespace sm::dane {
namespace {

json::Value time_value(std::chrono::sys_seconds when) {
  return rfc3339(when.time_since_epoch().count());
}

json::Value to_json(const TlsaRecord& record) {
  json::Value value = dane::to_json(record.data);
  value.add("use", name_of(record.usability));
  value.add("matched", record.matched);
  return value;
}

json::Value to_json(const CertificateFacts& facts) {
  json::Array names(facts.names.begin(), facts.names.end());
  return json::object({{"subject", facts.subject},
                       {"issuer", facts.issuer},
                       {"names", std::move(names)},
                       {"key", facts.key},
                       {"not_before", time_value(facts.not_before)},
                       {"not_after", time_value(facts.not_after)}});
}

json::Value to_json(const SessionReport& session) {
  const net::ProbeResult& seen = *session.seen;
  json::Value value = json::object({{"address", text_of(session.target.address)},
                                    {"port", session.target.port},
                                    {"key", name_of(session.target.key)},
                                    {"outcome", session.not_offered ? "not-offered" : name_of(seen.outcome)}});
  if (seen.outcome != net::ProbeOutcome::handshake) {
    if (session.not_offered) return value;
    value.add("step", name_of(seen.step));
    return value;
  }
  value.add("tls", seen.tls_version);
  value.add("cipher", seen.cipher);
  if (session.verdict) {
    value.add("result", name_of(session.verdict->result));
    if (session.verdict->record) value.add("record", *session.verdict->record);
    value.add("depth", session.verdict->depth);
    if (session.verdict->valid_until) value.add("valid_until", time_value(*session.verdict->valid_until));
  }
  if (session.certificate) value.add("certificate", to_json(*session.certificate));
  return value;
}

json::Value to_json(const HostReport& host) {
  json::Value value = json::object({{"host", host.name.text()}});
  if (host.preference) value.add("preference", *host.preference);
  value.add("port", host.port);
  value.add("verdict", name_of(host.verdict));
  json::Array addresses;
  for (const net::Address& address : host.addresses) addresses.push_back(text_of(address));
  value.add("addresses", std::move(addresses));
  value.add("address_security", name_of(host.address_security));
  if (host.canonical != host.name) value.add("canonical", host.canonical.text());
  if (host.base_domain) value.add("base_domain", host.base_domain->text());
  json::Array records;
  for (const TlsaRecord& record : host.records) records.push_back(to_json(record));
  value.add("tlsa", std::move(records));
  json::Array sessions;
  for (const SessionReport& session : host.sessions) sessions.push_back(to_json(session));
  value.add("sessions", std::move(sessions));
  return value;
}

// Of the verdicts that a warning leads to: whether it is one that does.
bool is_why(const CheckReport& report, const report::Finding& finding) {
  using namespace std::string_view_literals;
  constexpr std::array untested{"dane.not-tested"sv,   "dane.dns-failed"sv, "dane.mx-failed"sv,
                                "dane.mx-malformed"sv, "dane.many-hosts"sv, "dane.many-addresses"sv};
  constexpr std::array ending{"dane.certificate-ends"sv, "dane.signature-ends"sv};
  if (report.verdict == Verdict::untested) return std::ranges::find(untested, finding.code) != untested.end();
  const bool holds = report.verdict == Verdict::is_protected || report.verdict == Verdict::opportunistic;
  return holds && report.ends_soon && std::ranges::find(ending, finding.code) != ending.end();
}

std::string counted(std::size_t count, std::string_view noun, std::string_view plural) {
  return std::to_string(count) + " " + std::string(count == 1 ? noun : plural);
}

}  // namespace

std::string_view name_of(HostVerdict verdict) {
  switch (verdict) {
    case HostVerdict::is_protected:
      return "protected";
    case HostVerdict::failed:
      return "failed";
    case HostVerdict::unusable:
      return "unusable";
    case HostVerdict::bogus:
      return "bogus";
    case HostVerdict::untested:
      return "not-tested";
    case HostVerdict::no_dane:
      return "no-dane";
    case HostVerdict::no_address:
      return "no-address";
  }
  return "";
}

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::is_protected:
      return "protected";
    case Verdict::opportunistic:
      return "opportunistic";
    case Verdict::failed:
      return "failed";
    case Verdict::partial:
      return "partial";
    case Verdict::unusable:
      return "unusable";
    case Verdict::bogus:
      return "bogus";
    case Verdict::untested:
      return "not-tested";
    case Verdict::no_dane:
      return "no-dane";
    case Verdict::null_mx:
      return "null-mx";
    case Verdict::no_mail:
      return "no-mail";
  }
  return "";
}

std::string_view name_of(Source source) {
  switch (source) {
    case Source::none:
      return "none";
    case Source::mx:
      return "mx";
    case Source::implicit:
      return "implicit";
    case Source::null_mx:
      return "null-mx";
    case Source::no_domain:
      return "no-domain";
    case Source::given:
      return "given";
  }
  return "";
}

int status_of(const CheckReport& report, bool opportunistic, bool soon_is_no) {
  const int soon = report.ends_soon && soon_is_no ? 1 : 0;
  switch (report.verdict) {
    case Verdict::is_protected:
      return soon;
    case Verdict::opportunistic:
      return soon == 1 ? 1 : opportunistic ? 0 : 2;
    case Verdict::failed:
    case Verdict::partial:
    case Verdict::unusable:
    case Verdict::bogus:
      return 1;
    case Verdict::untested:
      return soon == 1 ? 1 : 75;
    case Verdict::no_dane:
    case Verdict::null_mx:
    case Verdict::no_mail:
      return 2;
  }
  return 75;
}

std::vector<report::Finding> all_findings(const CheckReport& report) {
  std::vector<report::Finding> findings = report.findings;
  for (const HostReport& host : report.hosts)
    findings.insert(findings.end(), host.findings.begin(), host.findings.end());
  return findings;
}

std::optional<std::chrono::sys_seconds> first_ending(const CheckReport& report, bool certificates) {
  std::optional<std::chrono::sys_seconds> first;
  const auto take = [&](const std::vector<Ending>& endings) {
    for (const Ending& ending : endings)
      if (ending.is_certificate == certificates && (!first || ending.when < *first)) first = ending.when;
  };
  take(report.endings);
  for (const HostReport& host : report.hosts) take(host.endings);
  return first;
}

std::string summary(const CheckReport& report) {
  std::string line = report.subject + ": " + std::string(name_of(report.verdict));
  const auto findings = all_findings(report);
  if (report.verdict == Verdict::is_protected || report.verdict == Verdict::opportunistic) {
    std::size_t addresses = 0;
    std::size_t hosts = 0;
    for (const HostReport& host : report.hosts) {
      if (host.verdict != HostVerdict::is_protected) continue;
      ++hosts;
      addresses += host.addresses.size();
    }
    line += " (" + counted(hosts, "host", "hosts") + ", " + counted(addresses, "address", "addresses") + ")";
    if (report.verdict == Verdict::opportunistic) return line + ", but the MX records are not signed";
    if (!report.ends_soon) return line;
  }
  // The first of the worst says why, but for what the verdict is not about.
  auto reason = std::ranges::find_if(findings, [&](const report::Finding& one) { return is_why(report, one); });
  if (reason == findings.end()) reason = std::ranges::max_element(findings, {}, &report::Finding::severity);
  if (reason == findings.end() || reason->severity == report::Severity::ok) return line;
  line += ", ";
  if (reason->subject != report.name.text()) line += reason->subject + ": ";
  line += reason->message;
  return reason->detail.empty() ? line : line + ": " + reason->detail;
}

json::Value to_json(const CheckReport& report, int status) {
  json::Value value = json::object({{report.source == Source::given ? "host" : "domain", report.subject},
                                    {"verdict", name_of(report.verdict)},
                                    {"status", status},
                                    {"source", name_of(report.source)}});
  if (report.source != Source::given) value.add("mx_security", name_of(report.mx_security));
  value.add("dnssec", name_of(report.asked.trust));
  value.add("ends_soon", report.ends_soon);
  json::Array hosts;
  for (const HostReport& host : report.hosts) hosts.push_back(to_json(host));
  value.add("hosts", std::move(hosts));
  value.add("findings", report::to_json(all_findings(report)));

  json::Array endings;
  const auto add = [&](const std::vector<Ending>& list) {
    for (const Ending& ending : list)
      endings.push_back(json::object({{"what", ending.what},
                                      {"when", time_value(ending.when)},
                                      {"seconds", (ending.when - report.time).count()}}));
  };
  add(report.endings);
  for (const HostReport& host : report.hosts) add(host.endings);
  value.add("run", json::object({{"time", time_value(report.time)},
                                 {"resolver", name_of(report.asked.backend)},
                                 {"server", report.asked.server},
                                 {"endings", std::move(endings)},
                                 {"details", report::details_to_json(all_findings(report))}}));
  return value;
}

}  // namespace sm::dane
