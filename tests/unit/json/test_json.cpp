#include <doctest/doctest.h>

#include <limits>

#include "json/value.hpp"

using namespace sm;
using json::Array;
using json::object;
using json::read;
using json::Value;
using json::write;

TEST_CASE("json/write: one line, members in the order they were added") {
  Value document = object({{"schema", "smsign.verify/1"}, {"verdict", "good"}});
  document.add("count", 3)
      .add("weak", false)
      .add("none", nullptr)
      .add("list", Array{1, "x"})
      .add("empty", json::Object());
  CHECK(
      write(document) ==
      R"({"schema":"smsign.verify/1","verdict":"good","count":3,"weak":false,"none":null,"list":[1,"x"],"empty":{}})");
  CHECK(write(Array{}) == "[]");
  CHECK(write(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
  CHECK(write(0.5) == "0.5");
  CHECK(write(std::numeric_limits<double>::infinity()) == "null");
}

TEST_CASE("json/write: strings are escaped, and valid UTF-8 whatever they hold") {
  CHECK(write("a\"b\\c\n\r\t\x01\x7f/") == R"("a\"b\\c\n\r\t\u0001\u007f/")");
  CHECK(write("gr\xC3\xBC\xC3\x9F \xF0\x9F\x94\x91") == "\"gr\xC3\xBC\xC3\x9F \xF0\x9F\x94\x91\"");
  CHECK(write("\xC2\x9B") == R"("\u009b")");
  const std::string replacement = "\xEF\xBF\xBD";
  CHECK(write("a\xFF") == "\"a" + replacement + "\"");
  CHECK(write("\xC3") == '"' + replacement + '"');
  CHECK(write("\xC0\xAF") == '"' + replacement + replacement + '"');                    // longer than need be
  CHECK(write("\xED\xA0\x80") == '"' + replacement + replacement + replacement + '"');  // a surrogate
  CHECK(write(std::string_view("\0", 1)) == R"("\u0000")");
}

TEST_CASE("json/read: what was written comes back") {
  const std::string text = R"({"b":[1,-2,{"x":null}],"a":"é\n","t":true,"n":0.25,"e":[]})";
  const auto value = read(text);
  REQUIRE(value);
  CHECK(write(*value) == text);
  CHECK(*value->find("t")->boolean());
  CHECK(*value->find("b")->array()->at(1).integer() == -2);
  CHECK(value->find("b")->array()->at(2).find("x")->is_null());
  CHECK(value->find("absent") == nullptr);
  CHECK(value->find("a")->find("x") == nullptr);
  CHECK(value->find("a")->integer() == nullptr);
  CHECK(*read("9223372036854775807")->integer() == std::numeric_limits<std::int64_t>::max());
  CHECK(*read("9223372036854775808")->number() == 9223372036854775808.0);
}

TEST_CASE("json/read: limits and damage") {
  const auto code = [](std::string_view text, const json::ReadLimits& limits = {}) {
    const auto value = read(text, limits);
    return value ? std::string("none") : value.error().code;
  };
  CHECK(code("[1]", {.bytes = 3}) == "none");
  CHECK(code("[1] ", {.bytes = 3}) == "json.too-long");
  CHECK(code("[[]]", {.depth = 2}) == "none");
  CHECK(code("[[{}]]", {.depth = 2}) == "json.too-deep");
  CHECK(code(std::string(1 << 20, '[')) == "json.too-deep");
  CHECK(code(R"({"a":1,"b":{"a":1}})") == "none");
  CHECK(code(R"({"a":1,"a":2})") == "json.duplicate-member");
  for (const char* damaged :
       {"", " ", "{", "[1,]", "{\"a\"}", "nul", "1 2", "\"\xFF\"", "\"a\nb\"", "'a'", "[01]", "// x\n1"}) {
    CAPTURE(damaged);
    CHECK(code(damaged) == "json.syntax");
  }
  CHECK(read("[1,,]").error().kind == ErrorKind::data);
}
