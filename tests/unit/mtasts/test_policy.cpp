#include <doctest/doctest.h>

#include <algorithm>

#include "mtasts/policy.hpp"

using namespace sm;
using mtasts::Mode;
using mtasts::Policy;

namespace {

// The codes of what was found, without "mtasts.", those of errors marked.
std::string found(const std::string& body) {
  std::string codes;
  for (const report::Finding& finding : mtasts::read_policy(body).findings) {
    if (!codes.empty()) codes += ' ';
    if (finding.severity == report::Severity::error) codes += '!';
    codes += finding.code.substr(7);
  }
  return codes;
}

constexpr const char* good =
    "version: STSv1\nmode: enforce\nmx: mail.example.org\nmx: *.Example.NET\nmax_age: 1209600\n";

}  // namespace

TEST_CASE("mtasts/policy: read as it is written") {
  const auto reading = mtasts::read_policy(good);
  REQUIRE(reading.policy);
  CHECK(*reading.policy == Policy{Mode::enforce, {"mail.example.org", "*.example.net"}, 1209600});
  CHECK(reading.findings.empty());
  CHECK(mtasts::read_policy(mtasts::write_policy(*reading.policy)).policy == reading.policy);
  // Any order, either line end or none at the end, white space around values.
  CHECK(found("max_age:1209600\r\nmx:\t a.example \t\r\nmode:  enforce\r\nversion:STSv1") == "");
  CHECK(found("version: STSv1\nmode: none\nmax_age: 0\n") == "none");
}

TEST_CASE("mtasts/policy: what it lacks") {
  CHECK(found("") == "!policy-version !policy-mode !policy-max-age");
  CHECK(found("version: STSv1\nmode: enforce\nmax_age: 1209600\n") == "!policy-mx");
  CHECK(found("version: STSv1\nmode: testing\nmax_age: 1209600\n") == "!policy-mx");
  CHECK(found("mode: none\nmax_age: 1209600\n") == "!policy-version");
  CHECK(found("version: STSv1\nmode: none\n") == "!policy-max-age");
  CHECK(found("version: STSv1\nmax_age: 1\nmx: a.example\n") == "!policy-mode");
}

TEST_CASE("mtasts/policy: each line alone") {
  const auto with = [](const std::string& line) { return found(std::string(good) + line + "\n"); };
  for (const char* line : {"not a pair", "_bad: x", "mode : x", "ext:", "ext: ", "ext: a\tb", "ext: \x01",
                           "a12345678901234567890123456789012: x", ": x"}) {
    CAPTURE(line);
    CHECK(with(line) == "!policy-syntax");
  }
  for (const char* line :
       {"mx: *.*.example", "mx: **.example", "mx: test.example-", "mx: -a.example", "mx: a..example", "mx: .example",
        "mx: a.example.", "mx: m\xC3\xB8x.example", "mx: a b", "mx: *", "mx: *.", "mx: a*.example"}) {
    CAPTURE(line);
    CHECK(with(line) == "!policy-mx");
  }
  CHECK(with("ext: e  xt \xC3\xA4") == "unknown-key");
  CHECK(with("Mode: none") == "unknown-key");
  CHECK(with("mode: nonsense") == "repeated-key");
  CHECK(with("mx: MAIL.example.org") == "mx-twice");
  CHECK(with("mx: 192.0.2.1") == "mx-address");
  CHECK(with("mx: *.org") == "mx-wide");
  CHECK(with("") == "empty-line");
  CHECK(with("mx: " + std::string(63, 'a') + ".example") == "");
  CHECK(with("mx: " + std::string(64, 'a') + ".example") == "!policy-mx");
}

TEST_CASE("mtasts/policy: values") {
  const auto of = [](const std::string& mode, const std::string& age) {
    return found("version: STSv1\nmode: " + mode + "\nmx: a.example\nmax_age: " + age + "\n");
  };
  CHECK(of("enforce", "86400") == "");
  CHECK(of("enforce", "86399") == "max-age-short");
  CHECK(of("testing", "86400") == "testing");
  CHECK(of("none", "0") == "none");
  CHECK(of("Enforce", "86400") == "!policy-mode");
  for (const char* age : {"-1", "+1", "86400.5", "abc", "01234567890", "0x10", "1 2"}) {
    CAPTURE(age);
    CHECK(of("enforce", age) == "!policy-max-age");
  }
  CHECK(of("enforce", "9999999999") == "max-age-long");
  CHECK(mtasts::read_policy("version: STSv1\nmode: none\nmax_age: 31557601\n").policy->max_age == 31557600);
  CHECK(found("version: STSv10\nmode: none\nmax_age: 1\n") == "!policy-version");
  // The first of what is there twice counts, be it the worse one.
  CHECK(mtasts::read_policy("version: STSv1\nmode: testing\nmode: enforce\nmx: a.example\nmax_age: 86400\nmax_age: x\n")
            .policy->mode == Mode::testing);
  CHECK(found("version: STSv1\nmode: x\nmode: enforce\nmx: a.example\nmax_age: 86400\n") ==
        "!policy-mode repeated-key");
}

TEST_CASE("mtasts/policy: limits") {
  CHECK(found(std::string(mtasts::max_policy + 1, 'a')) == "!size");
  std::string many = "version: STSv1\nmode: enforce\nmax_age: 86400\n";
  for (int i = 0; many.size() + 20 < mtasts::max_policy; ++i) many += "mx: h" + std::to_string(i) + ".example\n";
  const auto reading = mtasts::read_policy(many);
  REQUIRE(reading.policy);
  CHECK(reading.policy->mx.size() > 3000);
  CHECK(mtasts::matches(*reading.policy, reading.policy->mx.back()));
}

TEST_CASE("mtasts/policy: an address fits no pattern, and an extension is UTF-8") {
  const Policy policy{Mode::enforce, {"192.0.2.1", "*.0.2.1", "*.example"}, 1};
  CHECK(!mtasts::matches(policy, "192.0.2.1"));
  CHECK(mtasts::matches(policy, "a_b.example"));
  const std::string head = "version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 86400\n";
  CHECK(mtasts::read_policy(head + "x: \xC3\xA4\n").policy);
  CHECK(!mtasts::read_policy(head + "x: \xFF\xFE\n").policy);
}

TEST_CASE("mtasts/policy: a star is one label, the leftmost (RFC 8461 §4.1)") {
  const Policy policy{Mode::enforce, {"a.example", "*.b.example"}, 1};
  for (const char* host : {"a.example", "A.Example", "a.example.", "sub.b.example", "SUB.B.EXAMPLE."}) {
    CAPTURE(host);
    CHECK(mtasts::matches(policy, host));
  }
  for (const char* host : {"", ".", "b.example", ".b.example", "sub.sub.b.example", "xb.example", "other", "aa.example",
                           "a.example..", "*.a.example"}) {
    CAPTURE(host);
    CHECK_FALSE(mtasts::matches(policy, host));
  }
}
