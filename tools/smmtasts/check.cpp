#include "mtasts/check.hpp"

#include <algorithm>

#include "backend/tls/chain_verifier.hpp"
#include "backend/tls/pkix_verifier.hpp"
#include "backend/tls/probe.hpp"
#include "bulk/engine.hpp"
#include "bulk/options.hpp"
#include "cache_file.hpp"
#include "commands.hpp"
#include "json/line.hpp"
#include "network.hpp"
#include "resolver/options.hpp"
#include "text/printable.hpp"

namespace sm::smmtasts {
namespace {

constexpr std::size_t dns_window = 100;  // questions in flight: more than most resolvers' queues hold get lost
// As many as may be stalled, so that hosts that don't answer keep nobody waiting; with the connections to mail servers
// still below what a process may have open.
constexpr std::size_t most_exchanges = 400;
constexpr std::string_view monitor = "SMMTASTS";

struct Settings {
  mtasts::CheckOptions options;
  bool days_given = false;
  tls::ProbeSettings probe;
};

Result<Settings> settings_of(const cli::Context& context) {
  Settings settings;
  const auto days = SM_TRY(bulk::days_option(context));
  settings.options.ahead = days.value_or(settings.options.ahead);
  settings.days_given = days.has_value();
  settings.options.family = SM_TRY(bulk::family_option(context));
  settings.options.allow_private = context.flag("allow-private");
  settings.options.dns_timeout = bulk::duration_option(context, "dns-timeout", settings.options.dns_timeout);
  settings.options.fetch_timeout = bulk::duration_option(context, "fetch-timeout", settings.options.fetch_timeout);
  settings.probe.helo = SM_TRY(bulk::helo_option(context));
  settings.probe.connect_timeout = bulk::duration_option(context, "connect-timeout", settings.probe.connect_timeout);
  settings.probe.step_timeout = bulk::duration_option(context, "step-timeout", settings.probe.step_timeout);
  return settings;
}

// What a check works with, and how its report is said.
class Check {
 public:
  Check(cli::Context& context, const Settings& settings, const Network& network, const dane::ChainJudge& dane,
        const dane::PkixJudge& pkix, mtasts::Cache* cache)
      : context_(context),
        settings_(settings),
        probe_(tls::make_probe(settings.probe)),
        sessions_(*probe_),
        tools_{network.resolver(), network.client(), sessions_, dane, pkix, cache} {}

  net::SmtpProbe& probe() { return *probe_; }

  Result<bulk::Task> parse(const std::string& text) {
    const dns::Name name = SM_TRY(parse_domain(text));
    return bulk::Task{name.text(), [this, name](std::function<void(bulk::Answer)> done) {
                        mtasts::CheckOptions options = settings_.options;
                        // A long list takes its time.
                        options.now = std::chrono::sys_seconds(std::chrono::seconds(context_.clock().now()));
                        mtasts::check_domain(tools_, options, name,
                                             [this, done = std::move(done)](const mtasts::CheckReport& report) {
                                               done(answer_of(report));
                                             });
                      }};
  }

 private:
  bulk::Answer answer_of(const mtasts::CheckReport& report) const {
    bulk::Answer answer;
    const bool nagios = context_.flag("nagios");
    answer.status = mtasts::status_of(report, settings_.days_given && !nagios);
    if (nagios)
      answer.report = {.summary = mtasts::summary(report),
                       .ends_soon = report.ends_soon,
                       .ends = {report.policy_host_end, report.mx_end}};
    else
      answer.line = text_of(report, answer.status);
    return answer;
  }

  std::string text_of(const mtasts::CheckReport& report, int status) const {
    if (context_.json()) return json_line("smmtasts.check/1", mtasts::to_json(report, status));
    std::string text = printable(mtasts::summary(report)) + '\n';
    if (context_.arguments().front() == "-") return text;
    auto findings = report.findings;
    if (!context_.verbose())
      std::erase_if(findings, [](const report::Finding& one) { return one.severity == report::Severity::info; });
    return text + report::text(findings, context_.color());
  }

  cli::Context& context_;
  const Settings& settings_;
  std::unique_ptr<net::SmtpProbe> probe_;
  dane::Sessions sessions_;
  mtasts::CheckTools tools_;
};

}  // namespace

Result<int> check(cli::Context& context) {
  Settings settings = SM_TRY(settings_of(context));
  const std::size_t jobs = SM_TRY(jobs_of(context, bulk::default_jobs));
  bulk::Subjects subjects = SM_TRY(bulk::Subjects::open(context));
  const tls::ChainVerifier dane = SM_TRY(tls::ChainVerifier::make());
  const tls::PkixVerifier pkix = SM_TRY(tls::PkixVerifier::make(context.value("cafile").value_or("")));
  const Network network = SM_TRY(Network::open(context, dns_window, most_exchanges));
  // Less than --timeout, so that what was found out by then can still be said.
  if (network.most)
    for (auto* const one : {&settings.options.dns_timeout, &settings.options.fetch_timeout,
                            &settings.probe.connect_timeout, &settings.probe.step_timeout})
      *one = std::min(*one, *network.most);
  const auto cache = SM_TRY(readable_cache(context));
  Check check(context, settings, network, dane, pkix, cache.get());
  const bulk::Parse parse = [&](const std::string& text) { return check.parse(text); };
  bulk::Settings common = SM_TRY(bulk::settings_of(context,
                                                   {.monitor = std::string(monitor),
                                                    .measures = {"policy_host_days", "mx_days"},
                                                    .ahead = settings.options.ahead,
                                                    .jobs = jobs},
                                                   parse));
  return bulk::Engine(context, std::move(common), std::move(subjects),
                      {&network.resolver(), &network.client(), &check.probe()}, parse)
      .run();
}

}  // namespace sm::smmtasts
