#include "mtasts/discovery.hpp"

#include <algorithm>
#include <utility>

#include "text/ascii.hpp"

namespace sm::mtasts {
namespace {

constexpr int ok = 200;

Unexpected no_host(const dns::Name& domain) {
  return fail(ErrorKind::data, "dns.bad-name", domain.text() + " can have no policy host: it is too long, or no name");
}

RecordAnswer read_record(dns::Answer answer) {
  RecordAnswer result;
  const auto unknown = [&](const std::string& why) {
    result.state = RecordState::unknown;
    const bool stripped = answer.failure == dns::Failure::stripped;
    result.error = fail(ErrorKind::temporary, "mtasts.dns", answer.name.text() + " TXT: " + why,
                        stripped ? "this resolver withholds DNSSEC: --dnssec resolver does without" : "")
                       .error;
    answer.ttl = 0;
  };
  if (answer.security == dns::Security::bogus || answer.failure == dns::Failure::bogus) {
    unknown("bogus");
  } else if (answer.outcome == dns::Outcome::failed) {
    unknown("no answer (" + std::string(name_of(answer.failure)) + ")");
  } else {
    std::vector<std::string> texts;
    for (const dns::Txt& txt : answer.data<dns::Txt>()) texts.push_back(txt.joined());
    auto record = pick_record(texts);
    if (!record) {
      result.state = RecordState::invalid;
      result.error = std::move(record).error();
    } else {
      result.state = *record ? RecordState::found : RecordState::absent;
      result.record = *std::move(record);
    }
  }
  result.answer = std::move(answer);
  return result;
}

PolicyAnswer read_answer(Result<net::Response> response) {
  PolicyAnswer result;
  if (!response) {
    result.error = std::move(response).error();
    return result;
  }
  std::string body = std::exchange(response->body, {});
  if (response->status != ok) {
    std::string message = response->url.text() + ": the server answered " + std::to_string(response->status);
    if (const auto to = response->redirect()) message.append(", a redirect to ").append(to->text());
    result.error = fail(ErrorKind::temporary, "mtasts.status", std::move(message),
                        "a policy is what comes with status 200, and from nowhere else")
                       .error;
  } else {
    result.body = std::move(body);
    result.reading = read_policy(result.body);
    result.policy = result.reading.policy;
    if (!result.policy) {
      const auto& findings = result.reading.findings;
      const auto reason = std::ranges::find(findings, report::Severity::error, &report::Finding::severity);
      std::string message = response->url.text() + " is no valid policy: ";
      if (!reason->subject.empty()) message.append(reason->subject).append(": ");
      message += reason->message;
      result.error = fail(ErrorKind::data, "mtasts.policy", std::move(message), reason->advice).error;
    }
  }
  result.response = *std::move(response);
  return result;
}

}  // namespace

std::string_view name_of(RecordState state) {
  switch (state) {
    case RecordState::found:
      return "found";
    case RecordState::absent:
      return "absent";
    case RecordState::invalid:
      return "invalid";
    case RecordState::unknown:
      return "unknown";
  }
  return "";
}

Result<dns::Name> record_name(const dns::Name& domain) {
  const auto prefix = dns::Name::parse("_mta-sts");
  return dns::Name::join(*prefix, domain);
}

Result<net::Url> policy_url(const dns::Name& domain) {
  std::string host = "mta-sts." + domain.text();
  if (domain.is_root() || !is_pattern(host)) return no_host(domain);
  return net::Url{.scheme = "https", .user = {}, .host = lower(host), .path = "/.well-known/mta-sts.txt", .query = {}};
}

void ask_record(dns::Resolver& resolver, const dns::Name& domain, std::chrono::milliseconds timeout,
                std::function<void(RecordAnswer)> done) {
  auto name = record_name(domain);
  if (!name) {
    RecordAnswer none{.state = RecordState::invalid, .record = {}, .error = std::move(name).error(), .answer = {}};
    none.answer.name = domain;
    return done(std::move(none));
  }
  resolver.ask({.name = *std::move(name), .type = dns::Type::txt, .timeout = timeout},
               [done = std::move(done)](dns::Answer answer) { done(read_record(std::move(answer))); });
}

void fetch_policy(net::HttpClient& client, const dns::Name& domain, bool named, std::chrono::milliseconds timeout,
                  std::function<void(PolicyAnswer)> done, bool certificates) {
  auto url = policy_url(domain);
  if (!url) return done(read_answer(Unexpected{std::move(url).error()}));
  net::Request request{.url = *std::move(url)};
  request.max_body = max_policy;
  request.timeout = timeout;
  request.named = named;
  request.certificates = certificates;
  client.start(std::move(request),
               [done = std::move(done)](Result<net::Response> response) { done(read_answer(std::move(response))); });
}

bool is_domains_fault(const PolicyAnswer& answer) {
  if (!answer.error) return false;
  if (answer.response) return true;
  constexpr std::string_view faults[] = {"dns.bad-name",        "net.broken",  "net.certificate",
                                         "net.encoding",        "net.no-host", "net.protocol",
                                         "net.private-address", "net.tls",     "net.too-long"};
  return std::ranges::find(faults, answer.error->code) != std::end(faults);
}

}  // namespace sm::mtasts
