#include "dane/check.hpp"

#include <algorithm>
#include <array>

#include "backend/idn/idn.hpp"
#include "backend/tls/chain_verifier.hpp"
#include "backend/tls/probe.hpp"
#include "bulk/engine.hpp"
#include "bulk/options.hpp"
#include "commands.hpp"
#include "dns/servers.hpp"
#include "json/line.hpp"
#include "report/finding.hpp"
#include "resolver/options.hpp"
#include "service.hpp"
#include "text/printable.hpp"

namespace sm::smdane {
namespace {

constexpr std::size_t dns_window = 100;  // questions in flight: more than most resolvers' queues hold get lost
constexpr std::string_view monitor = "SMDANE";

std::optional<net::Protocol> protocol_option(const cli::Context& context) {
  const auto value = context.value("starttls");
  if (!value) return std::nullopt;
  if (*value == "imap") return net::Protocol::imap;
  if (*value == "pop3") return net::Protocol::pop3;
  return *value == "none" ? net::Protocol::tls : net::Protocol::smtp;
}

Result<dns::Name> parse_domain(std::string_view text) {
  if (text.find_first_of(":/@ ") != std::string_view::npos)
    return fail(ErrorKind::usage, "smdane.domain", "\"" + std::string(text) + "\" is no domain",
                "give the part of an address behind the @; hosts go with --host");
  if (dns::parse_server(text))
    return fail(ErrorKind::usage, "smdane.domain", "\"" + std::string(text) + "\" is an address, and no domain");
  auto name = dns::host_name(text, idn::to_ascii);
  if (name && name->is_root()) name = fail(ErrorKind::usage, "smdane.domain", "the root is no domain that takes mail");
  if (!name) name.error().kind = ErrorKind::usage;
  return name;
}

struct Settings {
  dane::CheckOptions options;
  bool hosts = false;
  bool opportunistic = false;
  bool days_given = false;
  std::optional<net::Protocol> protocol;
  tls::ProbeSettings probe;
};

Result<Settings> settings_of(const cli::Context& context) {
  Settings settings;
  settings.hosts = context.flag("host");
  settings.opportunistic = context.flag("opportunistic");
  settings.protocol = protocol_option(context);
  settings.options.quick = context.flag("quick");
  settings.options.dns_timeout = bulk::duration_option(context, "dns-timeout", settings.options.dns_timeout);
  const auto days = SM_TRY(bulk::days_option(context));
  settings.options.ahead = days.value_or(settings.options.ahead);
  settings.days_given = days.has_value();
  settings.options.family = SM_TRY(bulk::family_option(context));
  if (settings.protocol && !settings.hosts)
    return fail(ErrorKind::usage, "cli.usage", "--starttls goes with --host", "mail to a domain is SMTP on port 25");
  settings.probe.helo = SM_TRY(bulk::helo_option(context));
  settings.probe.connect_timeout = bulk::duration_option(context, "connect-timeout", settings.probe.connect_timeout);
  settings.probe.step_timeout = bulk::duration_option(context, "step-timeout", settings.probe.step_timeout);
  return settings;
}

// What a check works with, and how its report is said.
class Check {
 public:
  Check(cli::Context& context, Settings settings, dns::Resolver& resolver, const dane::ChainJudge& judge)
      : context_(context),
        settings_(std::move(settings)),
        resolver_(resolver),
        probe_(tls::make_probe(settings_.probe)),
        sessions_(*probe_),
        judge_(judge) {}

  net::SmtpProbe& probe() { return *probe_; }

  Result<bulk::Task> parse(const std::string& text) {
    if (!settings_.hosts) {
      const dns::Name name = SM_TRY(parse_domain(text));
      return bulk::Task{name.text(), [this, name](std::function<void(bulk::Answer)> done) {
                          dane::check_domain(tools(), options(), name, answering(std::move(done)));
                        }};
    }
    const Service service = SM_TRY(parse_service(text));
    const auto protocol = settings_.protocol.value_or(net::protocol_of(service.port));
    const dane::HostQuestion question{.name = service.host, .port = service.port, .protocol = protocol};
    return bulk::Task{service.text(), [this, question](std::function<void(bulk::Answer)> done) {
                        dane::check_given_host(tools(), options(), question, answering(std::move(done)));
                      }};
  }

 private:
  dane::CheckTools tools() { return {resolver_, sessions_, judge_}; }
  dane::CheckOptions options() const {
    dane::CheckOptions options = settings_.options;
    // A long list takes its time.
    options.now = std::chrono::sys_seconds(std::chrono::seconds(context_.clock().now()));
    return options;
  }

  dane::CheckDone answering(std::function<void(bulk::Answer)> done) const {
    return [this, done = std::move(done)](const dane::CheckReport& report) { done(answer_of(report)); };
  }

  bulk::Answer answer_of(const dane::CheckReport& report) const {
    bulk::Answer answer;
    const bool nagios = context_.flag("nagios");
    answer.status = dane::status_of(report, settings_.opportunistic, settings_.days_given && !nagios);
    if (nagios)
      answer.report = {.summary = dane::summary(report),
                       .ends_soon = report.ends_soon,
                       .ends = {dane::first_ending(report, true), dane::first_ending(report, false)}};
    else
      answer.line = text_of(report, answer.status);
    return answer;
  }

  std::string text_of(const dane::CheckReport& report, int status) const {
    if (context_.json()) return json_line("smdane.check/1", dane::to_json(report, status));
    std::string text = printable(dane::summary(report)) + '\n';
    if (context_.arguments().front() == "-") return text;
    auto findings = dane::all_findings(report);
    if (!context_.verbose())
      std::erase_if(findings, [](const report::Finding& one) { return one.severity == report::Severity::info; });
    return text + report::text(findings, context_.color());
  }

  cli::Context& context_;
  const Settings settings_;
  dns::Resolver& resolver_;
  std::unique_ptr<net::SmtpProbe> probe_;
  dane::Sessions sessions_;
  const dane::ChainJudge& judge_;
};

}  // namespace

Result<int> check(cli::Context& context) {
  Settings settings = SM_TRY(settings_of(context));
  const std::size_t jobs = SM_TRY(jobs_of(context, bulk::default_jobs));
  const auto ahead = settings.options.ahead;
  bulk::Subjects subjects = SM_TRY(bulk::Subjects::open(context));
  const tls::ChainVerifier judge = SM_TRY(tls::ChainVerifier::make());
  const OpenedResolver opened = SM_TRY(open_resolver(context, dns_window));
  Check check(context, std::move(settings), *opened.resolver, judge);
  const bulk::Parse parse = [&](const std::string& text) { return check.parse(text); };
  bulk::Settings common = SM_TRY(bulk::settings_of(context,
                                                   {.monitor = std::string(monitor),
                                                    .measures = {"certificate_days", "signature_days"},
                                                    .ahead = ahead,
                                                    .jobs = jobs},
                                                   parse));
  return bulk::Engine(context, std::move(common), std::move(subjects), {opened.resolver.get(), &check.probe()}, parse)
      .run();
}

}  // namespace sm::smdane
