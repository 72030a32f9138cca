// What other projects decided. Where RFC 8461 decides otherwise the case is listed, with the reason.
#include <doctest/doctest.h>

#include <fstream>
#include <map>

#include "json/value.hpp"
#include "mtasts/policy.hpp"
#include "mtasts/record.hpp"
#include "suites.hpp"

using namespace sm;

namespace {

std::vector<json::Value> rows(const char* suite, const char* name) {
  std::vector<json::Value> all;
  const auto folder = test::suite(suite);
  if (!folder) return all;
  std::ifstream lines(*folder / name);
  for (std::string line; std::getline(lines, line);) {
    auto value = json::read(line);
    REQUIRE(value);
    all.push_back(*std::move(value));
  }
  REQUIRE_FALSE(all.empty());
  return all;
}

std::string text_of(const json::Value& row, const char* member) {
  const auto* const value = row.find(member);
  REQUIRE(value);
  return std::string(*value->string());
}

bool is_valid_record(const std::string& text) {
  return mtasts::parse_record(text).has_value();
}

bool is_valid_policy(const std::string& text) {
  return mtasts::read_policy(text).policy.has_value();
}

}  // namespace

TEST_CASE("mtasts/suites: records, policies and hosts as mox has them") {
  for (const json::Value& row : rows("mtasts-mox", "records.jsonl")) {
    const std::string input = text_of(row, "input");
    CAPTURE(input);
    CHECK(is_valid_record(input) == (text_of(row, "expect") == "valid"));
  }
  for (const json::Value& row : rows("mtasts-mox", "policies.jsonl")) {
    const std::string input = text_of(row, "input");
    CAPTURE(input);
    CHECK(is_valid_policy(input) == (text_of(row, "expect") == "valid"));
  }
  for (const json::Value& row : rows("mtasts-mox", "mxmatch.jsonl")) {
    const auto reading = mtasts::read_policy(text_of(row, "policy"));
    const std::string host = text_of(row, "host");
    CAPTURE(host);
    REQUIRE(reading.policy);
    CHECK(mtasts::matches(*reading.policy, host) == *row.find("match")->boolean());
  }
}

TEST_CASE("mtasts/suites: records and policies as checkdmarc has them") {
  // It refuses these, and RFC 8461 does not.
  const std::map<std::string, std::string> taken = {
      {"testParseMtaStsRecordDuplicateTag", "of a repeated field the first counts (§3.1)"},
      {"testParseMtaStsPolicyDuplicateKey", "of a repeated key the first counts (§3.2)"},
      {"testParseMtaStsPolicyUnexpectedKey", "unknown keys are ignored (§3.2)"},
      {"testParseMtaStsPolicyTooLargeMaxAge", "more than a year is capped (§3.2, erratum 7282)"},
  };
  std::size_t met = 0;
  for (const json::Value& row : rows("mtasts-checkdmarc", "mta_sts.jsonl")) {
    const std::string name = text_of(row, "test");
    CAPTURE(name);
    const bool differs = taken.contains(name);
    met += differs ? 1 : 0;
    const bool expected = row.find("raises")->array()->empty() || differs;
    const json::Value& inputs = *row.find("inputs");
    if (inputs.find("record")) {
      CHECK(is_valid_record(text_of(inputs, "record")) == expected);
    } else {
      CHECK(is_valid_policy(text_of(inputs, inputs.find("policy") ? "policy" : "valid_policy")) == expected);
    }
  }
  CHECK((met == 0 || met == taken.size()));
}
