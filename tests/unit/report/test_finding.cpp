#include <doctest/doctest.h>

#include "report/finding.hpp"

using namespace sm;
using report::Finding;
using report::nagios_line;
using report::nagios_status;
using report::Severity;

namespace {

const std::vector<Finding> findings = {
    {.severity = Severity::ok, .code = "mtasts.record", .subject = "example.org", .message = "one record"},
    {.severity = Severity::error,
     .code = "mtasts.no-mode",
     .clause = "RFC 8461 §3.2",
     .subject = "example\x1b.org",
     .message = "the policy has no mode",
     .advice = "add a line \"mode: enforce\""},
    {.severity = Severity::warning, .code = "mtasts.max-age-short", .message = "max_age is below a week"},
};

}  // namespace

TEST_CASE("report/text: one line a finding, advice below it") {
  CHECK(report::text(findings, false) ==
        "ok       example.org: one record\n"
        "error    example\\x1b.org: the policy has no mode [RFC 8461 §3.2]\n"
        "         add a line \"mode: enforce\"\n"
        "warning  max_age is below a week\n");
  CHECK(report::text({findings[0], findings[1]}, true) ==
        "\x1b[32mok\x1b[0m       example.org: one record\n"
        "\x1b[1;31merror\x1b[0m    example\\x1b.org: the policy has no mode [RFC 8461 §3.2]\n"
        "         add a line \"mode: enforce\"\n");
}

TEST_CASE("report/json: members in a fixed order, empty ones left out") {
  CHECK(json::write(report::to_json(findings)) ==
        R"([{"severity":"ok","code":"mtasts.record","subject":"example.org","message":"one record"},)"
        R"({"severity":"error","code":"mtasts.no-mode","clause":"RFC 8461 §3.2","subject":"example\u001b.org",)"
        R"("message":"the policy has no mode","advice":"add a line \"mode: enforce\""},)"
        R"({"severity":"warning","code":"mtasts.max-age-short","message":"max_age is below a week"}])");
}

TEST_CASE("report/severity: the worst counts") {
  CHECK(report::worst(findings) == Severity::error);
  CHECK(report::worst({findings[0], findings[2]}) == Severity::warning);
  CHECK(report::worst({}) == Severity::ok);
}

TEST_CASE("report/nagios: statuses and the line with its performance data") {
  CHECK(nagios_status(0) == 0);
  CHECK(nagios_status(1) == 2);
  CHECK(nagios_status(2) == 1);
  CHECK(nagios_status(64) == 3);
  CHECK(nagios_status(75) == 3);
  CHECK(nagios_status(1, true) == 1);
  CHECK(nagios_status(0, true) == 1);
  CHECK(nagios_status(75, true) == 3);
  CHECK(nagios_line("SMDANE", 0, "example.org is protected") == "SMDANE OK - example.org is protected\n");
  CHECK(nagios_line("SMDANE", 2, "a|b\nc",
                    {{"days", 12, "", "14", "7"}, {"time", 3, "s", "", ""}, {"mx", 2, "", "", "1"}}) ==
        "SMDANE CRITICAL - a b\\x0ac | 'days'=12;14;7 'time'=3s 'mx'=2;;1\n");
  CHECK(nagios_line("SMDANE", 3, "x").starts_with("SMDANE UNKNOWN"));
}
