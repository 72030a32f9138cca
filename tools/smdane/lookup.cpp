#include <algorithm>

#include "bulk/results.hpp"
#include "bulk/subjects.hpp"
#include "cli/exit.hpp"
#include "commands.hpp"
#include "dane/tlsa.hpp"
#include "json/line.hpp"
#include "resolver/options.hpp"
#include "service.hpp"
#include "text/hex.hpp"
#include "text/printable.hpp"
#include "text/time.hpp"

namespace sm::smdane {
namespace {

using dns::Answer;
using dns::Outcome;
using dns::Security;

constexpr std::size_t default_jobs = 100;

// RFC 7672 §2.1: only secure records count, and what is bogus is an attack or an outage, never an absence.
int status_of(const Answer& answer) {
  if (answer.security == Security::bogus) return cli::exit_no;
  if (answer.outcome == Outcome::failed || answer.security == Security::indeterminate) return cli::exit_temporary;
  if (answer.outcome != Outcome::data) return cli::exit_absent;
  // A client that can't read what is published has nothing to hold the server against, and must not deliver.
  if (answer.data<dns::Tlsa>().size() != answer.records.size()) return cli::exit_no;
  return answer.secure() ? cli::exit_yes : cli::exit_no;
}

// Name servers rotate them, and two nights are to be comparable.
std::vector<dns::Tlsa> records_of(const Answer& answer) {
  auto records = answer.data<dns::Tlsa>();
  std::ranges::sort(records);
  return records;
}

std::string line_of(const Service& service, const Answer& answer) {
  std::string line = service.text();
  line.append(" ").append(name_of(answer.security)).append(" ").append(name_of(answer.trust)).append(" ");
  if (answer.outcome == Outcome::data) {
    bool first = true;
    for (const dns::Tlsa& one : records_of(answer)) {
      if (!std::exchange(first, false)) line += ", ";
      line.append(dane::parameters_of(one)).append(" ").append(hex_lower(one.data));
    }
    if (answer.data<dns::Tlsa>().size() != answer.records.size()) line += first ? "malformed" : ", malformed";
  } else if (answer.outcome == Outcome::failed) {
    line.append(name_of(answer.failure)).append(": ").append(printable(answer.reason));
  } else {
    line += "no TLSA record";
  }
  return line + '\n';
}

std::string json_of(const Service& service, const Answer& answer, std::int64_t now) {
  json::Array records;
  for (const dns::Tlsa& one : records_of(answer)) records.push_back(dane::to_json(one));
  json::Array aliases;
  for (std::size_t i = 1; i < answer.chain.size(); ++i) aliases.push_back(answer.chain[i].text());
  const bool failed = answer.outcome == Outcome::failed;
  json::Value run = json::object({{"time", rfc3339(now)}, {"server", answer.server}});
  if (!failed) run.add("ttl", answer.ttl);
  if (!answer.reason.empty()) run.add("reason", answer.reason);
  return json_line(
      "smdane.lookup/1",
      json::object({{"host", service.host.text()},
                    {"port", service.port},
                    {"status", status_of(answer)},
                    {"outcome", name_of(answer.outcome)},
                    {"security", name_of(answer.security)},
                    {"failure", failed ? json::Value(name_of(answer.failure)) : json::Value()},
                    {"records", std::move(records)},
                    {"aliases", std::move(aliases)},
                    {"by", json::object({{"trust", name_of(answer.trust)}, {"backend", name_of(answer.backend)}})},
                    {"run", std::move(run)}}));
}

class Lookup {
 public:
  Lookup(cli::Context& context, bulk::Subjects subjects, dns::Resolver& resolver, std::size_t jobs)
      : context_(context),
        subjects_(std::move(subjects)),
        resolver_(resolver),
        jobs_(jobs),
        timeout_(context.number("dns-timeout")),
        results_(context, context.flag("sort")) {}

  Result<int> run() {
    while (true) {
      SM_TRY(fill());
      if (resolver_.open() == 0 && subjects_.ended()) return results_.status();
      SM_TRY(turn());
      SM_TRY(written_);
    }
  }

 private:
  // As many as are in flight wait behind them, so that there is always a next one.
  bool has_room() const { return resolver_.open() < 2 * jobs_; }

  Result<void> fill() {
    while (has_room()) {
      auto subject = subjects_.next();
      if (subject && !*subject) return {};
      auto service = subject ? parse_service(**subject) : Result<Service>(Unexpected{std::move(subject).error()});
      if (!service) {
        SM_TRY(refuse(std::move(service).error()));
        continue;
      }
      ask(*std::move(service));
    }
    return {};
  }

  // An argument is the caller's mistake, and nothing was done yet. A line of a long list is passed over.
  Result<void> refuse(Error error) {
    if (subjects_.line() == 0) return Unexpected{std::move(error)};
    context_.warn("line " + std::to_string(subjects_.line()) + ": " + error.message);
    return results_.add(count_++, {}, cli::exit_data);
  }

  void ask(Service service) {
    dns::Query query{.name = *service.tlsa_name(), .type = dns::Type::tlsa};
    if (timeout_) query.timeout = std::chrono::seconds(*timeout_);
    resolver_.ask(std::move(query), [this, number = count_++, service = std::move(service)](const Answer& answer) {
      if (!written_) return;
      written_ = results_.add(
          number, context_.json() ? json_of(service, answer, context_.clock().now()) : line_of(service, answer),
          status_of(answer));
    });
  }

  Result<void> turn() {
    polled_.clear();
    if (has_room() && !subjects_.ended()) polled_.push_back(subjects_.descriptor());
    const bool with_input = !polled_.empty();
    sm::turn({&resolver_}, polled_, results_.flush_in());
    if (with_input && polled_.front().revents != 0) SM_TRY(subjects_.read());
    return results_.flush();
  }

  cli::Context& context_;
  bulk::Subjects subjects_;
  dns::Resolver& resolver_;
  std::size_t jobs_;
  std::optional<std::uint64_t> timeout_;  // seconds
  bulk::Results results_;
  Result<void> written_;
  std::size_t count_ = 0;
  std::vector<pollfd> polled_;
};

}  // namespace

Result<int> lookup(cli::Context& context) {
  bulk::Subjects subjects = SM_TRY(bulk::Subjects::open(context));
  if (context.arguments().front() != "-")
    for (const std::string& argument : context.arguments()) SM_TRY(parse_service(argument));
  const std::size_t jobs = SM_TRY(jobs_of(context, default_jobs));
  const OpenedResolver opened = SM_TRY(open_resolver(context, jobs));
  return Lookup(context, std::move(subjects), *opened.resolver, jobs).run();
}

}  // namespace sm::smdane
