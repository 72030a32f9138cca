#include <doctest/doctest.h>

#include "dns/fake_resolver.hpp"
#include "mtasts/discovery.hpp"
#include "webdav/fake_http.hpp"

using namespace sm;
using namespace std::chrono_literals;
using mtasts::RecordState;
using test::FakeHttp;

namespace {

constexpr std::string_view policy = "version: STSv1\nmode: enforce\nmx: mx.example.org\nmax_age: 86400\n";

dns::Name name(std::string_view text) {
  return *dns::Name::parse(text);
}

mtasts::RecordAnswer record_of(dns::FakeResolver& resolver, std::string_view domain) {
  std::optional<mtasts::RecordAnswer> result;
  mtasts::ask_record(resolver, name(domain), 5s, [&](mtasts::RecordAnswer got) { result = std::move(got); });
  CHECK_FALSE(result);
  run(resolver);
  REQUIRE(result);
  return *std::move(result);
}

// "found 1", or the state and the error's code.
std::string record_in(const std::string& strings) {
  dns::FakeResolver resolver(strings);
  const auto answer = record_of(resolver, "example.org");
  std::string text(name_of(answer.state));
  if (answer.record) text += " " + answer.record->id;
  if (answer.error) text += " " + answer.error->code;
  return text;
}

mtasts::PolicyAnswer policy_by(FakeHttp& client, bool named = false) {
  std::optional<mtasts::PolicyAnswer> result;
  mtasts::fetch_policy(client, name("Example.org"), named, 7s,
                       [&](mtasts::PolicyAnswer got) { result = std::move(got); });
  CHECK_FALSE(result);
  run(client);
  REQUIRE(result);
  return *std::move(result);
}

mtasts::PolicyAnswer policy_of(Result<net::Response> response) {
  FakeHttp client([&](const FakeHttp::Asked&) { return response; });
  auto answer = policy_by(client);
  CHECK(client.asked.size() == 1);
  return answer;
}

}  // namespace

TEST_CASE("mtasts/discovery: where a domain's record and policy are (RFC 8461 §3.1, §3.2)") {
  CHECK(mtasts::record_name(name("example.org"))->text() == "_mta-sts.example.org");
  CHECK(mtasts::policy_url(name("Example.ORG"))->text() == "https://mta-sts.example.org/.well-known/mta-sts.txt");
  // 63 + 1 and so on, to 251 octets: there is room for the domain, and none for what stands before it.
  std::string longest;
  for (int i = 0; i < 3; ++i) longest += std::string(63, 'a') + ".";
  longest += std::string(59, 'b');
  CHECK_FALSE(mtasts::record_name(name(longest)));
  CHECK(mtasts::policy_url(name(longest)).error().code == "dns.bad-name");
  for (const char* none : {".", "a_b.example", "a\\032b.example", "-a.example"}) {
    CAPTURE(none);
    CHECK_FALSE(mtasts::policy_url(name(none)));
  }
}

TEST_CASE("mtasts/discovery: the record's states") {
  CHECK(record_in("_mta-sts.example.org. 60 IN TXT \"v=STSv1; id=1;\"\n") == "found 1");
  CHECK(record_in("_mta-sts.example.org. 60 IN TXT \"v=ST\" \"Sv1; i\" \"d=1;\"\n") == "found 1");
  CHECK(record_in("_mta-sts.example.org. 60 IN TXT \"v=STSv1; id=1;\"\n_mta-sts.example.org. 60 IN TXT \"other\"\n") ==
        "found 1");
  CHECK(
      record_in("_mta-sts.example.org. 60 IN CNAME sts.example.net.\nsts.example.net. 60 IN TXT \"v=STSv1;id=2\"\n") ==
      "found 2");
  CHECK(record_in("example.org. 60 IN MX 10 mx.example.org.\n") == "absent");
  CHECK(record_in("_mta-sts.example.org. 60 IN A 192.0.2.1\n") == "absent");
  CHECK(record_in("_mta-sts.example.org. 60 IN TXT \"v=spf1 -all\"\n") == "absent");
  CHECK(record_in("_mta-sts.example.org. 60 IN TXT \"v=STSv1 ; id=1;\"\n") == "absent");
  CHECK(record_in("_mta-sts.example.org. 60 IN TXT \"v=STSv1; id=1;\"\n_mta-sts.example.org. 60 IN TXT \"v=STSv1; "
                  "id=2;\"\n") == "invalid mtasts.records");
  CHECK(record_in("_mta-sts.example.org. 60 IN TXT \"v=STSv1; id=a-b;\"\n") == "invalid mtasts.record-id");
}

