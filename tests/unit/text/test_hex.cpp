#include <doctest/doctest.h>

#include <string>

#include "base/primitives.hpp"
#include "text/hex.hpp"
#include "text/zbase32.hpp"

using namespace std::string_literals;

TEST_CASE("text/hex: RFC 4648 §10, both cases, and every byte there and back") {
  CHECK(sm::hex_upper("foobar") == "666F6F626172");
  CHECK(sm::hex_lower("\xAB\x00\xFF"s) == "ab00ff");
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  CHECK(sm::hex_decode(sm::hex_upper(all)) == all);
  CHECK(sm::hex_decode(sm::hex_lower(all)) == all);
  CHECK(sm::hex_decode("") == "");
}

TEST_CASE("text/hex: odd lengths and other characters are refused") {
  for (const char* text : {"0", "0g", "g0", "0x", " 00", "00 ", "/0", ":0", "@0", "`0"}) {
    CAPTURE(text);
    CHECK(!sm::hex_decode(text));
  }
}

TEST_CASE("text/zbase32: a local part's hash as draft-koch-openpgp-webkey-service §3.1 shows it") {
  const auto digest = sm::sha1("joe.doe");
  CHECK(sm::zbase32({reinterpret_cast<const char*>(digest.data()), digest.size()}) ==
        "iy9q119eutrkn8s1mk4r39qejnbu3n5q");
}

TEST_CASE("text/zbase32: lengths that are no multiple of five bytes, last character padded with zero bits") {
  CHECK(sm::zbase32("") == "");
  CHECK(sm::zbase32("\x00"s) == "yy");
  CHECK(sm::zbase32("\xF0\xBF\xC7"s) == "6n9hq");  // the examples of the z-base-32 specification
  CHECK(sm::zbase32("\xD4\x7A\x04"s) == "4t7ye");
  CHECK(sm::zbase32("\xFF"s) == "9h");
}
