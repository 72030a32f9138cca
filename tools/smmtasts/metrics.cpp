#include "metrics.hpp"

#include <cinttypes>
#include <cstdio>
#include <string_view>
#include <utility>

namespace sm::smmtasts {
namespace {

class Text {
 public:
  void begin(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    text_.append("# HELP smmtasts_").append(name).append(" ").append(help).append("\n");
    text_.append("# TYPE smmtasts_").append(name).append(" ").append(type).append("\n");
  }
  void add(std::uint64_t value, std::string_view labels = {}, std::string_view suffix = {}) {
    add_text(std::to_string(value), labels, suffix);
  }
  void add_text(std::string_view value, std::string_view labels = {}, std::string_view suffix = {}) {
    text_.append("smmtasts_").append(name_).append(suffix).append(labels).append(" ").append(value).append("\n");
  }
  void one(std::string_view name, std::string_view type, std::string_view help, std::uint64_t value) {
    begin(name, type, help);
    add(value);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string name_;
  std::string text_;
};

std::string decimal(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

}  // namespace

std::string text_of(const Metrics& metrics) {
  const mtasts::AnswersCounts& answers = metrics.answers;
  const auto given = [&](mtasts::Delivery::Kind kind) { return answers.by_kind[static_cast<std::size_t>(kind)]; };
  Text text;
  text.begin("requests_total", "counter", "requests by what was answered");
  text.add(given(mtasts::Delivery::Kind::policy), "{result=\"ok\"}");
  text.add(given(mtasts::Delivery::Kind::none) + metrics.no_domain, "{result=\"notfound\"}");
  text.add(given(mtasts::Delivery::Kind::temporary), "{result=\"temp\"}");
  text.add(metrics.malformed, "{result=\"perm\"}");

  text.begin("answers_total", "counter", "answers about domains by where they came from");
  std::uint64_t all = 0;
  for (const std::uint64_t count : answers.by_kind) all += count;
  text.add(answers.ready, "{from=\"memory\"}");
  text.add(answers.late, "{from=\"deadline\"}");
  text.add(answers.refused, "{from=\"limit\"}");
  text.add(all - answers.ready - answers.late - answers.refused, "{from=\"lookup\"}");
  text.one("answers_shared_total", "counter", "askers who waited for a look-up that another had begun", answers.shared);
  text.one("ready_answers", "gauge", "answers in memory", metrics.ready);
  text.one("ready_bytes", "gauge", "memory that these take, about", metrics.memory);
  text.one("ready_dropped_total", "counter", "answers dropped since their entry in the cache has changed",
           answers.dropped);

  text.one("lookups_total", "counter", "look-ups begun", answers.lookups);
  text.one("lookups_open", "gauge", "look-ups under way or waiting", metrics.lookups);
  text.begin("failures_total", "counter", "look-ups in which something failed, by its code");
  // The codes are our own words.
  for (const auto& [code, count] : answers.failures) text.add(count, "{code=\"" + code + "\"}");
  text.one("warnings_total", "counter", "warnings about policies", answers.warnings);

  text.begin("answer_seconds", "histogram", "time from a request to its answer");
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < mtasts::latency_bounds.size(); ++i) {
    sum += answers.latency[i];
    text.add(sum, "{le=\"" + decimal(mtasts::latency_bounds[i]) + "\"}", "_bucket");
  }
  text.add(all, "{le=\"+Inf\"}", "_bucket");
  text.add_text(decimal(answers.latency_sum), {}, "_sum");
  text.add(all, {}, "_count");

  text.one("connections", "gauge", "open connections", metrics.connections);
  text.one("connections_total", "counter", "connections accepted", metrics.server.accepted);
  text.begin("connections_closed_total", "counter", "connections that were closed here, by why");
  text.add(metrics.server.idle, "{reason=\"idle\"}");
  text.add(metrics.server.evicted, "{reason=\"limit\"}");
  text.add(metrics.server.broken, "{reason=\"protocol\"}");
  text.one("reloads_total", "counter", "reloads", metrics.reloads);
  text.one("start_time_seconds", "gauge", "when it was started, since the epoch",
           static_cast<std::uint64_t>(metrics.started));
  return text.take();
}

}  // namespace sm::smmtasts
