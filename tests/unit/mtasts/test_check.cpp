#include <doctest/doctest.h>

#include <map>

#include "dane/fakes.hpp"
#include "mtasts/check.hpp"
#include "webdav/fake_http.hpp"

using namespace sm;
using mtasts::Verdict;
using test::FakeHttp;

namespace {

constexpr std::string_view zone =
    "example.org. 60 IN MX 10 mx.example.org.\n"
    "mx.example.org. 60 IN A 198.41.0.4\n"
    "_mta-sts.example.org. 60 IN TXT \"v=STSv1; id=1;\"\n";
constexpr std::string_view body = "version: STSv1\nmode: enforce\nmx: mx.example.org\nmax_age: 604800\n";

// A "certificate" is "name/days", trusted unless the name begins with '?'.
class FakePkix final : public dane::PkixJudge {
 public:
  Result<dane::ChainVerdict> verify(const dane::PkixQuestion& question) const override {
    const std::string& own = question.chain.front();
    const std::string name = own.substr(0, own.find('/'));
    const int days = std::stoi(own.substr(own.find('/') + 1));
    dane::ChainVerdict verdict;
    verdict.result = name.starts_with('?')   ? dane::ChainResult::untrusted
                     : name != question.host ? dane::ChainResult::wrong_name
                     : days < 0              ? dane::ChainResult::expired
                                             : dane::ChainResult::match;
    if (verdict.result == dane::ChainResult::match) verdict.valid_until = question.now + std::chrono::days(days);
    return verdict;
  }
};

class FakeCache final : public mtasts::Cache {
 public:
  std::map<std::string, mtasts::Entry, std::less<>> entries;
  bool broken = false;

  Result<std::optional<mtasts::Entry>> find(std::string_view domain) override {
    if (broken) return fail(ErrorKind::data, "cache.damaged", "damaged");
    const auto found = entries.find(domain);
    return found == entries.end() ? std::optional<mtasts::Entry>() : found->second;
  }
  Result<void> put(const mtasts::Entry&) override { throw std::logic_error("a check writes"); }
  Result<void> put_failure(std::string_view, const mtasts::Failure&) override { throw std::logic_error("it writes"); }
  Result<void> each(const std::function<Result<void>(mtasts::Entry)>&) override { return {}; }
  Result<std::size_t> purge(std::optional<std::string_view>) override { throw std::logic_error("it purges"); }
  Result<std::size_t> drop_before(std::int64_t) override { throw std::logic_error("it drops"); }
  Result<std::uint64_t> version() override { return std::uint64_t{0}; }
};

struct World {
  explicit World(std::string_view text = zone) : resolver(text) {
    probe.set("198.41.0.4", dane::presents("mx.example.org/90"));
    probe.set("198.41.0.4", net::KeyType::rsa, dane::ends(net::ProbeOutcome::no_common_parameters));
  }

  dns::FakeResolver resolver;
  dane::FakeProbe probe;
  dane::FakeJudge judge;
  FakePkix pkix;
  FakeCache cache;
  dane::Sessions sessions{probe};
  Result<net::Response> response = served(std::string(body));
  FakeHttp client{[this](const FakeHttp::Asked&) { return response; }};
  mtasts::CheckOptions options{.now =
                                   std::chrono::sys_seconds(std::chrono::sys_days{std::chrono::year{2026} / 11 / 28})};

  static net::Response served(std::string text) {
    net::Response response = test::answer(200, std::move(text));
    response.fields.push_back({"Content-Type", "text/plain; charset=utf-8"});
    return response;
  }

  mtasts::CheckReport check() {
    std::optional<mtasts::CheckReport> report;
    mtasts::check_domain({resolver, client, sessions, judge, pkix, &cache}, options, *dns::Name::parse("example.org"),
                         [&](mtasts::CheckReport got) { report = std::move(got); });
    while (resolver.open() != 0 || client.open() != 0 || probe.open() != 0) {
      resolver.process({});
      client.process({});
      probe.process({});
    }
    REQUIRE(report);
    return *std::move(report);
  }

