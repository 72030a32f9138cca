#include <doctest/doctest.h>

#include "text/ascii.hpp"

TEST_CASE("text/ascii: only ASCII letters fold") {
  CHECK(sm::lower("AZaz09-\xC4") == "azaz09-\xC4");
  CHECK(sm::equal_ignoring_case("Content-TYPE", "content-type"));
  CHECK(!sm::equal_ignoring_case("a", "ab"));
  // '@' and '[' are the neighbours of the letters; 0x20 apart from '`' and '{'.
  CHECK(!sm::equal_ignoring_case("@[", "`{"));
  CHECK(!sm::equal_ignoring_case("\xC4", "\xE4"));
  CHECK(sm::starts_with_ignoring_case("Multipart/Signed", "multipart/"));
  CHECK(!sm::starts_with_ignoring_case("multi", "multipart/"));
  CHECK(sm::starts_with_ignoring_case("x", ""));
}

TEST_CASE("text/ascii: trim takes white space at both ends only") {
  CHECK(sm::trim(" \t\r\n\f\va b\n") == "a b");
  CHECK(sm::trim(" \n").empty());
  CHECK(sm::trim("\xA0x") == "\xA0x");
}
