#include "dane/check.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "backend/idn/idn.hpp"
#include "backend/tls/chain_verifier.hpp"
#include "backend/tls/probe.hpp"
#include "cli/exit.hpp"
#include "commands.hpp"
#include "json/line.hpp"
#include "options.hpp"
#include "own_name.hpp"
#include "report/finding.hpp"
#include "resolver/options.hpp"
#include "results.hpp"
#include "service.hpp"
#include "skip.hpp"
#include "subjects.hpp"
#include "text/ascii.hpp"
#include "text/printable.hpp"

namespace sm::smdane {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t default_jobs = 100;
constexpr std::size_t dns_window = 100;  // questions in flight: more than most resolvers' queues hold get lost
constexpr milliseconds progress_interval{500};
// A subject that has taken so long waits for somebody who does not answer. It costs nothing but its time: others may
// begin meanwhile, up to `patience` times as many as --jobs says.
constexpr milliseconds stalled_after{2'000};
constexpr std::size_t patience = 4;

Result<std::string> helo_of(const cli::Context& context) {
  const auto given = context.value("helo");
  if (!given) return own_name();
  const bool fits = !given->empty() && given->size() <= 255 &&
                    std::ranges::all_of(*given, [](char c) { return c > ' ' && c < 0x7F; });
  if (fits) return *given;
  return fail(ErrorKind::usage, "smdane.helo", "--helo is a host's name, or an address in brackets");
}

milliseconds duration_of(const cli::Context& context, std::string_view option, milliseconds otherwise) {
  const auto seconds = context.number(option);
  return seconds ? std::chrono::seconds(*seconds) : otherwise;
}

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
  auto name = dns::host_name(text, idn::to_ascii);
  if (name && name->is_root()) name = fail(ErrorKind::usage, "smdane.domain", "the root is no domain that takes mail");
  if (!name) name.error().kind = ErrorKind::usage;
  return name;
}

std::chrono::sys_seconds time_of(const cli::Context& context) {
  return std::chrono::sys_seconds(std::chrono::seconds(context.clock().now()));
}

struct Settings {
  dane::CheckOptions options;
  bool hosts = false;
  bool opportunistic = false;
  bool days_given = false;
  bool nagios = false;
  bool list = false;  // subjects come from stdin
  std::optional<net::Protocol> protocol;
  tls::ProbeSettings probe;
  std::set<std::string> skip;
};

Result<Settings> settings_of(const cli::Context& context) {
  Settings settings;
  settings.hosts = context.flag("host");
  settings.opportunistic = context.flag("opportunistic");
  settings.nagios = context.flag("nagios");
  settings.list = context.arguments().front() == "-";
  settings.protocol = protocol_option(context);
  settings.options.quick = context.flag("quick");
  settings.options.dns_timeout = duration_of(context, "dns-timeout", settings.options.dns_timeout);
  if (const auto days = context.number("days")) {
    if (*days > 3650) return fail(ErrorKind::usage, "cli.usage", "--days is at most 3650");
    settings.options.ahead = std::chrono::days(*days);
    settings.days_given = true;
  }
  settings.options.family = SM_TRY(family_option(context));
  if (settings.protocol && !settings.hosts)
    return fail(ErrorKind::usage, "cli.usage", "--starttls goes with --host", "mail to a domain is SMTP on port 25");
  if (settings.nagios && context.json())
    return fail(ErrorKind::usage, "cli.usage", "--nagios and --json exclude each other");
  settings.probe.helo = SM_TRY(helo_of(context));
  settings.probe.connect_timeout = duration_of(context, "connect-timeout", settings.probe.connect_timeout);
  settings.probe.step_timeout = duration_of(context, "step-timeout", settings.probe.step_timeout);
  if (const auto file = context.value("skip")) settings.skip = SM_TRY(read_subjects(*file));
  return settings;
}

struct Subject {
  std::string text;
  dane::HostQuestion question;  // of a domain only its name counts
};

Result<Subject> parse_subject(const Settings& settings, const std::string& text) {
  if (!settings.hosts) {
    dns::Name name = SM_TRY(parse_domain(text));
    return Subject{name.text(), {.name = std::move(name)}};
  }
  const Service service = SM_TRY(parse_service(text));
  const auto protocol = settings.protocol.value_or(net::protocol_of(service.port));
  return Subject{service.text(), {.name = service.host, .port = service.port, .protocol = protocol}};
}

// What a monitoring system is told of all subjects together.
class Monitor {
 public:
  void add(const dane::CheckReport& report, int status) {
    const bool soon = status == 0 && report.ends_soon;
    const int next = report::nagios_status(status, soon);
    // UNKNOWN (3) is worse than WARNING, but not than CRITICAL.
    const auto rank = [](int nagios) { return nagios == 3 ? 1.5 : nagios; };
    if (count_ == 0 || rank(next) > rank(status_)) {
      status_ = next;
      text_ = dane::summary(report);
    }
    ++count_;
    for (const bool certificates : {true, false}) {
      const auto end = dane::first_ending(report, certificates);
      auto& first = certificates ? certificate_ : signature_;
      if (end && (!first || *end < *first)) first = end;
    }
  }

