#include "report/finding.hpp"

#include <algorithm>

#include "text/printable.hpp"

namespace sm::report {
namespace {

constexpr std::size_t severity_columns = 9;

std::string_view sgr_of(Severity severity) {
  switch (severity) {
    case Severity::ok:
      return "\x1b[32m";
    case Severity::info:
      return "";
    case Severity::warning:
      return "\x1b[33m";
    case Severity::error:
      return "\x1b[1;31m";
  }
  return "";
}

}  // namespace

std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::ok:
      return "ok";
    case Severity::info:
      return "info";
    case Severity::warning:
      return "warning";
    case Severity::error:
      return "error";
  }
  return "";
}

Severity worst(const std::vector<Finding>& findings) {
  Severity result = Severity::ok;
  for (const Finding& finding : findings) result = std::max(result, finding.severity);
  return result;
}

std::string text(const std::vector<Finding>& findings, bool color) {
  std::string out;
  for (const Finding& finding : findings) {
    const std::string_view name = name_of(finding.severity);
    const std::string_view sgr = color ? sgr_of(finding.severity) : "";
    out.append(sgr).append(name).append(sgr.empty() ? "" : "\x1b[0m").append(severity_columns - name.size(), ' ');
    if (!finding.subject.empty()) out.append(printable(finding.subject)).append(": ");
    out += printable(finding.message);
    if (!finding.detail.empty()) out.append(": ").append(printable(finding.detail));
    if (!finding.clause.empty()) out.append(" [").append(finding.clause).append("]");
    out += '\n';
    if (!finding.advice.empty()) out.append(severity_columns, ' ').append(printable(finding.advice)).append("\n");
  }
  return out;
}

json::Value to_json(const std::vector<Finding>& findings) {
  json::Array array;
  for (const Finding& finding : findings) {
    json::Value object = json::object({{"severity", name_of(finding.severity)}, {"code", finding.code}});
    const auto add = [&](std::string_view member, const std::string& value) {
      if (!value.empty()) object.add(member, value);
    };
    add("clause", finding.clause);
    add("subject", finding.subject);
    add("message", finding.message);
    add("advice", finding.advice);
    array.push_back(std::move(object));
  }
  return array;
}

json::Value details_to_json(const std::vector<Finding>& findings) {
  json::Array array;
  for (const Finding& finding : findings)
    if (!finding.detail.empty())
      array.push_back(json::object({{"code", finding.code}, {"subject", finding.subject}, {"detail", finding.detail}}));
  return array;
}

int nagios_status(int status, bool ends_soon) {
  if (status >= 64) return 3;
  if (ends_soon || status == 2) return 1;
  return status == 0 ? 0 : 2;
}

std::string nagios_line(std::string_view name, int status, std::string_view text,
                        const std::vector<PerformanceValue>& performance) {
  constexpr std::string_view states[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};
  std::string shown = printable(text);
  std::ranges::replace(shown, '|', ' ');
  std::string out(name);
  out.append(" ").append(states[std::clamp(status, 0, 3)]).append(" - ").append(shown);
  const char* separator = " | ";
  for (const PerformanceValue& one : performance) {
    out.append(separator).append("'").append(one.label).append("'=").append(std::to_string(one.value)).append(one.unit);
    if (!one.warning.empty() || !one.critical.empty()) out.append(";").append(one.warning);
    if (!one.critical.empty()) out.append(";").append(one.critical);
    separator = " ";
  }
  out += '\n';
  return out;
}

}  // namespace sm::report
