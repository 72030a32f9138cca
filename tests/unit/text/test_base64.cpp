#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "text/base64.hpp"

using namespace std::string_literals;

namespace {

std::string some_bytes(std::size_t size) {
  std::string bytes;
  for (unsigned value = 1; bytes.size() < size; value = value * 1103515245 + 12345) {
    bytes += static_cast<char>(value >> 16);
  }
  return bytes;
}

std::string encode_in_pieces(std::string_view bytes, std::size_t piece, std::string_view eol = "\n",
                             std::size_t columns = 76) {
  sm::Base64Encoder encoder(eol, columns);
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += piece) encoder.put(bytes.substr(i, piece), out);
  encoder.finish(out);
  return out;
}

std::pair<std::string, bool> decode_in_pieces(std::string_view text, std::size_t piece) {
  sm::Base64Decoder decoder;
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += piece) decoder.put(text.substr(i, piece), out);
  decoder.finish(out);
  return {out, decoder.damaged()};
}

}  // namespace

TEST_CASE("text/base64: RFC 4648 §10") {
  const std::vector<std::pair<std::string, std::string>> vectors{{"", ""},
                                                                 {"f", "Zg=="},
                                                                 {"fo", "Zm8="},
                                                                 {"foo", "Zm9v"},
                                                                 {"foob", "Zm9vYg=="},
                                                                 {"fooba", "Zm9vYmE="},
                                                                 {"foobar", "Zm9vYmFy"}};
  for (const auto& vector : vectors) {
    const auto& bytes = vector.first;
    const auto& text = vector.second;
    CAPTURE(text);
    CHECK(sm::base64_encode(bytes) == text);
    CHECK(sm::base64_decode(text) == bytes);
    CHECK(decode_in_pieces(text, 1) == std::pair(bytes, false));
  }
  // All of the alphabet, in order.
  const std::string all = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto bytes = sm::base64_decode(all);
  REQUIRE(bytes);
  CHECK(bytes->substr(0, 3) == "\x00\x10\x83"s);
  CHECK(sm::base64_encode(*bytes) == all);
}

TEST_CASE("text/base64: the strict decoder refuses what no encoder writes") {
  for (const char* text : {"Zg", "Zg=", "Zg===", "Z===", "====", "=", "Zm=v", "Zg==Zg==", "Zm9v\n", " Zm9v", "Zm9v Zm9",
                           "Zm9-", "Zm9_", "Zh==", "Zm9=", "Z===Zm9v", "Zm9v====", "\xC3\xA4==", "Zm9\x80"}) {
    CAPTURE(text);
    CHECK(!sm::base64_decode(text));
  }
  CHECK(!sm::base64_decode("Zm9\0"s));
}

TEST_CASE("text/base64: lines are as long as asked for, and pieces make no difference") {
  for (std::size_t size = 0; size < 260; ++size) {
    CAPTURE(size);
    const std::string bytes = some_bytes(size);
    std::string expected = sm::base64_encode(bytes);
    for (std::size_t i = 76; i < expected.size(); i += 78) expected.insert(i, "\r\n");
    if (!expected.empty()) expected += "\r\n";
    for (const std::size_t piece : {1u, 2u, 3u, 4u, 56u, 57u, 58u, 1000u}) {
      CHECK(encode_in_pieces(bytes, piece, "\r\n") == expected);
    }
    CHECK(decode_in_pieces(expected, 1000) == std::pair(bytes, false));
    CHECK(decode_in_pieces(expected, 1) == std::pair(bytes, false));
    CHECK(decode_in_pieces(expected, 7) == std::pair(bytes, false));
  }
  CHECK(encode_in_pieces("abcdefg", 7, "|", 8) == "YWJjZGVm|Zw==|");
  CHECK(encode_in_pieces("abcdef", 7, "|", 8) == "YWJjZGVm|");
}

TEST_CASE("text/base64: the encoder can be used again after finish") {
  sm::Base64Encoder encoder("\n");
  std::string out;
  encoder.put("f", out);
  encoder.finish(out);
  encoder.put("foo", out);
  encoder.finish(out);
  CHECK(out == "Zg==\nZm9v\n");
}

TEST_CASE("text/base64: the tolerant decoder takes what it can and says that there was damage") {
  struct Case {
    std::string text;
    std::string bytes;
    bool damaged;
  };
  const std::vector<Case> cases{
      {"Zm9v YmFy\r\n\t", "foobar", false},  // white space anywhere
      {"Z\nm\n9\nv\n", "foo", false},
      {"Zm-9v*", "foo", true},  // RFC 2045 §6.8: other characters are ignored
      {"Zm9v\0YmFy"s, "foobar", true},
      {"Zm9v\xE2\x80\x8BYmFy", "foobar", true},
      {"Zg", "f", true},  // padding missing
      {"Zm8", "fo", true},
      {"Zg=", "f", true},
      {"Zg=\n=\n", "f", false},
      {"Zm9vY", "foo", true},  // one character over
      {"Zm9v=", "foo", true},
      {"Zg==Zm9v", "f", true},  // padding ends the data
      {"Zg==\n\n", "f", false},
      {"Zg===", "f", true},
      {"=", "", true},
      {"Z=", "", true},
      {"Zh==", "f", false},  // spare bits carry nothing
      {"", "", false},
      {"\r\n", "", false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    for (const std::size_t piece : {1u, 2u, 3u, 5u, 100u}) {
      CHECK(decode_in_pieces(c.text, piece) == std::pair(c.bytes, c.damaged));
    }
  }
}