  void remember(std::string id, std::string text, std::int64_t age = 3600) {
    const std::int64_t now = options.now.time_since_epoch().count();
    cache.entries["example.org"] = {.domain = "example.org",
                                    .id = std::move(id),
                                    .body = std::move(text),
                                    .body_hash = {},
                                    .fetched = now - age,
                                    .expires = now - age + 604800,
                                    .failure = {}};
  }
};

// "error", "warning" …; empty: there is no such finding.
std::string severity(const mtasts::CheckReport& report, std::string_view code) {
  for (const report::Finding& finding : report.findings)
    if (finding.code == "mtasts." + std::string(code)) return std::string(name_of(finding.severity));
  return {};
}

std::string with(std::string_view from, std::string_view to) {
  std::string text(zone);
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("mtasts/check: a policy that holds") {
  World world;
  const auto report = world.check();
  CHECK(report.verdict == Verdict::holds);
  CHECK(status_of(report, true) == 0);
  CHECK(summary(report) == "example.org: holds (enforce, 1 host)");
  CHECK(report.mx_end == world.options.now + std::chrono::days(90));
  CHECK(severity(report, "mx") == "ok");
  CHECK(severity(report, "mx-certificate") == "ok");
  CHECK(severity(report, "content-type").empty());
  CHECK(severity(report, "no-tlsrpt") == "info");
  CHECK(worst(report.findings) == report::Severity::info);
  // SNI is the MX host; a second look costs no connection.
  CHECK(world.probe.asked() ==
        std::vector<std::string>{"198.41.0.4 mx.example.org ecdsa", "198.41.0.4 mx.example.org rsa"});
  CHECK(world.check().verdict == Verdict::holds);
  CHECK(world.probe.asked().size() == 2);
}

TEST_CASE("mtasts/check: no record, no answer, a record that is none (RFC 8461 §3.1)") {
  World none("example.org. 60 IN MX 10 mx.example.org.\n_mta-sts.example.org. 60 IN TXT \"V=STSv1; id=1;\"\n");
  const auto report = none.check();
  CHECK(report.verdict == Verdict::no_policy);
  CHECK(status_of(report, false) == 2);
  CHECK(severity(report, "near-record") == "warning");
  CHECK(none.client.asked.empty());
  World dead;
  dead.resolver.fail(dns::Failure::timeout, "_mta-sts.example.org");
  CHECK(dead.check().verdict == Verdict::untested);
  World bad(with("id=1;", "id=a-b;"));
  const auto other = bad.check();
  CHECK(other.verdict == Verdict::faulty);
  CHECK(severity(other, "record-id") == "error");
  CHECK(severity(other, "policy") == "ok");
}

TEST_CASE("mtasts/check: what the policy host does (RFC 8461 §3.3)") {
  const auto after = [](Result<net::Response> response) {
    World world;
    world.response = std::move(response);
    return world.check();
  };
  const auto failing = [&](std::string_view code) { return after(fail(ErrorKind::temporary, code, "so")); };
  CHECK(severity(after(test::answer(404)), "status") == "error");
  net::Response redirect = test::answer(302);
  redirect.fields.push_back({"Location", "/elsewhere"});
  CHECK(severity(after(redirect), "redirect") == "error");
  CHECK(severity(failing("net.certificate"), "policy-host-certificate") == "error");
  CHECK(severity(failing("net.private-address"), "private-address") == "error");
  CHECK(severity(failing("net.no-host"), "no-policy-host") == "error");
  CHECK(severity(failing("net.too-long"), "size") == "error");
  CHECK(severity(failing("net.tls"), "policy-fetch") == "error");
  const auto down = failing("net.timeout");
  CHECK(severity(down, "policy-not-tested") == "warning");
  CHECK(down.verdict == Verdict::untested);
  CHECK(down.hosts.empty());
  const auto untyped = after(test::answer(200, std::string(body)));
  CHECK(severity(untyped, "content-type") == "warning");
  CHECK(untyped.verdict == Verdict::holds);
  net::Response slow = World::served(std::string(body));
  slow.elapsed = std::chrono::milliseconds(12'000);
  CHECK(severity(after(slow), "slow") == "warning");
  CHECK(after(World::served("<html>")).verdict == Verdict::faulty);
  CHECK(severity(after(World::served("version: STSv1\nmode: enforce\nmax_age: 604800\n")), "policy-mx") == "error");
}

TEST_CASE("mtasts/check: hosts that don't keep the policy (RFC 8461 §4.1, §4.2)") {
  const auto with_server = [](net::ProbeResult result) {
    World world;
    world.probe.set("198.41.0.4", std::move(result));
    return world.check();
  };
  CHECK(severity(with_server(dane::presents("example.org/90")), "mx-wrong-name") == "error");
  CHECK(severity(with_server(dane::presents("mx.example.org/-1")), "mx-expired") == "error");
  CHECK(severity(with_server(dane::presents("?/1")), "mx-untrusted") == "error");
  CHECK(severity(with_server(dane::ends(net::ProbeOutcome::no_starttls)), "mx-no-starttls") == "error");
  CHECK(severity(with_server(dane::ends(net::ProbeOutcome::tls_too_old)), "mx-tls-too-old") == "error");
  CHECK(severity(with_server(dane::ends(net::ProbeOutcome::plaintext_injected)), "mx-injected") == "error");
  CHECK(severity(with_server(dane::ends(net::ProbeOutcome::starttls_refused)), "mx-starttls-refused") == "error");
  for (const auto outcome : {net::ProbeOutcome::connect_refused, net::ProbeOutcome::timed_out, net::ProbeOutcome::busy,
                             net::ProbeOutcome::refused, net::ProbeOutcome::closed}) {
    const auto report = with_server(dane::ends(outcome));
    CHECK(severity(report, "mx-not-tested") == "warning");
    CHECK(report.verdict == Verdict::untested);
    CHECK(status_of(report, false) == 75);
  }
  const auto soon = with_server(dane::presents("mx.example.org/5"));
  CHECK(severity(soon, "mx-certificate-ends") == "warning");
  CHECK(status_of(soon, false) == 0);
  CHECK(status_of(soon, true) == 1);

  World other;
  other.response = World::served("version: STSv1\nmode: enforce\nmx: mail.example.org\nmax_age: 604800\n");
  const auto report = other.check();
  CHECK(severity(report, "mx") == "error");
  CHECK(severity(report, "mx-unused") == "info");
  CHECK_FALSE(report.hosts.at(0).fits);
  // In mode none there is nothing that a host could fail, and nobody is connected to.
  World nothing;
  nothing.response = World::served("version: STSv1\nmode: none\nmx: mail.example.org\nmax_age: 60\n");
  CHECK(nothing.check().verdict == Verdict::holds);
  CHECK(nothing.probe.asked().empty());
}

TEST_CASE("mtasts/check: which hosts there are") {
  const auto verdict = [](const std::string& text) { return World(text).check().verdict; };
  CHECK(verdict(with("10 mx.example.org.", "0 .")) == Verdict::no_mail);
  World inside(with("198.41.0.4\n", "127.0.0.1\n"));
  inside.probe.set("127.0.0.1", dane::presents("mx.example.org/90"));
  const auto report = inside.check();
  CHECK(report.verdict == Verdict::untested);
  CHECK(severity(report, "mx-private-address") == "warning");
  CHECK(inside.probe.asked().empty());
  inside.options.allow_private = true;
  CHECK(inside.check().verdict == Verdict::holds);
  CHECK(verdict(with("mx.example.org. 60 IN A 198.41.0.4\n", "")) == Verdict::no_mail);
  World unknown;
  unknown.resolver.fail(dns::Failure::servfail, "example.org", dns::Type::mx);
  CHECK(unknown.check().verdict == Verdict::untested);
  World half(with("\nmx.", "\nexample.org. 60 IN MX 20 dead.example.org.\ndead.example.org. 60 IN A 198.41.0.5\nmx."));
  half.response = World::served("version: STSv1\nmode: enforce\nmx: *.example.org\nmax_age: 604800\n");
  CHECK(half.check().verdict == Verdict::untested);
  World deep(with("mx.example.org.\nmx", "a.mx.example.org.\na.mx"));
  deep.response = World::served("version: STSv1\nmode: enforce\nmx: *.example.org\nmax_age: 604800\n");
  CHECK(severity(deep.check(), "mx") == "error");
}

TEST_CASE("mtasts/check: DANE beside it wins (RFC 8461 §2)") {
  const std::string right(32, 'k');
  const auto hex = [](char c) {
    std::string text;
    for (int i = 0; i < 32; ++i) text += c == 'k' ? "6b" : "78";
    return text;
  };
  const auto check = [&](char key) {
    World world(std::string(zone) + "_25._tcp.mx.example.org. 60 IN TLSA 3 1 1 " + hex(key) + "\n");
    world.probe.set("198.41.0.4", dane::presents("mx.example.org/90/" + right));
    return world.check();
  };
  const auto good = check('k');
  CHECK(severity(good, "dane") == "ok");
  CHECK(good.verdict == Verdict::holds);
  const auto wrong = check('x');
  CHECK(severity(wrong, "dane") == "error");
  CHECK(wrong.verdict == Verdict::faulty);
  World silent;
  silent.resolver.fail(dns::Failure::timeout, "_25._tcp.mx.example.org");
  const auto report = silent.check();
  CHECK(severity(report, "dane") == "warning");
  CHECK(report.verdict == Verdict::untested);
}

TEST_CASE("mtasts/check: what has changed since the cache was written") {
  World world;
  world.remember("1", std::string(body));
  auto report = world.check();
  CHECK(severity(report, "same-id").empty());
  CHECK(severity(report, "same-policy").empty());
  world.remember("1", std::string(body) + "x: y\n");
  report = world.check();
  CHECK(severity(report, "same-id") == "warning");
  CHECK(report.verdict == Verdict::holds);
  world.remember("0", std::string(body));
  CHECK(severity(world.check(), "same-policy") == "info");
  world.remember("0", "version: STSv1\nmode: none\nmax_age: 60\n");
  report = world.check();
  CHECK(severity(report, "same-policy").empty());
  CHECK(severity(report, "mode-changed") == "info");
  world.response = fail(ErrorKind::temporary, "net.timeout", "so");
  CHECK(severity(world.check(), "cached") == "info");
  world.remember("0", std::string(body));
  world.resolver.fail(dns::Failure::timeout, "_mta-sts.example.org");
  CHECK(severity(world.check(), "cached") == "info");
  world.remember("0", std::string(body), 700'000);
  CHECK(severity(world.check(), "cached").empty());
  world.cache.broken = true;
  CHECK(severity(world.check(), "cache") == "info");
}

TEST_CASE("mtasts/check: where failures are reported to (RFC 8460 §3)") {
  const auto check = [](const std::string& record) {
    return World(std::string(zone) + "_smtp._tls.example.org. 60 IN TXT \"" + record + "\"\n").check();
  };
  const auto good = check("v=TLSRPTv1; rua=mailto:a@example.org,https://example.org/r");
  CHECK(severity(good, "tlsrpt") == "ok");
  REQUIRE(good.reporting);
  CHECK(good.reporting->to == std::vector<std::string>{"mailto:a@example.org", "https://example.org/r"});
  for (const char* bad : {"v=TLSRPTv1;",
                          "v=TLSRPTv1; rua=",
                          "v=TLSRPTv1; rua=a@example.org",
                          "v=TLSRPTv1; rua",
                          "v=TLSRPTv1; rua=mailto:a@example.org,",
                          "v=TLSRPTv1; rua=http://example.org",
                          "v=TLSRPTv1; rua =mailto:a@b",
                          "v=TLSRPTv1; rua= mailto:a@b",
                          "v=TLSRPTv1; foo bar=x; rua=mailto:a@b",
                          "v=TLSRPTv1; rua=mailto:a@b; foo=",
                          "v=TLSRPTv1; foo=a=b; rua=mailto:a@b",
                          "v=TLSRPTv1; rua=mailto:a@b;;",
                          "v=TLSRPTv1; rua=mailto:a@b; ;",
                          "v=TLSRPTv1; rua=mailto:",
                          "v=TLSRPTv1; rua=https:",
                          "v=TLSRPTv1; rua=https:foo",
                          "v=TLSRPTv1; rua=https:///x",
                          "v=TLSRPTv1; rua=mailto:<a@b>",
                          "v=TLSRPTv1; rua=mailto:%zz@b",
                          "v=TLSRPTv1; rua=mailto:a!10m@b",
                          "v=TLSRPTv1; rua=mailto:a@b "}) {
    CAPTURE(bad);
    CHECK(severity(check(bad), "tlsrpt") == "warning");
  }
  for (const char* right : {"v=TLSRPTv1;rua=mailto:a@b", "v=TLSRPTv1; rua=mailto:a@b;", "v=TLSRPTv1; rua=mailto:a@b ; ",
                            "v=TLSRPTv1; x=y; rua=mailto:a@b , https://c/d?e=f", "v=TLSRPTv1; rua=MAILTO:a%21@b"}) {
    CAPTURE(right);
    CHECK(severity(check(right), "tlsrpt") == "ok");
  }
  CHECK(severity(check("v=TLSRPTv2; rua=mailto:a@example.org"), "no-tlsrpt") == "info");
  const auto two =
      check("v=TLSRPTv1; rua=mailto:a@b\"\n_smtp._tls.example.org. 60 IN TXT \"v=TLSRPTv1; rua=mailto:c@d");
  CHECK(severity(two, "tlsrpt") == "warning");
  World testing;
  testing.response = World::served("version: STSv1\nmode: testing\nmx: mx.example.org\nmax_age: 604800\n");
  CHECK(severity(testing.check(), "no-tlsrpt") == "warning");
}