TEST_CASE("mtasts/discovery: what the DNS does not say is not known, and holds for no time") {
  for (const auto failure : {dns::Failure::servfail, dns::Failure::timeout, dns::Failure::bogus}) {
    dns::FakeResolver resolver("_mta-sts.example.org. 60 IN TXT \"v=STSv1; id=1;\"\n");
    resolver.fail(failure, "_mta-sts.example.org");
    const auto answer = record_of(resolver, "example.org");
    CHECK(answer.state == RecordState::unknown);
    CHECK(answer.error.value().code == "mtasts.dns");
    CHECK(answer.error.value().retry());
    CHECK(answer.answer.ttl == 0);
  }
  dns::FakeResolver bogus("_mta-sts.example.org. 60 IN TXT \"v=STSv1; id=1;\"\n");
  bogus.set(dns::Security::bogus, "example.org");
  CHECK(record_of(bogus, "example.org").state == RecordState::unknown);
  // DNSSEC is not needed, though.
  dns::FakeResolver insecure("_mta-sts.example.org. 60 IN TXT \"v=STSv1; id=1;\"\n");
  insecure.set(dns::Security::insecure, "example.org");
  const auto answer = record_of(insecure, "example.org");
  CHECK(answer.state == RecordState::found);
  CHECK(answer.answer.ttl == 60);
  // Never the parent's.
  CHECK(record_of(insecure, "sub.example.org").state == RecordState::absent);
}

TEST_CASE("mtasts/discovery: a policy is what comes with 200") {
  FakeHttp client([](const FakeHttp::Asked&) { return test::answer(200, std::string(policy)); });
  const auto good = policy_by(client, true);
  CHECK(client.asked.at(0).url == "https://mta-sts.example.org/.well-known/mta-sts.txt");
  CHECK(client.asked.at(0).method == net::Method::get);
  CHECK(client.asked.at(0).named);
  REQUIRE(good.policy);
  CHECK(good.policy->mode == mtasts::Mode::enforce);
  CHECK(good.body == policy);
  CHECK(good.response.value().status == 200);
  CHECK(good.response.value().body.empty());
  CHECK_FALSE(good.error);
  for (const int status : {201, 204, 206, 301, 302, 307, 404, 410, 429, 500, 503}) {
    CAPTURE(status);
    const auto answer = policy_of(test::answer(status, std::string(policy)));
    CHECK_FALSE(answer.policy);
    CHECK(answer.body.empty());
    CHECK(answer.error.value().code == "mtasts.status");
    CHECK(answer.error.value().retry());
    CHECK(answer.response.value().status == status);
  }
}

TEST_CASE("mtasts/discovery: a redirect is not followed (RFC 8461 §3.3)") {
  net::Response redirect = test::answer(301);
  redirect.fields.push_back({"Location", "https://www.example.org/policy.txt"});
  const auto answer = policy_of(redirect);
  CHECK(answer.error.value().message.find("a redirect to https://www.example.org/policy.txt") != std::string::npos);
}

TEST_CASE("mtasts/discovery: what is no policy") {
  const auto page = policy_of(test::answer(200, "<html>\n"));
  CHECK(page.error.value().code == "mtasts.policy");
  CHECK(page.error.value().kind == ErrorKind::data);
  CHECK(page.error.value().message.find("is no valid policy: line 1: ") != std::string::npos);
  CHECK(page.body == "<html>\n");
  CHECK(page.reading.findings.size() > 1);
  CHECK(policy_of(test::answer(200)).error.value().code == "mtasts.policy");
  std::string long_one(policy);
  while (long_one.size() <= mtasts::max_policy) long_one += "comment: more and more\n";
  CHECK(policy_of(test::answer(200, long_one)).error.value().code == "net.too-long");
  long_one.resize(mtasts::max_policy);
  long_one.back() = '\n';
  CHECK(policy_of(test::answer(200, long_one)).policy);
  const auto down = policy_of(fail(ErrorKind::temporary, "net.unreachable", "no connection"));
  CHECK(down.error.value().code == "net.unreachable");
  CHECK_FALSE(down.response);
}

TEST_CASE("mtasts/discovery: a domain that can have neither") {
  FakeHttp client([](const FakeHttp::Asked&) { return test::answer(200); });
  std::optional<mtasts::PolicyAnswer> got;
  mtasts::fetch_policy(client, name("a_b.example"), false, 1s, [&](mtasts::PolicyAnswer one) { got = std::move(one); });
  CHECK(got.value().error.value().code == "dns.bad-name");
  CHECK(client.asked.empty());
}
