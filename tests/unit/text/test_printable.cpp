#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "text/printable.hpp"

using namespace std::string_literals;

namespace {

// The bytes that the scheme of RFC 3629 §3 gives for `code`, in `length` bytes, be that right or not.
std::string encoded(unsigned code, unsigned length) {
  if (length == 1) return {static_cast<char>(code)};
  std::string bytes;
  for (unsigned i = length; i-- > 1; code >>= 6) bytes.insert(0, 1, static_cast<char>(0x80 | (code & 0x3F)));
  return static_cast<char>((0xF00u >> length & 0xFF) | code) + bytes;
}

unsigned shortest(unsigned code) {
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

}  // namespace

TEST_CASE("text/printable: is_utf8 takes exactly the characters of RFC 3629, each in its shortest form") {
  for (unsigned code = 0; code < 0x200000; ++code) {
    for (unsigned length = shortest(code < 0x110000 ? code : 0x10FFFF); length <= 4; ++length) {
      const bool right = length == shortest(code) && code < 0x110000 && !(code >= 0xD800 && code < 0xE000);
      if (sm::is_utf8(encoded(code, length)) != right) {
        CAPTURE(code);
        CAPTURE(length);
        FAIL_CHECK("wrong answer");
      }
    }
  }
}

TEST_CASE("text/printable: is_utf8 refuses what is torn or no lead byte") {
  CHECK(sm::is_utf8(""));
  CHECK(
      sm::is_utf8("Gr\xC3\xBC\xC3\x9F"
                  "e \xF0\x9F\x93\xA7"));
  for (const std::string& text :
       {"\x80"s, "\xBF"s, "\xC3"s, "\xE2\x82"s, "\xF0\x9F\x93"s, "\xC3("s, "\xE2\x82("s, "\xE2(\xAC"s, "\xC0\x80"s,
        "\xC1\xBF"s, "\xF5\x80\x80\x80"s, "\xFE"s, "\xFF"s, "\xF8\x88\x80\x80\x80"s, "ok\xC3"s}) {
    CAPTURE(text);
    CHECK(!sm::is_utf8(text));
  }
}

TEST_CASE("text/printable: what can harm a terminal or a log is shown as its bytes") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"Gr\xC3\xBC\xC3\x9F"
       "e, \xE6\x97\xA5\xE6\x9C\xAC",
       "Gr\xC3\xBC\xC3\x9F"
       "e, \xE6\x97\xA5\xE6\x9C\xAC"},
      {"a\nb\r\tc\0"s, R"(a\x0ab\x0d\x09c\x00)"},
      {"\x1B[31mred\x7F", R"(\x1b[31mred\x7f)"},
      {"\xC2\x9B"
       "31m",
       R"(\xc2\x9b31m)"},                                           // C1: CSI
      {"\xC2\xA0", "\xC2\xA0"},                                     // the first character after C1
      {"\xE2\x80\xA8\xE2\x80\xA9", R"(\xe2\x80\xa8\xe2\x80\xa9)"},  // U+2028, U+2029
      {"\xE2\x80\xAE"
       "gpj.exe",
       R"(\xe2\x80\xaegpj.exe)"},  // U+202E
      {"\xE2\x80\xAA\xE2\x81\xA6\xE2\x81\xA9", R"(\xe2\x80\xaa\xe2\x81\xa6\xe2\x81\xa9)"},
      {"\xE2\x80\x8E\xE2\x80\x8F\xD8\x9C", R"(\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c)"},
      {"\xEF\xBB\xBFx", R"(\xef\xbb\xbfx)"},
      {"\xE2\x80\x8D\xE2\x80\x8C", "\xE2\x80\x8D\xE2\x80\x8C"},  // joiners are part of words
      {"\xE2\x81\xA5\xE2\x81\xAA", "\xE2\x81\xA5\xE2\x81\xAA"},  // the neighbours of U+2066 and U+2069
      {"caf\xE9 \xC0\x80", R"(caf\xe9 \xc0\x80)"},
      {"\xED\xA0\x80", R"(\xed\xa0\x80)"},
      {"\xE2\x82", R"(\xe2\x82)"},
      {R"(\x41 \)", R"(\\x41 \\)"},
      {"", ""},
  };
  for (const auto& [text, shown] : cases) CHECK(sm::printable(text) == shown);
}

TEST_CASE("text/printable: percent_escape leaves only what splits no status line") {
  CHECK(sm::percent_escape("a-Z_0.9@b:/+") == "a-Z_0.9@b:/+");
  CHECK(sm::percent_escape("a b=%\n\"~\xC3\xBC") == "a%20b%3D%25%0A%22%7E%C3%BC");
  CHECK(sm::percent_escape("\0"s) == "%00");
}
