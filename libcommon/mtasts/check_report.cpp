#include "mtasts/check_report.hpp"

#include <algorithm>

#include "text/time.hpp"

namespace sm::mtasts {
namespace {

json::Value time_value(std::chrono::sys_seconds when) {
  return rfc3339(when.time_since_epoch().count());
}

json::Value to_json(const SessionReport& session) {
  const net::ProbeResult& seen = *session.seen;
  json::Value value = json::object({{"address", text_of(session.target.address)},
                                    {"key", name_of(session.target.key)},
                                    {"outcome", session.not_offered ? "not-offered" : name_of(seen.outcome)}});
  if (session.not_offered) return value;
  if (seen.outcome != net::ProbeOutcome::handshake) {
    value.add("step", name_of(seen.step));
    return value;
  }
  value.add("tls", seen.tls_version);
  if (session.verdict) {
    value.add("result", name_of(session.verdict->result));
    if (session.verdict->valid_until) value.add("valid_until", time_value(*session.verdict->valid_until));
  }
  return value;
}

json::Value to_json(const HostReport& host) {
  json::Value value = json::object({{"host", host.name.text()}});
  if (host.preference) value.add("preference", *host.preference);
  value.add("fits", host.fits);
  json::Array addresses;
  for (const net::Address& address : host.addresses) addresses.push_back(text_of(address));
  value.add("addresses", std::move(addresses));
  json::Array sessions;
  for (const SessionReport& session : host.sessions) sessions.push_back(to_json(session));
  value.add("sessions", std::move(sessions));
  return value;
}

json::Value policy_value(const CheckReport& report) {
  if (!report.policy || !report.policy->policy) return {};
  const Policy& policy = *report.policy->policy;
  json::Array patterns(policy.mx.begin(), policy.mx.end());
  return json::object({{"mode", name_of(policy.mode)}, {"mx", std::move(patterns)}, {"max-age", policy.max_age}});
}

json::Value run_value(const CheckReport& report) {
  json::Value run = json::object({{"time", time_value(report.time)}, {"server", report.record.answer.server}});
  if (report.policy && report.policy->response)
    run.add("fetch_milliseconds", static_cast<std::int64_t>(report.policy->response->elapsed.count()));
  json::Array endings;
  const auto add = [&](std::string_view what, const std::optional<std::chrono::sys_seconds>& when) {
    if (when)
      endings.push_back(
          json::object({{"what", what}, {"when", time_value(*when)}, {"seconds", (*when - report.time).count()}}));
  };
  add("certificate of the policy host", report.policy_host_end);
  add("certificates of the MX hosts", report.mx_end);
  run.add("endings", std::move(endings));
  run.add("details", report::details_to_json(report.findings));
  return run;
}

}  // namespace

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::holds:
      return "holds";
    case Verdict::faulty:
      return "faulty";
    case Verdict::no_policy:
      return "no-policy";
    case Verdict::no_mail:
      return "no-mail";
    case Verdict::untested:
      return "not-tested";
  }
  return "";
}

std::optional<Mode> CheckReport::mode() const {
  if (!policy || !policy->policy) return std::nullopt;
  return policy->policy->mode;
}

int status_of(const CheckReport& report, bool soon_is_no) {
  switch (report.verdict) {
    case Verdict::holds:
      return report.ends_soon && soon_is_no ? 1 : 0;
    case Verdict::faulty:
      return 1;
    case Verdict::no_policy:
    case Verdict::no_mail:
      return 2;
    case Verdict::untested:
      break;
  }
  return 75;
}

std::string summary(const CheckReport& report) {
  std::string line = report.name.text() + ": " + std::string(name_of(report.verdict));
  const auto mode = report.mode();
  if (report.verdict == Verdict::holds && mode) {
    line.append(" (").append(name_of(*mode));
    if (!report.hosts.empty())
      line.append(", ")
          .append(std::to_string(report.hosts.size()))
          .append(report.hosts.size() == 1 ? " host" : " hosts");
    line += ')';
    if (!report.ends_soon) return line;
  }
  // The first of the worst says why.
  const auto reason = std::ranges::max_element(report.findings, {}, &report::Finding::severity);
  if (reason == report.findings.end() || reason->severity == report::Severity::ok) return line;
  line += ", ";
  if (!reason->subject.empty() && reason->subject != report.name.text()) line.append(reason->subject).append(": ");
  line += reason->message;
  return reason->detail.empty() ? line : line + ": " + reason->detail;
}

json::Value to_json(const CheckReport& report, int status) {
  json::Value record = json::object({{"state", name_of(report.record.state)}});
  if (report.record.record) record.add("id", report.record.record->id);
  json::Value value = json::object({{"domain", report.name.text()},
                                    {"verdict", name_of(report.verdict)},
                                    {"status", status},
                                    {"record", std::move(record)},
                                    {"policy", policy_value(report)}});
  value.add("ends_soon", report.ends_soon);
  json::Array hosts;
  for (const HostReport& host : report.hosts) hosts.push_back(to_json(host));
  value.add("hosts", std::move(hosts));
  value.add("dane", report.dane ? json::Value(name_of(report.dane->verdict)) : json::Value());
  json::Array reporting;
  if (report.reporting)
    for (const std::string& uri : report.reporting->to) reporting.push_back(uri);
  value.add("reporting", std::move(reporting));
  value.add("findings", report::to_json(report.findings));
  value.add("run", run_value(report));
  return value;
}

}  // namespace sm::mtasts