  // A line that names no subject.
  void add_unknown(const std::string& text) {
    if (count_++ == 0 || status_ < 2) {
      status_ = 3;
      text_ = text;
    }
  }

  int status() const { return status_; }
  std::string line(std::chrono::sys_seconds now, std::chrono::days ahead) const {
    std::vector<report::PerformanceValue> values;
    const auto add = [&](std::string_view label, const std::optional<std::chrono::sys_seconds>& end) {
      if (!end) return;
      values.push_back({.label = std::string(label),
                        .value = std::chrono::floor<std::chrono::days>(*end - now).count(),
                        .warning = std::to_string(ahead.count()) + ":"});
    };
    add("certificate_days", certificate_);
    add("signature_days", signature_);
    std::string text = text_;
    if (count_ > 1) text += " (the worst of " + std::to_string(count_) + ")";
    return report::nagios_line("SMDANE", status_, count_ == 0 ? "nothing to check" : text, values);
  }

 private:
  std::size_t count_ = 0;
  int status_ = 0;
  std::string text_;
  std::optional<std::chrono::sys_seconds> certificate_;
  std::optional<std::chrono::sys_seconds> signature_;
};

// On stderr, if that is a terminal and the answer goes elsewhere.
class Progress {
 public:
  explicit Progress(bool wanted) : wanted_(wanted && isatty(STDERR_FILENO) == 1) {}
  ~Progress() { erase(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(std::size_t done, std::size_t open) {
    if (!wanted_ || std::chrono::steady_clock::now() < next_) return;
    next_ = std::chrono::steady_clock::now() + progress_interval;
    shown_ = true;
    say("\r\x1b[K" + std::to_string(done) + " checked, " + std::to_string(open) + " open");
  }
  // How long until there is something new to show; -1: nothing.
  int wait() const { return wanted_ ? static_cast<int>(progress_interval.count()) : -1; }
  void erase() {
    if (std::exchange(shown_, false)) say("\r\x1b[K");
  }

 private:
  static void say(const std::string& text) {
    if (write(STDERR_FILENO, text.data(), text.size()) < 0) return;
  }
  bool wanted_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point next_{};
};

class Check {
 public:
  Check(cli::Context& context, Settings settings, Subjects subjects, dns::Resolver& resolver,
        const dane::ChainJudge& judge, std::size_t jobs)
      : context_(context),
        settings_(std::move(settings)),
        subjects_(std::move(subjects)),
        resolver_(resolver),
        probe_(tls::make_probe(settings_.probe)),
        sessions_(*probe_),
        judge_(judge),
        jobs_(jobs),
        results_(context, context.flag("sort")),
        progress_(settings_.list && !context.terminal() && !context.quiet()) {}

  Result<int> run() {
    while (true) {
      SM_TRY(fill());
      if (open_.empty() && subjects_.ended()) break;
      SM_TRY(turn());
      SM_TRY(written_);
      progress_.show(count_ - open_.size(), open_.size());
    }
    progress_.erase();
    if (!settings_.nagios) return results_.status();
    SM_TRY(context_.print(monitor_.line(time_of(context_), settings_.options.ahead)));
    return monitor_.status();
  }

 private:
  using Time = std::chrono::steady_clock::time_point;

  // Of those that are open, how many are stalled: they are the first.
  std::size_t stalled() const {
    const Time limit = std::chrono::steady_clock::now() - stalled_after;
    const auto young = std::ranges::find_if(open_, [&](const auto& entry) { return entry.second > limit; });
    return static_cast<std::size_t>(std::distance(open_.begin(), young));
  }
  bool has_room() const { return open_.size() < jobs_ * patience && open_.size() - stalled() < jobs_; }
  // In how many milliseconds there may be room that is not there now; -1: that depends on others.
  int room_in() const {
    if (subjects_.ended() || has_room() || open_.size() >= jobs_ * patience) return -1;
    const auto next = std::next(open_.begin(), static_cast<std::ptrdiff_t>(stalled()));
    const auto left = next->second + stalled_after - std::chrono::steady_clock::now();
    return static_cast<int>(std::max<std::int64_t>(std::chrono::ceil<milliseconds>(left).count(), 0));
  }

  Result<void> fill() {
    while (has_room()) {
      auto text = subjects_.next();
      if (text && !*text) return {};
      auto subject = text ? parse_subject(settings_, **text) : Result<Subject>(Unexpected{std::move(text).error()});
      if (!subject) {
        SM_TRY(refuse(std::move(subject).error()));
        continue;
      }
      if (settings_.skip.contains(lower(subject->text))) continue;
      start(*std::move(subject));
    }
    return {};
  }

  // An argument is the caller's mistake, and nothing was done yet. A line of a long list is passed over.
  Result<void> refuse(Error error) {
    if (subjects_.line() == 0) return Unexpected{std::move(error)};
    progress_.erase();
    const std::string text = "line " + std::to_string(subjects_.line()) + ": " + error.message;
    if (settings_.nagios) {
      ++count_;
      monitor_.add_unknown(text);
      return {};
    }
    context_.warn(text);
    return results_.add(count_++, {}, cli::exit_data);
  }

  void start(Subject subject) {
    open_.emplace(count_, std::chrono::steady_clock::now());
    const dane::CheckTools tools{resolver_, sessions_, judge_};
    dane::CheckOptions options = settings_.options;
    options.now = time_of(context_);  // a long list takes its time
    auto done = [this, number = count_++](const dane::CheckReport& report) { take(number, report); };
    if (settings_.hosts)
      dane::check_given_host(tools, options, std::move(subject.question), std::move(done));
    else
      dane::check_domain(tools, options, std::move(subject.question.name), std::move(done));
  }

  void take(std::size_t number, const dane::CheckReport& report) {
    open_.erase(number);
    if (!written_) return;
    const int status = dane::status_of(report, settings_.opportunistic, settings_.days_given && !settings_.nagios);
    if (settings_.nagios) return monitor_.add(report, status);
    written_ = results_.add(number, text_of(report, status), status);
  }

  std::string text_of(const dane::CheckReport& report, int status) const {
    if (context_.json()) return json_line("smdane.check/1", dane::to_json(report, status));
    std::string text = printable(dane::summary(report)) + '\n';
    if (settings_.list) return text;
    auto findings = dane::all_findings(report);
    if (!context_.verbose())
      std::erase_if(findings, [](const report::Finding& one) { return one.severity == report::Severity::info; });
    return text + report::text(findings, context_.color());
  }

  Result<void> turn() {
    polled_.clear();
    if (has_room() && !subjects_.ended()) polled_.push_back(subjects_.descriptor());
    const bool with_input = !polled_.empty();
    const int wait = sooner(sooner(results_.flush_in(), progress_.wait()), room_in());
    sm::turn({&resolver_, probe_.get()}, polled_, wait);
    if (with_input && polled_.front().revents != 0) SM_TRY(subjects_.read());
    return results_.flush();
  }

  cli::Context& context_;
  const Settings settings_;
  Subjects subjects_;
  dns::Resolver& resolver_;
  std::unique_ptr<net::SmtpProbe> probe_;
  dane::Sessions sessions_;
  const dane::ChainJudge& judge_;
  std::size_t jobs_;
  Results results_;
  Monitor monitor_;
  Progress progress_;
  Result<void> written_;
  std::size_t count_ = 0;
  std::map<std::size_t, Time> open_;  // by number, and so by when they began
  std::vector<pollfd> polled_;
};

Result<int> run_check(cli::Context& context) {
  Settings settings = SM_TRY(settings_of(context));
  Subjects subjects = SM_TRY(Subjects::open(context));
  if (!settings.list)
    for (const std::string& argument : context.arguments()) SM_TRY(parse_subject(settings, argument));
  const std::size_t jobs = SM_TRY(jobs_of(context, default_jobs));
  const OpenedResolver opened = SM_TRY(open_resolver(context, dns_window));
  const tls::ChainVerifier judge = SM_TRY(tls::ChainVerifier::make());
  return Check(context, std::move(settings), std::move(subjects), *opened.resolver, judge, jobs).run();
}

}  // namespace

Result<int> check(cli::Context& context) {
  auto status = run_check(context);
  if (status || !context.flag("nagios") || status.error().kind == ErrorKind::usage) return status;
  // A plugin says that it does not know, whatever the reason.
  SM_TRY(context.print(report::nagios_line("SMDANE", 3, status.error().message)));
  return 3;
}

}  // namespace sm::smdane
