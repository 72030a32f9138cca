#include "bulk/monitor.hpp"

#include "report/finding.hpp"

namespace sm::bulk {

void Monitor::add(const Report& report, int status) {
  const int next = report::nagios_status(status, status == 0 && report.ends_soon);
  // UNKNOWN (3) is worse than WARNING, but not than CRITICAL.
  const auto rank = [](int nagios) { return nagios == 3 ? 1.5 : nagios; };
  if (count_ == 0 || rank(next) > rank(status_)) {
    status_ = next;
    text_ = report.summary;
  }
  ++count_;
  for (std::size_t i = 0; i < first_.size() && i < report.ends.size(); ++i) {
    const Ending& end = report.ends[i];
    if (end && (!first_[i] || *end < *first_[i])) first_[i] = end;
  }
}

void Monitor::add_unknown(const std::string& text) {
  if (count_++ == 0 || status_ < 2) {
    status_ = 3;
    text_ = text;
  }
}

std::string Monitor::line(std::string_view name, std::chrono::sys_seconds now, std::chrono::days ahead) const {
  std::vector<report::PerformanceValue> values;
  for (std::size_t i = 0; i < first_.size(); ++i) {
    if (!first_[i]) continue;
    values.push_back({.label = measures_[i],
                      .value = std::chrono::floor<std::chrono::days>(*first_[i] - now).count(),
                      .unit = {},
                      .warning = std::to_string(ahead.count()) + ":",
                      .critical = {}});
  }
  std::string text = text_;
  if (count_ > 1) text += " (the worst of " + std::to_string(count_) + ")";
  return report::nagios_line(name, status_, count_ == 0 ? "nothing to check" : text, values);
}

}  // namespace sm::bulk
